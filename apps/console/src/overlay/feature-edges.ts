import type { ViewMesh } from '../api/binaries.ts'

/** An edge of a mesh: two vertices and the faces beside it (-1: none). */
export interface MeshEdges {
  /** [e, 2] */
  readonly vertices: Uint32Array
  /** [e, 2] */
  readonly faces: Int32Array
  /** [e] 1: the faces meet at an angle worth drawing, or there is only one */
  readonly isSharp: Uint8Array
}

/** cos 30 degrees */
const SHARP_COSINE = 0.866

const known = new WeakMap<ViewMesh, MeshEdges>()

/**
 * All edges, once each; vertices at the same place count as one, because files repeat them along seams of texture.
 * @cost O(faces), once for each mesh
 */
export function edgesOf(mesh: ViewMesh): MeshEdges {
  const edges = known.get(mesh) ?? findEdges(mesh)
  known.set(mesh, edges)
  return edges
}

function findEdges(mesh: ViewMesh): MeshEdges {
  const { faces, positions } = mesh
  const welded = weld(positions)
  const normals = faceNormals(mesh)
  const seen = new Map<number, number>()
  const vertices: number[] = []
  const beside: number[] = []
  const count = positions.length / 3
  for (let f = 0; f < faces.length / 3; f++) {
    for (let k = 0; k < 3; k++) {
      const a = faces[3 * f + k] ?? 0
      const b = faces[3 * f + ((k + 1) % 3)] ?? 0
      const low = Math.min(welded[a] ?? 0, welded[b] ?? 0)
      const high = Math.max(welded[a] ?? 0, welded[b] ?? 0)
      const key = low * count + high
      const known = seen.get(key)
      if (known === undefined) {
        seen.set(key, vertices.length / 2)
        vertices.push(a, b)
        beside.push(f, -1)
      } else if (beside[2 * known + 1] === -1) beside[2 * known + 1] = f
    }
  }
  const isSharp = new Uint8Array(vertices.length / 2)
  for (let e = 0; e < isSharp.length; e++) {
    const [f, g] = [beside[2 * e] ?? 0, beside[2 * e + 1] ?? -1]
    const cosine =
      g < 0 ? -1 : [0, 1, 2].reduce((sum, k) => sum + (normals[3 * f + k] ?? 0) * (normals[3 * g + k] ?? 0), 0)
    isSharp[e] = cosine < SHARP_COSINE ? 1 : 0
  }
  return { vertices: Uint32Array.from(vertices), faces: Int32Array.from(beside), isSharp }
}

/** [v] index of the first vertex at the same place. */
function weld(positions: Float32Array): Uint32Array {
  const first = new Map<string, number>()
  return Uint32Array.from({ length: positions.length / 3 }, (_, i) => {
    const key = `${positions[3 * i]},${positions[3 * i + 1]},${positions[3 * i + 2]}`
    const known = first.get(key)
    if (known !== undefined) return known
    first.set(key, i)
    return i
  })
}

function faceNormals({ faces, positions }: ViewMesh): Float32Array {
  const normals = new Float32Array(faces.length)
  const at = (vertex: number, axis: number): number => positions[3 * (faces[vertex] ?? 0) + axis] ?? 0
  for (let f = 0; f < faces.length; f += 3) {
    const u = [0, 1, 2].map((k) => at(f + 1, k) - at(f, k)) as [number, number, number]
    const v = [0, 1, 2].map((k) => at(f + 2, k) - at(f, k)) as [number, number, number]
    const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]] as const
    const length = Math.hypot(...n) || 1
    normals.set([n[0] / length, n[1] / length, n[2] / length], f)
  }
  return normals
}
