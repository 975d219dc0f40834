// Rigid-body physics puts the props where gravity would: piles, leaning things, things in a bin. Everything is taken
// as its convex hull, in metres; the solver is tuned for sizes around one.
import RAPIER from '@dimforge/rapier3d-compat'
import { createRng, transformFrom, type Rng, type TriangleMesh, type Vector3 } from '@sextant/geometry'
import { metricPointsOf } from '../metric-points.ts'
import type { PlacedProp, Prop } from './scene-layout.ts'

const METERS = 0.001
const STEP_SECONDS = 1 / 120
const SECONDS_PER_PROP = 0.25
const SETTLE_SECONDS = 2.5
const HULL_POINTS = 200
/** Props are let go in a square this wide, mm. */
const DROP_WIDTH = 320
const DROP_HEIGHT = 60

/** Inner size and wall of an open bin, mm. */
export interface BinSize {
  readonly width: number
  readonly depth: number
  readonly height: number
  readonly wall: number
}

/**
 * Drops the props one after another onto the table z = 0, into the bin when there is one, and lets them come to rest.
 * Those that end beside the table or the bin are left out. Same props and seed, same places on one machine.
 */
export async function dropProps(props: readonly Prop[], bin: BinSize | null, seed: number): Promise<PlacedProp[]> {
  await RAPIER.init()
  const rng = createRng(seed)
  const world = new RAPIER.World({ x: 0, y: 0, z: -9.81 })
  try {
    world.timestep = STEP_SECONDS
    world.createCollider(RAPIER.ColliderDesc.cuboid(2, 2, 0.05).setTranslation(0, 0, -0.05).setFriction(0.6))
    if (bin !== null) addWalls(world, bin)
    const bodies = props.map((prop) => {
      const body = dropOne(world, prop, bin, rng)
      for (let t = 0; t < SECONDS_PER_PROP; t += STEP_SECONDS) world.step()
      return body
    })
    for (let t = 0; t < SETTLE_SECONDS; t += STEP_SECONDS) world.step()
    return bodies.flatMap((body, index) => {
      const { x, y, z } = body.translation()
      const { x: qx, y: qy, z: qz, w } = body.rotation()
      const limitX = bin === null ? 400 : bin.width / 2
      const limitY = bin === null ? 300 : bin.depth / 2
      if (Math.abs(x) / METERS > limitX || Math.abs(y) / METERS > limitY || z < -0.02) return []
      const worldFromObject = transformFrom<'world', 'object'>(rotationOfQuaternion(qx, qy, qz, w), [
        x / METERS,
        y / METERS,
        z / METERS,
      ])
      return [{ ...props[index], worldFromObject }]
    })
  } finally {
    world.free()
  }
}

function addWalls(world: RAPIER.World, { width, depth, height, wall }: BinSize): void {
  const half = (value: number): number => (value * METERS) / 2
  for (const side of [-1, 1]) {
    const shiftX = side * half(width + wall)
    const shiftY = side * half(depth + wall)
    const alongY = RAPIER.ColliderDesc.cuboid(half(wall), half(depth) + half(wall), half(height))
    const alongX = RAPIER.ColliderDesc.cuboid(half(width) + half(wall), half(wall), half(height))
    world.createCollider(alongY.setTranslation(shiftX, 0, half(height)))
    world.createCollider(alongX.setTranslation(0, shiftY, half(height)))
  }
}

function dropOne(world: RAPIER.World, prop: Prop, bin: BinSize | null, rng: Rng): RAPIER.RigidBody {
  const hull = metricPointsOf(prop.mesh).extreme
  const stride = Math.max(1, hull.length / HULL_POINTS)
  const points = new Float32Array(3 * Math.floor(hull.length / stride))
  for (let k = 0; k < points.length / 3; k++) {
    points.set(
      hull[Math.floor(k * stride)].map((value) => value * METERS),
      3 * k,
    )
  }
  const reach = hull.reduce((most, [x, y, z]) => Math.max(most, Math.hypot(x, y, z)), 0)
  const spreadX = bin === null ? DROP_WIDTH : Math.max(0, bin.width - 2 * reach)
  const spreadY = bin === null ? 0.75 * DROP_WIDTH : Math.max(0, bin.depth - 2 * reach)
  const [qx, qy, qz, qw] = [rng.normal(), rng.normal(), rng.normal(), rng.normal()]
  const length = Math.hypot(qx, qy, qz, qw)
  const body = world.createRigidBody(
    RAPIER.RigidBodyDesc.dynamic()
      .setTranslation(
        spreadX * (rng.next() - 0.5) * METERS,
        spreadY * (rng.next() - 0.5) * METERS,
        ((bin?.height ?? 0) + reach + DROP_HEIGHT) * METERS,
      )
      .setRotation({ x: qx / length, y: qy / length, z: qz / length, w: qw / length })
      .setLinearDamping(0.3)
      .setAngularDamping(0.8),
  )
  const shape = RAPIER.ColliderDesc.convexHull(points)
  if (shape === null) throw new RangeError('a prop is flat: its convex hull has no volume')
  world.createCollider(shape.setFriction(0.6).setRestitution(0.05).setDensity(800), body)
  return body
}

/** Row-major 3x3 of a unit quaternion. */
function rotationOfQuaternion(x: number, y: number, z: number, w: number): number[] {
  return [
    1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
    2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
    2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y),
  ] // prettier-ignore
}

/** The bin as something to be drawn: four walls and a floor of even colour. */
export function binMesh(
  { width, depth, height, wall }: BinSize,
  tone: readonly [number, number, number],
): TriangleMesh {
  const positions: number[] = []
  const faces: number[] = []
  const addBlock = (low: Vector3, high: Vector3): void => {
    const base = positions.length / 3
    for (let k = 0; k < 8; k++) {
      positions.push(
        (k & 1) === 0 ? low[0] : high[0],
        (k & 2) === 0 ? low[1] : high[1],
        (k & 4) === 0 ? low[2] : high[2],
      )
    }
    for (const face of BLOCK_FACES) faces.push(base + face[0], base + face[1], base + face[2])
  }
  const x = width / 2
  const y = depth / 2
  addBlock([-x, -y, 0], [x, y, 0.5])
  addBlock([-x - wall, -y - wall, 0], [-x, y + wall, height])
  addBlock([x, -y - wall, 0], [x + wall, y + wall, height])
  addBlock([-x, -y - wall, 0], [x, -y, height])
  addBlock([-x, y, 0], [x, y + wall, height])
  const colors = new Uint8Array(positions.length)
  for (let i = 0; i < colors.length; i++) colors[i] = tone[i % 3]
  return { positions: Float32Array.from(positions), faces: Uint32Array.from(faces), colors }
}

const BLOCK_FACES = [
  [0, 2, 1], [1, 2, 3], [4, 5, 6], [5, 7, 6], [0, 1, 4], [1, 5, 4],
  [2, 6, 3], [3, 6, 7], [0, 4, 2], [2, 4, 6], [1, 3, 5], [3, 7, 5],
] as const // prettier-ignore
