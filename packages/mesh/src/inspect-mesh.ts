import type { TriangleMesh, Vector3 } from '@sextant/geometry'
import { boundingBox, diameterOf, faceNormal } from './measure.ts'
import type { ParsedMesh } from './mesh-builder.ts'
import { isClosed } from './parse-stl.ts'

/** What an operator should know about a CAD file before looking for it. Lengths are in the unit of the mesh. */
export interface MeshInspection {
  readonly vertexCount: number
  readonly faceCount: number
  /** faces without area; they are dropped */
  readonly degenerateFaceCount: number
  readonly boundingBox: { readonly min: Vector3; readonly max: Vector3; readonly size: Vector3 }
  /** largest distance between two vertices */
  readonly diameter: number
  /** area-weighted centroid of the surface, from the object's origin */
  readonly centroidOffset: Vector3
  /** every edge has exactly two faces, vertices at one place counted as one */
  readonly isWatertight: boolean
  readonly colors: 'none' | 'vertex' | 'texture'
}

/** @cost O(256 n): the diameter */
export function inspectMesh({ mesh, degenerateFaceCount, hasTexture }: ParsedMesh): MeshInspection {
  const { min, max } = boundingBox(mesh)
  return {
    vertexCount: mesh.positions.length / 3,
    faceCount: mesh.faces.length / 3,
    degenerateFaceCount,
    boundingBox: { min, max, size: [max[0] - min[0], max[1] - min[1], max[2] - min[2]] },
    diameter: diameterOf(mesh),
    centroidOffset: surfaceCentroid(mesh),
    isWatertight: isClosed(weldFaces(mesh)),
    colors: hasTexture === true ? 'texture' : mesh.colors === undefined ? 'none' : 'vertex',
  }
}

/** Area-weighted mean of the face centres. */
function surfaceCentroid({ positions: p, faces }: TriangleMesh): Vector3 {
  const sum: Vector3 = [0, 0, 0]
  let total = 0
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = [3 * faces[f], 3 * faces[f + 1], 3 * faces[f + 2]]
    const area = Math.hypot(...faceNormal(p, faces[f], faces[f + 1], faces[f + 2]))
    total += area
    for (let k = 0; k < 3; k++) sum[k] += (area * (p[a + k] + p[b + k] + p[c + k])) / 3
  }
  return [sum[0] / total, sum[1] / total, sum[2] / total]
}

/** Face indices in which vertices at exactly one place are one: formats with seams store them several times. */
function weldFaces({ positions, faces }: TriangleMesh): Uint32Array {
  const count = positions.length / 3
  // Adding zero makes -0 and 0 the same bits.
  const bits = new Uint32Array(positions.map((value) => value + 0).buffer)
  const slots = 2 ** Math.ceil(Math.log2(2 * count + 1))
  const table = new Int32Array(slots).fill(-1)
  const first = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    const [x, y, z] = [bits[3 * i], bits[3 * i + 1], bits[3 * i + 2]]
    let slot = (Math.imul(x, 73856093) ^ Math.imul(y, 19349663) ^ Math.imul(z, 83492791)) >>> 0
    // Floats of round numbers differ in their upper bits only.
    slot = Math.imul(slot ^ (slot >>> 15), 0x2c1b3c6d) >>> 0
    slot = (slot ^ (slot >>> 13)) & (slots - 1)
    for (;;) {
      const known = table[slot]
      if (known < 0) {
        table[slot] = i
        first[i] = i
        break
      }
      if (bits[3 * known] === x && bits[3 * known + 1] === y && bits[3 * known + 2] === z) {
        first[i] = known
        break
      }
      slot = (slot + 1) & (slots - 1)
    }
  }
  return faces.map((vertex) => first[vertex])
}
