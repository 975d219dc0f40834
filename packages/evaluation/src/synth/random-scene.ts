import {
  compose,
  createRng,
  createTransform,
  invert,
  type CameraFromObject,
  type ColorImage,
  type Mask,
  type PinholeCamera,
  type Rng,
  type TriangleMesh,
  type Vector3,
} from '@sextant/geometry'
import { asBuilt, reprinted } from './as-built.ts'
import { senseColor } from './color-sensor.ts'
import { senseDepth } from './depth-sensor.ts'
import { binMesh, dropProps, type BinSize } from './drop-props.ts'
import { doubled } from './generate-scene.ts'
import { lightScene, type Lighting } from './light-scene.ts'
import { drawnPropOf, drawScene, eyeOf, type SceneBuffers } from './scene-buffers.ts'
import type { Finish, PlacedProp, Prop } from './scene-layout.ts'
import { drawSensor, SENSOR_KINDS, type SensorKind } from './sensors.ts'
import type { TableTop } from './table-top.ts'
import { lookAt } from './view.ts'

export type SceneKind = 'table' | 'bin'

/** A CAD model that scenes are made of. */
export interface SceneModel {
  readonly id: number
  /** mm, object */
  readonly mesh: TriangleMesh
}

export interface RandomSceneOptions {
  readonly kind: SceneKind
  /** null: any */
  readonly sensor: SensorKind | null
  /** props dropped */
  readonly objectCount: number
  /** a table has no model twice, as long as there are enough of them */
  readonly isDistinct?: boolean
  /** share of the props that carry another print than their CAD, 0..1 */
  readonly otherPrints?: number
  /** views of each arrangement */
  readonly viewCount: number
}

/** One true instance of a generated frame. */
export interface RandomSceneInstance {
  readonly id: number
  readonly cameraFromObject: CameraFromObject
  /** as drawn; sensor errors are not in it */
  readonly visibleMask: Mask
  readonly visiblePixels: number
  readonly visibleFraction: number
}

export interface RandomSceneFrame {
  readonly color: ColorImage
  /** [height, width] mm; 0 = missing */
  readonly depthCounts: Uint16Array
  readonly camera: PinholeCamera
  readonly instances: readonly RandomSceneInstance[]
}

/** The prints have a stream of their own: whatever their share, the rest of the scene is the same. */
const PRINT_SEED = 0x5eed

const FEW_LIGHTS = { keyCount: 6, skyCount: 12 }

/**
 * Drops a random selection of the models and photographs the pile from several sides under random light, table,
 * camera and sensor. Same models and seed, same frames on one machine.
 *
 * @throws {RangeError} no model
 */
export async function randomScene(
  models: readonly SceneModel[],
  options: RandomSceneOptions,
  seed: number,
): Promise<RandomSceneFrame[]> {
  if (models.length === 0) throw new RangeError('no model to make a scene of')
  const rng = createRng(seed)
  const chosen = chooseProps(models, options, rng)
  const { ids } = chosen
  const props = withOtherPrints(chosen.props, options.otherPrints ?? 0, createRng(seed ^ PRINT_SEED))
  const bin: BinSize | null =
    options.kind === 'bin'
      ? { width: 300 + 120 * rng.next(), depth: 240 + 80 * rng.next(), height: 70 + 70 * rng.next(), wall: 4 }
      : null
  const placed = await dropProps(props, bin, rng.integer(1 << 30))
  const drawn = placed.map(drawnPropOf)
  const idOf = new Map(props.map((prop, k) => [prop.name, ids[k]]))
  if (bin !== null) drawn.push(drawnPropOf(binProp(bin, rng)))
  const lighting = drawLighting(rng)
  const table = drawTable(rng)
  const sensor = drawSensor(options.sensor ?? SENSOR_KINDS[rng.integer(SENSOR_KINDS.length)], rng)
  return Array.from({ length: options.viewCount }, () => {
    const camera = drawCamera(rng)
    const cameraFromWorld = drawView(rng)
    const buffers = drawScene(drawn, camera, cameraFromWorld, table)
    const large = drawScene(drawn, doubled(camera), cameraFromWorld, table)
    const radiance = lightScene(large, drawn, eyeOf(invert(cameraFromWorld)), lighting)
    const gain = 0.8 + 0.5 * rng.next()
    const warmth = 0.15 * rng.normal()
    const color = senseColor(radiance, camera.width, camera.height, rng, [
      gain * (1 + warmth),
      gain,
      gain * (1 - warmth),
    ])
    const depthCounts = senseDepth(buffers, color, cameraFromWorld, rng, sensor)
    const instances = drawn.flatMap((prop, index) => {
      const id = prop.name === null ? undefined : idOf.get(prop.name)
      const cameraFromObject = compose(cameraFromWorld, prop.worldFromObject)
      return id === undefined ? [] : [instanceOf(buffers, index, id, cameraFromObject)]
    })
    return { color, depthCounts, camera, instances }
  })
}

/** Bins hold many of few kinds, tables one each of many, with a second now and then. */
function chooseProps(
  models: readonly SceneModel[],
  { kind, objectCount, isDistinct = false }: RandomSceneOptions,
  rng: Rng,
): { props: Prop[]; ids: number[] } {
  const kinds = kind === 'bin' ? 1 + rng.integer(3) : models.length
  const order = models.map((model) => ({ model, key: rng.next() })).sort((a, b) => a.key - b.key)
  const chosen = Array.from({ length: objectCount }, (_, k) => {
    const isRepeat = kind === 'table' && !isDistinct && k > 0 && rng.next() < 0.12
    return order[(isRepeat ? k - 1 : k) % Math.min(kinds, order.length)].model
  })
  const finish = (): Finish => ({
    diffuse: 0.8 + 0.2 * rng.next(),
    mirror: 0.12 * rng.next() ** 2,
    exponent: 10 + 60 * rng.next(),
  })
  return {
    props: chosen.map(({ mesh }, k) => ({ name: `prop-${k}`, mesh: asBuilt(mesh, rng), down: null, finish: finish() })),
    ids: chosen.map(({ id }) => id),
  }
}

function withOtherPrints(props: readonly Prop[], share: number, rng: Rng): readonly Prop[] {
  return props.map((prop) => (rng.next() < share ? { ...prop, mesh: reprinted(prop.mesh, rng) } : prop))
}

function binProp(bin: BinSize, rng: Rng): PlacedProp {
  const tone = [40 + 180 * rng.next(), 40 + 180 * rng.next(), 40 + 180 * rng.next()] as const
  return {
    name: null,
    mesh: binMesh(bin, tone),
    down: null,
    finish: { diffuse: 0.9, mirror: 0.03, exponent: 20 },
    worldFromObject: createTransform<'world', 'object'>(),
  }
}

function drawLighting(rng: Rng): Lighting {
  const azimuth = 2 * Math.PI * rng.next()
  const warmth = 0.12 * rng.normal()
  const key = 0.5 + 0.8 * rng.next()
  const sky = 0.35 + 0.5 * rng.next()
  return {
    ...FEW_LIGHTS,
    keyPosition: [900 * Math.cos(azimuth) * rng.next(), 900 * Math.sin(azimuth) * rng.next(), 900 + 600 * rng.next()],
    keyRadius: 40 + 160 * rng.next(),
    keyRadiance: [key * (1 + warmth), key, key * (1 - warmth)],
    skyRadiance: [sky, sky, sky * 1.05],
  }
}

function drawTable(rng: Rng): TableTop {
  const pattern = (['wood', 'plain', 'cloth'] as const)[rng.integer(3)]
  const tone = 0.35 + 1.1 * rng.next()
  return { pattern, tint: [tone * (0.8 + 0.4 * rng.next()), tone * (0.8 + 0.4 * rng.next()), tone] }
}

function drawCamera(rng: Rng): PinholeCamera {
  const focal = 530 + 110 * rng.next()
  return {
    fx: focal,
    fy: focal * (1 + 0.004 * rng.normal()),
    cx: 320 + 6 * rng.normal(),
    cy: 240 + 6 * rng.normal(),
    width: 640,
    height: 480,
  }
}

function drawView(rng: Rng): ReturnType<typeof lookAt> {
  const azimuth = 2 * Math.PI * rng.next()
  const elevation = (28 + 50 * rng.next()) * (Math.PI / 180)
  const distance = 560 + 520 * rng.next()
  const flat = distance * Math.cos(elevation)
  const target: Vector3 = [40 * rng.normal(), 40 * rng.normal(), 30]
  return lookAt([flat * Math.cos(azimuth), flat * Math.sin(azimuth), distance * Math.sin(elevation)], target)
}

function instanceOf(
  buffers: SceneBuffers,
  index: number,
  id: number,
  cameraFromObject: CameraFromObject,
): RandomSceneInstance {
  const { width, height } = buffers.camera
  const data = new Uint8Array(width * height)
  let visiblePixels = 0
  for (let i = 0; i < data.length; i++) {
    if (buffers.owners[i] !== index) continue
    data[i] = 1
    visiblePixels++
  }
  const visibleFraction = visiblePixels / Math.max(1, buffers.fullCounts[index])
  return { id, cameraFromObject, visibleMask: { width, height, data }, visiblePixels, visibleFraction }
}
