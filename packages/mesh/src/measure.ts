import { PlatformError } from '@sextant/contracts'
import {
  fibonacciDirections,
  MILLIMETERS_PER_METER,
  type PointCloud,
  type Rng,
  type TriangleMesh,
  type Vector3,
} from '@sextant/geometry'

/** Axis-aligned bounding box of the vertices that faces use, mm, object. */
export function boundingBox(mesh: TriangleMesh): { readonly min: Vector3; readonly max: Vector3 } {
  const min: Vector3 = [Infinity, Infinity, Infinity]
  const max: Vector3 = [-Infinity, -Infinity, -Infinity]
  for (const vertex of mesh.faces) {
    for (let a = 0; a < 3; a++) {
      const value = mesh.positions[3 * vertex + a]
      if (value < min[a]) min[a] = value
      if (value > max[a]) max[a] = value
    }
  }
  return { min, max }
}

const DIRECTION_COUNT = 256

/**
 * Largest distance between two vertices, mm. Only vertices extreme in one of 256 directions are compared; the error
 * is below 0.1 %.
 * @cost O(256 n)
 */
export function diameterOf(mesh: TriangleMesh): number {
  const n = mesh.positions.length / 3
  const used = new Uint8Array(n)
  for (const vertex of mesh.faces) used[vertex] = 1
  const extremes = new Set<number>()
  for (const [x, y, z] of fibonacciDirections(DIRECTION_COUNT)) {
    let best = -Infinity
    let bestVertex = -1
    for (let i = 0; i < n; i++) {
      if (used[i] === 0) continue
      const value = x * mesh.positions[3 * i] + y * mesh.positions[3 * i + 1] + z * mesh.positions[3 * i + 2]
      if (value > best) {
        best = value
        bestVertex = i
      }
    }
    if (bestVertex >= 0) extremes.add(bestVertex)
  }
  const points = [...extremes]
  let squared = 0
  for (const i of points) {
    for (const j of points) {
      const dx = mesh.positions[3 * i] - mesh.positions[3 * j]
      const dy = mesh.positions[3 * i + 1] - mesh.positions[3 * j + 1]
      const dz = mesh.positions[3 * i + 2] - mesh.positions[3 * j + 2]
      squared = Math.max(squared, dx * dx + dy * dy + dz * dz)
    }
  }
  return Math.sqrt(squared)
}

const MIN_DIAMETER_MM = 2
const MAX_DIAMETER_MM = 5 * MILLIMETERS_PER_METER

/**
 * Refuses a CAD whose size cannot be millimetres of something a camera sees.
 * @throws {PlatformError} mesh.scale_implausible
 */
export function assertPlausibleSize(diameter: number, fileName: string): void {
  if (diameter >= MIN_DIAMETER_MM && diameter <= MAX_DIAMETER_MM) return
  throw new PlatformError('mesh.scale_implausible', {
    detail:
      `${fileName} is ${diameter.toPrecision(3)} mm across; expected ${MIN_DIAMETER_MM}..${MAX_DIAMETER_MM} mm. ` +
      'CAD coordinates are millimetres unless a unit is declared: in library.json beside the file, or when it is uploaded.',
  })
}

/** Area-weighted vertex normals, [vertexCount, 3] unit; zeros for unused vertices. */
export function vertexNormals(mesh: TriangleMesh): Float32Array {
  const { positions: p, faces } = mesh
  const sums = new Float64Array(p.length)
  for (let f = 0; f < faces.length; f += 3) {
    const normal = faceNormal(p, faces[f], faces[f + 1], faces[f + 2])
    for (let k = 0; k < 3; k++) for (let a = 0; a < 3; a++) sums[3 * faces[f + k] + a] += normal[a]
  }
  const out = new Float32Array(p.length)
  for (let i = 0; i < out.length; i += 3) {
    const length = Math.hypot(sums[i], sums[i + 1], sums[i + 2])
    if (length > 0) for (let a = 0; a < 3; a++) out[i + a] = sums[i + a] / length
  }
  return out
}

/** Twice the area times the unit normal; `p`: [n, 3], with the indices of three of its points. */
export function faceNormal(p: Float32Array, a: number, b: number, c: number): Vector3 {
  const ux = p[3 * b] - p[3 * a]
  const uy = p[3 * b + 1] - p[3 * a + 1]
  const uz = p[3 * b + 2] - p[3 * a + 2]
  const vx = p[3 * c] - p[3 * a]
  const vy = p[3 * c + 1] - p[3 * a + 1]
  const vz = p[3 * c + 2] - p[3 * a + 2]
  return [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx]
}

/** Area-weighted random points with face normals and interpolated colours. */
export function samplePoints(mesh: TriangleMesh, count: number, rng: Rng): PointCloud {
  const { positions: p, faces, colors } = mesh
  const cumulative = new Float64Array(faces.length / 3)
  let total = 0
  for (let f = 0; f < cumulative.length; f++) {
    const normal = faceNormal(p, faces[3 * f], faces[3 * f + 1], faces[3 * f + 2])
    total += Math.hypot(normal[0], normal[1], normal[2])
    cumulative[f] = total
  }
  const out = {
    positions: new Float32Array(3 * count),
    normals: new Float32Array(3 * count),
    colors: new Uint8Array(colors === undefined ? 0 : 3 * count),
  }
  for (let i = 0; i < count; i++) {
    const target = rng.next() * total
    let low = 0
    let high = cumulative.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (cumulative[middle] < target) low = middle + 1
      else high = middle
    }
    let u = rng.next()
    let v = rng.next()
    if (u + v > 1) {
      u = 1 - u
      v = 1 - v
    }
    const [a, b, c] = faces.subarray(3 * low, 3 * low + 3)
    const normal = faceNormal(p, a, b, c)
    const length = Math.hypot(normal[0], normal[1], normal[2]) || 1
    for (let k = 0; k < 3; k++) {
      out.positions[3 * i + k] = p[3 * a + k] + u * (p[3 * b + k] - p[3 * a + k]) + v * (p[3 * c + k] - p[3 * a + k])
      out.normals[3 * i + k] = normal[k] / length
      if (colors !== undefined) {
        out.colors[3 * i + k] = (1 - u - v) * colors[3 * a + k] + u * colors[3 * b + k] + v * colors[3 * c + k]
      }
    }
  }
  const cloud = { positions: out.positions, normals: out.normals }
  return colors === undefined ? cloud : { ...cloud, colors: out.colors }
}
