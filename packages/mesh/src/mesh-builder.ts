import { PlatformError } from '@sextant/contracts'
import type { TriangleMesh } from '@sextant/geometry'

/** A mesh as read from a file, with what was odd about it. */
export interface ParsedMesh {
  readonly mesh: TriangleMesh
  readonly warnings: readonly string[]
  /** faces without area, which were dropped */
  readonly degenerateFaceCount: number
  /** colours were sampled from pictures */
  readonly hasTexture?: boolean
}

/** A number array that grows by doubling; plain pushes are several times slower for millions of values. */
export class NumberBuffer {
  private values = new Float64Array(1024)
  private size = 0

  push(value: number): void {
    if (this.size === this.values.length) {
      const grown = new Float64Array(2 * this.size)
      grown.set(this.values)
      this.values = grown
    }
    this.values[this.size++] = value
  }

  get length(): number {
    return this.size
  }

  view(): Float64Array {
    return this.values.subarray(0, this.size)
  }
}

export function undecodable(detail: string, cause?: unknown): PlatformError {
  return new PlatformError('mesh.undecodable', cause === undefined ? { detail } : { detail, cause })
}

/**
 * Checks what was read and makes the mesh: finite positions, indices in range, at least one face with an area.
 *
 * @param positions  [n, 3]
 * @param faces      [m, 3]
 * @param colors     [n, 3] 0..255, or null
 * @throws {PlatformError} mesh.undecodable, mesh.degenerate
 */
export function finishMesh(
  positions: ArrayLike<number>,
  faces: ArrayLike<number>,
  colors: ArrayLike<number> | null,
  warnings: string[],
): ParsedMesh {
  const vertexCount = positions.length / 3
  if (vertexCount === 0) throw new PlatformError('mesh.degenerate', { detail: 'the mesh has no vertices' })
  if (faces.length === 0) {
    throw new PlatformError('mesh.degenerate', { detail: `the mesh has ${vertexCount} vertices and no faces` })
  }
  const points = Float32Array.from(positions)
  for (let i = 0; i < points.length; i++) {
    if (!Number.isFinite(points[i])) throw undecodable(`vertex ${Math.floor(i / 3)} is not finite`)
  }
  const indices = new Uint32Array(faces.length)
  let degenerate = 0
  let size = 0
  for (let f = 0; f < faces.length; f += 3) {
    for (let k = 0; k < 3; k++) {
      const index = faces[f + k]
      if (!(index >= 0 && index < vertexCount)) {
        throw undecodable(`face ${f / 3} names vertex ${index}, the mesh has ${vertexCount} vertices`)
      }
    }
    if (hasNoArea(points, faces[f], faces[f + 1], faces[f + 2])) degenerate++
    else {
      indices[size++] = faces[f]
      indices[size++] = faces[f + 1]
      indices[size++] = faces[f + 2]
    }
  }
  if (size === 0) throw new PlatformError('mesh.degenerate', { detail: 'no face of the mesh has an area' })
  if (degenerate > 0) warnings.push(`${degenerate} faces without area were dropped`)
  const mesh: TriangleMesh = { positions: points, faces: indices.slice(0, size) }
  return {
    mesh: colors === null ? mesh : { ...mesh, colors: Uint8Array.from(colors) },
    warnings,
    degenerateFaceCount: degenerate,
  }
}

function hasNoArea(p: Float32Array, a: number, b: number, c: number): boolean {
  if (a === b || b === c || a === c) return true
  const ux = p[3 * b] - p[3 * a]
  const uy = p[3 * b + 1] - p[3 * a + 1]
  const uz = p[3 * b + 2] - p[3 * a + 2]
  const vx = p[3 * c] - p[3 * a]
  const vy = p[3 * c + 1] - p[3 * a + 1]
  const vz = p[3 * c + 2] - p[3 * a + 2]
  return uy * vz === uz * vy && uz * vx === ux * vz && ux * vy === uy * vx
}
