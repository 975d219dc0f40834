import type { ObjectSymmetries } from '@sextant/contracts'
import type { TriangleMesh, Vector3 } from '@sextant/geometry'
import { buildPairTable, type OrientedPoints, type PairTable } from '@sextant/hypotheses'
import { boundingBox, diameterOf, simplifyByClustering } from '@sextant/mesh'
import { createRasterMesh, type RasterMesh } from '@sextant/raster'
import { isColorInformative } from './chroma.ts'
import { clusterPoints, farthestPointOrder, selectPoints } from './cluster-points.ts'
import { withDeclared } from './declared-symmetries.ts'
import { findNearSymmetries, type FreeAxis } from './near-symmetries.ts'
import { sampleVisibleSurface } from './sample-model.ts'

/** Everything about an object that does not depend on the frame; made once per CAD digest. */
export interface PreparedModel {
  /** mm */
  readonly diameter: number
  /** centre of the bounding box, mm, object; all samples and meshes below have it as origin */
  readonly center: Vector3
  readonly pairTable: PairTable
  /** sample in farthest-point order, for racing and quick scores */
  readonly checkPoints: OrientedPoints
  /** dense sample for refinement */
  readonly finePoints: OrientedPoints
  readonly coarseMesh: RasterMesh
  readonly fineMesh: RasterMesh
  /** false for grey placeholders: colour then says nothing */
  readonly usesColor: boolean
  /** motions (rotation row-major, translation mm) that map the shape nearly onto itself; identity excluded */
  readonly nearSymmetries: readonly Float64Array[]
  /** lines about which the shape can turn freely, or nearly so (a mug about its axis) */
  readonly freeAxes: readonly FreeAxis[]
}

/** Changes with anything that changes what `prepareModel` makes of a mesh; prepared models of other versions are stale. */
export const MODEL_VERSION = '2'

const PAIR_VOXEL = 0.065
const FINE_VOXEL = 0.03
const MAX_PAIR_POINTS = 1200
const CHECK_POINTS = 250
/** Points that are turned to find symmetries. */
const PROBES = 400
const COARSE_CELL = 0.022
const FINE_CELL = 0.012

/** The surface of an object as it is seen from outside. */
export interface ModelSamples {
  /** mm */
  readonly diameter: number
  /** centre of the bounding box, mm, object; everything below has it as origin */
  readonly center: Vector3
  readonly mesh: TriangleMesh
  /** at most 1200, for point pairs */
  readonly pairPoints: OrientedPoints
  readonly finePoints: OrientedPoints
  /** 400 of the pair points, spread evenly */
  readonly probes: OrientedPoints
}

/**
 * @param mesh  mm, object
 * @throws {RangeError} no face, no extent, or nothing to be seen from outside
 */
export function sampleModel(mesh: TriangleMesh): ModelSamples {
  const diameter = diameterOf(mesh)
  if (!(diameter > 0)) throw new RangeError(`diameter is ${diameter}`)
  const box = boundingBox(mesh)
  const center: Vector3 = [(box.min[0] + box.max[0]) / 2, (box.min[1] + box.max[1]) / 2, (box.min[2] + box.max[2]) / 2]
  const centered: TriangleMesh = { ...mesh, positions: mesh.positions.map((value, i) => value - center[i % 3]) }
  const samples = sampleVisibleSurface(createRasterMesh(withoutNormals(centered)), diameter)
  if (samples.count === 0) throw new RangeError('no surface is visible from outside')
  const coarsePoints = clusterPoints(samples, PAIR_VOXEL * diameter)
  const pairPoints =
    coarsePoints.positions.length / 3 > MAX_PAIR_POINTS
      ? farthestPointOrder(coarsePoints, MAX_PAIR_POINTS)
      : coarsePoints
  const finePoints = clusterPoints(samples, FINE_VOXEL * diameter)
  return { diameter, center, mesh: centered, pairPoints, finePoints, probes: farthestPointOrder(pairPoints, PROBES) }
}

/**
 * Samples the surface seen from outside, indexes its point pairs, decimates it for rendering and finds the rotations
 * that look alike.
 *
 * @param mesh      mm, object
 * @param declared  symmetries that somebody states; they are tried besides those that are found
 * @throws {RangeError} no face, or no extent
 * @cost 0.3-1 s, 5-12 MB
 */
export function prepareModel(mesh: TriangleMesh, declared: ObjectSymmetries | null = null): PreparedModel {
  const { diameter, center, mesh: centered, pairPoints, finePoints, probes } = sampleModel(mesh)
  const usesColor = mesh.colors !== undefined && isColorInformative(mesh.colors)
  const found = findNearSymmetries(probes, finePoints, diameter)
  const { motions, freeAxes } = declared === null ? found : withDeclared(found, declared, center)
  return {
    diameter,
    center,
    pairTable: buildPairTable(usesColor ? pairPoints : { ...pairPoints, chroma: null }, diameter),
    checkPoints: farthestPointOrder(pairPoints, CHECK_POINTS),
    finePoints: shuffleByStride(finePoints),
    coarseMesh: createRasterMesh(withoutNormals(simplifyByClustering(centered, COARSE_CELL * diameter))),
    fineMesh: createRasterMesh(withoutNormals(simplifyByClustering(centered, FINE_CELL * diameter))),
    usesColor,
    nearSymmetries: motions,
    freeAxes,
  }
}

/** Vertex normals are not needed: verification uses face normals. */
function withoutNormals(mesh: TriangleMesh): TriangleMesh {
  return mesh.colors === undefined
    ? { positions: mesh.positions, faces: mesh.faces }
    : { positions: mesh.positions, faces: mesh.faces, colors: mesh.colors }
}

/** Spreads any prefix over the surface: index i · stride modulo n with a stride coprime to n. */
function shuffleByStride(points: OrientedPoints): OrientedPoints {
  const n = points.positions.length / 3
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
  let stride = Math.max(1, Math.round(n * 0.618))
  while (gcd(stride, n) !== 1) stride++
  return selectPoints(
    points,
    Array.from({ length: n }, (_, i) => (i * stride) % n),
  )
}
