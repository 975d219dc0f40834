import {
  compose,
  createRng,
  invert,
  type CameraFromObject,
  type ColorImage,
  type PinholeCamera,
  type Transform,
} from '@sextant/geometry'
import { senseColor } from './color-sensor.ts'
import { senseDepth } from './depth-sensor.ts'
import { lightScene } from './light-scene.ts'
import { drawnPropOf, drawScene, eyeOf, type DrawnProp, type SceneBuffers } from './scene-buffers.ts'
import { layOut, type Prop } from './scene-layout.ts'
import { lookAt } from './view.ts'

/** A named prop and where it is. */
export interface SceneInstance {
  readonly name: string
  readonly cameraFromObject: CameraFromObject
  readonly visiblePixels: number
  /** visible pixels over the pixels it would cover alone */
  readonly visibleFraction: number
}

/** One synthetic RGB-D frame with its true poses. */
export interface SyntheticScene {
  readonly color: ColorImage
  /** [height, width] mm; 0 = missing */
  readonly depthCounts: Uint16Array
  readonly camera: PinholeCamera
  readonly instances: readonly SceneInstance[]
}

/** Intrinsics of a D435 colour stream at 640 x 480. */
const CAMERA: PinholeCamera = { fx: 607.2, fy: 606.9, cx: 321.4, cy: 242.6, width: 640, height: 480 }
const MAX_LAYOUTS = 300
const LEAST_VISIBLE = 0.55
const OCCLUDED_BELOW = 0.9

/**
 * Lays the props on a table until every named one is at least 55 % visible and at least one is partly hidden, lights
 * and photographs them. Same props and seed, same scene.
 *
 * @throws {RangeError} no such layout is found
 */
export function generateScene(props: readonly Prop[], seed: number): SyntheticScene {
  const rng = createRng(seed)
  for (let attempt = 0; attempt < MAX_LAYOUTS; attempt++) {
    const placed = layOut(props, rng)
    if (placed === null) continue
    const azimuth = -Math.PI / 2 + 0.5 * (rng.next() - 0.5)
    const elevation = (40 + 12 * rng.next()) * (Math.PI / 180)
    const distance = 780 + 60 * rng.next()
    const flat = distance * Math.cos(elevation)
    const cameraFromWorld = lookAt(
      [flat * Math.cos(azimuth), flat * Math.sin(azimuth), distance * Math.sin(elevation)],
      [0, 10, 25],
    )
    const drawn = placed.map(drawnPropOf)
    const buffers = drawScene(drawn, CAMERA, cameraFromWorld)
    const instances = instancesOf(drawn, buffers, cameraFromWorld)
    if (!isAcceptable(instances, buffers)) continue

    const large = drawScene(drawn, doubled(CAMERA), cameraFromWorld)
    const radiance = lightScene(large, drawn, eyeOf(invert(cameraFromWorld)))
    const color = senseColor(radiance, CAMERA.width, CAMERA.height, rng)
    return { color, depthCounts: senseDepth(buffers, color, cameraFromWorld, rng), camera: CAMERA, instances }
  }
  throw new RangeError(`no layout of ${props.length} props shows all of them within ${MAX_LAYOUTS} attempts`)
}

function instancesOf(
  props: readonly DrawnProp[],
  buffers: SceneBuffers,
  cameraFromWorld: Transform<'camera', 'world'>,
): SceneInstance[] {
  const counts = new Array<number>(props.length).fill(0)
  for (const owner of buffers.owners) if (owner >= 0) counts[owner] = counts[owner] + 1
  return props.flatMap(({ name, worldFromObject }, index) => {
    if (name === null) return []
    const visiblePixels = counts[index]
    const visibleFraction = visiblePixels / Math.max(1, buffers.fullCounts[index])
    return { name, cameraFromObject: compose(cameraFromWorld, worldFromObject), visiblePixels, visibleFraction }
  })
}

/** Enough of every instance, one partly hidden, nothing named cut by the image border. */
function isAcceptable(instances: readonly SceneInstance[], { owners, camera }: SceneBuffers): boolean {
  const { width, height } = camera
  const isCut = owners.some((owner, i) => {
    const x = i % width
    return owner >= 0 && (x === 0 || x === width - 1 || i < width || i >= width * (height - 1))
  })
  return (
    !isCut &&
    instances.every((instance) => instance.visibleFraction >= LEAST_VISIBLE) &&
    instances.some((instance) => instance.visibleFraction < OCCLUDED_BELOW)
  )
}

/** Twice the pixels; the centres of each four average to the centre of the one. */
export function doubled(camera: PinholeCamera): PinholeCamera {
  return {
    fx: 2 * camera.fx,
    fy: 2 * camera.fy,
    cx: 2 * camera.cx + 0.5,
    cy: 2 * camera.cy + 0.5,
    width: 2 * camera.width,
    height: 2 * camera.height,
  }
}
