import { readdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { createMovingTable, exampleProps, type MovingTable, type Prop } from '@sextant/evaluation'
import { rotationOf, translationOf, type ColorImage, type PinholeCamera } from '@sextant/geometry'
import { readObjectMesh } from '@sextant/library'
import { CAD_EXTENSIONS } from '@sextant/mesh'
import type { CameraTruth } from './wire.ts'

/** One message to the drawing thread. */
export interface SyntheticTask {
  /** folder of CAD in mm; null: the example's */
  readonly models: string | null
  readonly seed: number
  readonly index: number
}

export interface SyntheticResult {
  readonly color: ColorImage
  readonly depthCounts: Uint16Array
  readonly truth: CameraTruth
  readonly cameras: {
    readonly color: PinholeCamera
    readonly depth: PinholeCamera
    /** row-major 3x3, and mm: camera from depth */
    readonly rotation: readonly number[]
    readonly translation: readonly number[]
  }
}

/** As many as a table has room for. */
const MOST_MODELS = 9

let table: { readonly key: string; readonly table: Promise<MovingTable> } | null = null

/** Draws one frame; the table is kept in the thread. */
export async function runSyntheticTask({ models, seed, index }: SyntheticTask): Promise<SyntheticResult> {
  const key = `${models ?? ''}:${seed}`
  if (table?.key !== key) table = { key, table: propsOf(models).then((props) => createMovingTable(props, seed)) }
  const scene = await table.table
  const { color, depthCounts, instances } = scene.frameAt(index)
  return {
    color,
    depthCounts,
    truth: {
      frame: index,
      instances: instances.map(({ name, cameraFromObject, visibleFraction, visiblePixels }) => ({
        name,
        rotation: rotationOf(cameraFromObject),
        translation: translationOf(cameraFromObject),
        visible_fraction: visibleFraction,
        visible_pixels: visiblePixels,
      })),
    },
    cameras: {
      color: scene.color,
      depth: scene.depth,
      rotation: rotationOf(scene.cameraFromDepth),
      translation: translationOf(scene.cameraFromDepth),
    },
  }
}

async function propsOf(models: string | null): Promise<readonly Prop[]> {
  if (models === null) return exampleProps().props
  const files = (await readdir(models))
    .filter((file) => CAD_EXTENSIONS.some((extension) => extension === extname(file).toLowerCase()))
    .sort()
  return Promise.all(
    files.slice(0, MOST_MODELS).map(async (file): Promise<Prop> => {
      const { mesh } = await readObjectMesh(join(models, file))
      const name = basename(file, extname(file))
      return { name, mesh, down: null, finish: { diffuse: 1, mirror: 0, exponent: 10 } }
    }),
  )
}
