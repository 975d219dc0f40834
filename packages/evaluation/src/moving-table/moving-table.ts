import {
  compose,
  createRng,
  invert,
  RADIANS_PER_DEGREE,
  transformFrom,
  type ColorImage,
  type PinholeCamera,
  type Transform,
} from '@sextant/geometry'
import { createRasterTarget } from '@sextant/raster'
import type { SceneInstance } from '../synth/generate-scene.ts'
import { drawnPropOf, type DrawnProp } from '../synth/scene-buffers.ts'
import { layOut, type Prop } from '../synth/scene-layout.ts'
import { lookAt } from '../synth/view.ts'
import { castShadows, drawTable, sampleTable, type ShadowMap, type TableView } from './draw-table.ts'
import { createNoiseTable, exposeTable, measureTable } from './sense-table.ts'

/** What a depth camera on a moving arm sees of a table, with what is true. */
export interface MovingTableFrame {
  readonly color: ColorImage
  /** [height, width] mm in the depth camera; 0 = missing */
  readonly depthCounts: Uint16Array
  /** poses in the colour camera */
  readonly instances: readonly SceneInstance[]
}

export interface MovingTable {
  readonly color: PinholeCamera
  readonly depth: PinholeCamera
  readonly cameraFromDepth: Transform<'camera', 'depth'>
  /** Same props, seed and index, same frame; in any order. */
  frameAt(index: number): MovingTableFrame
}

/** A D455-like device at 640 x 480: two cameras 59 mm apart, nearly parallel. */
const COLOR: PinholeCamera = { fx: 607.2, fy: 606.9, cx: 321.4, cy: 242.6, width: 640, height: 480 }
const DEPTH: PinholeCamera = { fx: 560.5, fy: 560.5, cx: 318.9, cy: 239.2, width: 640, height: 480 }
const CAMERA_FROM_DEPTH = transformFrom<'camera', 'depth'>([1, 0, 0, 0, 1, 0, 0, 0, 1], [-59, 0, 0.4])

/** Views of one arrangement before things are laid anew. */
const VIEWS_PER_ARRANGEMENT = 20
const MAX_LAYOUTS = 100

interface Arrangement {
  readonly number: number
  readonly drawn: readonly DrawnProp[]
  readonly shadows: ShadowMap
}

/**
 * A camera that goes round a table; after every 20 views the things are laid out anew. Colour and depth are taken from
 * two places, as real devices do, so alignment is part of what is tried.
 *
 * @throws {RangeError} from frameAt: the props find no room on the table
 */
export function createMovingTable(props: readonly Prop[], seed: number): MovingTable {
  const texture = sampleTable()
  const noise = createNoiseTable(createRng(seed))
  const target = createRasterTarget(COLOR.width, COLOR.height)
  let arrangement: Arrangement | null = null
  const arrangementAt = (number: number): Arrangement => {
    if (arrangement?.number !== number) {
      const drawn = arrange(props, seed + 7919 * number)
      arrangement = { number, drawn, shadows: castShadows(drawn) }
    }
    return arrangement
  }
  return {
    color: COLOR,
    depth: DEPTH,
    cameraFromDepth: CAMERA_FROM_DEPTH,
    frameAt(index) {
      const { drawn, shadows } = arrangementAt(Math.floor(index / VIEWS_PER_ARRANGEMENT))
      const rng = createRng(seed + 104_729 * (index + 1))
      const cameraFromWorld = viewAt(index)
      const view = drawTable(drawn, { camera: COLOR, cameraFromWorld, target, light: { texture, shadows } })
      // While it is drawn, the depth camera is "the camera".
      const depthFromWorld = compose(invert(CAMERA_FROM_DEPTH), cameraFromWorld) as Float64Array
      const distances = drawTable(drawn, {
        camera: DEPTH,
        cameraFromWorld: depthFromWorld as Transform<'camera', 'world'>,
        target,
        light: null,
      })
      return {
        color: exposeTable(view.radiance, COLOR.width, COLOR.height, noise, rng),
        depthCounts: measureTable(distances.depths, DEPTH, noise, rng),
        instances: instancesOf(drawn, view, cameraFromWorld),
      }
    },
  }
}

function arrange(props: readonly Prop[], seed: number): readonly DrawnProp[] {
  const rng = createRng(seed)
  for (let attempt = 0; attempt < MAX_LAYOUTS; attempt++) {
    const placed = layOut(props, rng)
    if (placed !== null) return placed.map(drawnPropOf)
  }
  throw new RangeError(`${props.length} props find no room on the table`)
}

/** Round the table in steps of 7 degrees, up and down between 38 and 62 degrees above it. */
function viewAt(index: number): Transform<'camera', 'world'> {
  const azimuth = (-90 + 7 * index) * RADIANS_PER_DEGREE
  const elevation = (50 + 12 * Math.sin(0.61 * index)) * RADIANS_PER_DEGREE
  const distance = 800 + 90 * Math.sin(0.37 * index)
  const flat = distance * Math.cos(elevation)
  return lookAt([flat * Math.cos(azimuth), flat * Math.sin(azimuth), distance * Math.sin(elevation)], [0, 0, 25])
}

function instancesOf(
  drawn: readonly DrawnProp[],
  { owners, fullCounts }: TableView,
  cameraFromWorld: Transform<'camera', 'world'>,
): SceneInstance[] {
  return drawn.flatMap(({ name, worldFromObject }, index) => {
    if (name === null) return []
    const visiblePixels = owners.reduce((count, owner) => count + (owner === index ? 1 : 0), 0)
    const visibleFraction = visiblePixels / Math.max(1, fullCounts[index])
    return [{ name, cameraFromObject: compose(cameraFromWorld, worldFromObject), visiblePixels, visibleFraction }]
  })
}
