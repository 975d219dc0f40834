import {
  createRng,
  cross,
  eigenSymmetric3,
  norm,
  perpendiculars,
  rotationAbout,
  rotationAngleBetween,
  rotationOf,
  subtract,
  transformFrom,
  transformPointInto,
  type TriangleMesh,
  type Vector3,
} from '@sextant/geometry'
import type { ContinuousSymmetry, ModelInfo } from './symmetries.ts'
import { verticesOf } from './metric-points.ts'

const PROBE_COUNT = 400
const SURFACE_COUNT = 3000
const STEPS = 12
/** accepted turn: mean distance to the surface, and share of probes that may lie far from it (diameters) */
const MEAN_LIMIT = 0.022
const FAR_DISTANCE = 0.045
const FAR_SHARE = 0.06
/** of 11 turns; that many make the axis free, and so many a section with at least three sides */
const MIN_FREE = 9
const MIN_SIDES = 2
/** Half turns are tried across such an axis at so many directions. */
const ACROSS = 36
/** Rotations that differ less are one, rad. */
const SAME_ROTATION = 0.2

/**
 * Symmetries of a mesh about which nothing is stated: turns by 30 degrees about the coordinate and principal axes
 * through the centre of the bounding box that map the surface onto itself, colour disregarded. Half turns that keep a
 * free axis are found as turns about the axes across it. Where the section across an axis has three sides or more, no
 * principal axis says where the sides lie: half turns are tried all around it.
 *
 * @param diameter  mm
 */
export function geometricModelInfo(mesh: TriangleMesh, diameter: number): ModelInfo {
  const center = boxCenter(verticesOf(mesh))
  const surface = sampleSurface(mesh, SURFACE_COUNT)
  const probes = surface.filter((_, i) => i % Math.ceil(SURFACE_COUNT / PROBE_COUNT) === 0)
  const discrete: Float64Array[] = []
  const continuous: ContinuousSymmetry[] = []
  const tryTurn = (axis: Vector3, angle: number): Turn => {
    const R = rotationAbout(axis, angle)
    const turned = transformPointInto([0, 0, 0], transformFrom(R, [0, 0, 0]), center)
    const motion = transformFrom<'object', 'object'>(R, subtract(center, turned))
    return { motion, distance: distanceOf(motion, probes, surface, diameter) }
  }
  const isNew = ({ motion }: Turn): boolean =>
    discrete.every((other) => rotationAngleBetween(rotationOf(other), rotationOf(motion)) > SAME_ROTATION)
  const sided: Vector3[] = []
  for (const axis of candidateAxes(surface)) {
    const turns = Array.from({ length: STEPS - 1 }, (_, step) => tryTurn(axis, (2 * Math.PI * (step + 1)) / STEPS))
    const accepted = turns.filter(({ distance }) => distance < Infinity)
    if (accepted.length >= MIN_FREE) continuous.push({ axis, offset: center })
    else discrete.push(...accepted.map(({ motion }) => motion))
    if (accepted.length >= MIN_SIDES && accepted.length < MIN_FREE) sided.push(axis)
  }
  for (const axis of sided) {
    const halves = directionsAcross(axis, ACROSS).map((direction) => tryTurn(direction, Math.PI))
    halves.forEach((half, k) => {
      const before = halves[(k + ACROSS - 1) % ACROSS]
      const after = halves[(k + 1) % ACROSS]
      const isBest = half.distance < Infinity && half.distance <= before.distance && half.distance < after.distance
      if (isBest && isNew(half)) discrete.push(half.motion)
    })
  }
  return { diameter, discrete: discrete.map((motion) => [...motion]), continuous }
}

interface Turn {
  /** 16 numbers, row-major, mm */
  readonly motion: Float64Array
  /** mean distance of the turned probes from the surface, mm; Infinity: it does not fit */
  readonly distance: number
}

/** Unit vectors across `axis`, over half a circle. */
function directionsAcross(axis: Vector3, count: number): Vector3[] {
  const [u, v] = perpendiculars(axis)
  return Array.from({ length: count }, (_, k): Vector3 => {
    const c = Math.cos((Math.PI * k) / count)
    const s = Math.sin((Math.PI * k) / count)
    return [c * u[0] + s * v[0], c * u[1] + s * v[1], c * u[2] + s * v[2]]
  })
}

/** Mean distance of the turned probes from the surface, mm; Infinity where it does not fit. */
function distanceOf(
  turn: Float64Array,
  probes: readonly Vector3[],
  surface: readonly Vector3[],
  diameter: number,
): number {
  const moved: Vector3 = [0, 0, 0]
  let sum = 0
  let far = 0
  for (const probe of probes) {
    transformPointInto(moved, turn, probe)
    let least = Infinity
    for (const [x, y, z] of surface) {
      const squared = (x - moved[0]) ** 2 + (y - moved[1]) ** 2 + (z - moved[2]) ** 2
      if (squared < least) least = squared
    }
    const distance = Math.sqrt(least)
    sum += distance
    if (distance > FAR_DISTANCE * diameter) far++
    if (far >= FAR_SHARE * probes.length) return Infinity
  }
  const mean = sum / probes.length
  return mean < MEAN_LIMIT * diameter ? mean : Infinity
}

/** Points spread over the faces by area, seeded. */
function sampleSurface(mesh: TriangleMesh, count: number): Vector3[] {
  const vertex = (index: number): Vector3 => {
    const [x = 0, y = 0, z = 0] = mesh.positions.subarray(3 * index, 3 * index + 3)
    return [x, y, z]
  }
  const faces: { a: Vector3; ab: Vector3; ac: Vector3; until: number }[] = []
  let total = 0
  for (let f = 0; f < mesh.faces.length; f += 3) {
    const [i = 0, j = 0, k = 0] = mesh.faces.subarray(f, f + 3)
    const a = vertex(i)
    const ab = subtract(vertex(j), a)
    const ac = subtract(vertex(k), a)
    total += norm(cross(ab, ac)) / 2
    faces.push({ a, ab, ac, until: total })
  }
  const rng = createRng(1)
  const out: Vector3[] = []
  let f = 0
  for (let n = 0; n < count; n++) {
    const target = ((n + rng.next()) / count) * total
    while (f < faces.length - 1 && faces[f].until < target) f++
    const face = faces[f]
    let u = rng.next()
    let v = rng.next()
    if (u + v > 1) {
      u = 1 - u
      v = 1 - v
    }
    const at = (c: 0 | 1 | 2): number => face.a[c] + u * face.ab[c] + v * face.ac[c]
    out.push([at(0), at(1), at(2)])
  }
  return out
}

/** Coordinate axes, and the principal axes that differ from them by more than 8 degrees. */
function candidateAxes(points: readonly Vector3[]): Vector3[] {
  const axes: Vector3[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]
  const mean: Vector3 = [0, 0, 0]
  for (const p of points) for (const c of [0, 1, 2] as const) mean[c] += p[c] / points.length
  const C = new Array<number>(9).fill(0)
  for (const p of points) {
    const d = subtract(p, mean)
    for (const r of [0, 1, 2] as const) for (const c of [0, 1, 2] as const) C[3 * r + c] = C[3 * r + c] + d[r] * d[c]
  }
  for (const [x = 0, y = 0, z = 0] of eigenSymmetric3(C).vectors) {
    if (axes.every((axis) => Math.abs(axis[0] * x + axis[1] * y + axis[2] * z) < 0.99)) axes.push([x, y, z])
  }
  return axes
}

function boxCenter(points: readonly Vector3[]): Vector3 {
  const low: Vector3 = [Infinity, Infinity, Infinity]
  const high: Vector3 = [-Infinity, -Infinity, -Infinity]
  for (const p of points) {
    for (const c of [0, 1, 2] as const) {
      low[c] = Math.min(low[c], p[c])
      high[c] = Math.max(high[c], p[c])
    }
  }
  return [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2]
}
