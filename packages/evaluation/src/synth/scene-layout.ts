import {
  multiplyRotations,
  rotationAbout,
  transformFrom,
  transformPointInto,
  type Rng,
  type Transform,
  type TriangleMesh,
  type Vector3,
} from '@sextant/geometry'
import { metricPointsOf } from '../metric-points.ts'
import { areApart, footprintOf, type Footprint } from './footprint.ts'
import { settle, shellCenter } from './rest-pose.ts'

/** How light leaves a surface. */
export interface Finish {
  /** share of the colour that is scattered evenly */
  readonly diffuse: number
  /** share of the surroundings that is mirrored at right angles to the surface */
  readonly mirror: number
  /** highlight exponent */
  readonly exponent: number
}

/** Something that shall lie on the table. */
export interface Prop {
  /** null: clutter without a true pose */
  readonly name: string | null
  readonly mesh: TriangleMesh
  /** direction that points down before settling, object; null: any */
  readonly down: Vector3 | null
  readonly finish: Finish
}

/** A prop at rest. */
export interface PlacedProp extends Prop {
  readonly worldFromObject: Transform<'world', 'object'>
}

/** Half axes of the ellipse in which things are put, mm. */
const REACH: readonly [number, number] = [235, 165]
const GAP = 4
const TRIES = 400

/**
 * Puts the props on the table plane z = 0 one by one, each at rest, turned and shifted at random, none touching
 * another. Returns null when one finds no room.
 */
export function layOut(props: readonly Prop[], rng: Rng): PlacedProp[] | null {
  const placed: PlacedProp[] = []
  const footprints: Footprint[] = []
  for (const prop of props) {
    const hull = metricPointsOf(prop.mesh).extreme
    const start = prop.down ?? randomDirection(rng)
    const resting = settle(hull, shellCenter(prop.mesh), start)
    const spot = findSpot(hull, resting, footprints, rng)
    if (spot === null) return null
    placed.push({ ...prop, worldFromObject: spot.worldFromObject })
    footprints.push(spot.footprint)
  }
  return placed
}

function findSpot(
  hull: readonly Vector3[],
  resting: readonly number[],
  footprints: readonly Footprint[],
  rng: Rng,
): { worldFromObject: Transform<'world', 'object'>; footprint: Footprint } | null {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const R = multiplyRotations(rotationAbout([0, 0, 1], 2 * Math.PI * rng.next()), resting)
    const angle = 2 * Math.PI * rng.next()
    const radius = Math.sqrt(rng.next())
    const turned = transformFrom<'world', 'object'>(R, [0, 0, 0])
    const points = hull.map((point) => transformPointInto([0, 0, 0], turned, point))
    const mean = (c: 0 | 1): number => points.reduce((sum, point) => sum + point[c], 0) / points.length
    const lowest = points.reduce((least, point) => Math.min(least, point[2]), Infinity)
    const x = REACH[0] * radius * Math.cos(angle) - mean(0)
    const y = REACH[1] * radius * Math.sin(angle) - mean(1)
    const footprint = footprintOf(points.map((point) => [point[0] + x, point[1] + y, 0]))
    if (footprints.every((other) => areApart(other, footprint, GAP))) {
      return { worldFromObject: transformFrom(R, [x, y, -lowest]), footprint }
    }
  }
  return null
}

function randomDirection(rng: Rng): Vector3 {
  return [rng.normal(), rng.normal(), rng.normal()]
}
