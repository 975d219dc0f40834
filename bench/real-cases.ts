import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { transformFrom, type TriangleMesh } from '@sextant/geometry'
import { createRasterMesh, createRasterTarget, renderInto } from '@sextant/raster'
import { must, readFrame, type BopFrame, type BopInstance } from './bop-scenes.ts'

interface CaseObject {
  readonly obj_id: number
  readonly model: string
  readonly model_scale_to_mm?: number
  readonly R: readonly number[]
  readonly t_mm: readonly number[]
}

/** A rendered point is hidden when the measured surface is nearer by more than this, mm (BOP toolkit: delta). */
const OCCLUSION_MM = 15

/** Real cases with poses; `d435_connector` has none. */
export const REAL_CASES = [
  'lmo_000002_000003',
  'ycbv_0048_000001',
  'ycbv_0050_000629',
  'icbin_000001_000000',
  'coke_d435_1',
]

/**
 * A real frame with visible masks made from the poses as the BOP toolkit does: rendered, and not hidden behind the
 * measured surface; where depth is missing the pixel counts as visible. Other listed instances hide by rendered depth.
 */
export function readRealCase(
  folder: string,
  readMesh: (path: string, unitInMm: number) => TriangleMesh,
): BopFrame & { readonly modelPaths: ReadonlyMap<number, string> } {
  const json = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const { cam_K, depth_scale } = json('camera.json') as { cam_K: number[]; depth_scale: number }
  const objects = json('gt.json') as CaseObject[]
  const frame = readFrame(join(folder, 'rgb.png'), join(folder, 'depth.png'), cam_K, depth_scale)
  const { width, height } = frame.camera
  const target = createRasterTarget(width, height)
  const meshes = new Map<string, ReturnType<typeof createRasterMesh>>()
  const rendered = objects.map((object) => {
    const path = join(folder, object.model)
    const mesh = meshes.get(path) ?? createRasterMesh(readMesh(path, object.model_scale_to_mm ?? 1))
    meshes.set(path, mesh)
    renderInto(target, mesh, transformFrom<'camera', 'object'>(object.R, object.t_mm), frame.camera)
    return target.depths.slice()
  })
  const nearest = new Float32Array(width * height).fill(Infinity)
  for (const depths of rendered) {
    depths.forEach((z, i) => {
      if (z > 0) nearest[i] = Math.min(z, nearest[i] ?? Infinity)
    })
  }
  const instances = objects.map((object, k): BopInstance => {
    const depths = must(rendered[k], 'rendering')
    let whole = 0
    let visiblePixels = 0
    const mask = depths.map((z, i) => {
      if (z === 0) return 0
      whole++
      const observed = frame.depth.data[i] ?? 0
      const visible = z <= (nearest[i] ?? Infinity) + 1 && (observed === 0 || z - observed <= OCCLUSION_MM)
      if (visible) visiblePixels++
      return visible ? 1 : 0
    })
    return {
      objectId: object.obj_id,
      rotation: object.R,
      translation: object.t_mm,
      visibleFraction: visiblePixels / Math.max(1, whole),
      visiblePixels,
      mask: Uint8Array.from(mask),
    }
  })
  return {
    name: folder.split('/').at(-1) ?? '',
    frame,
    instances,
    modelPaths: new Map(objects.map((object) => [object.obj_id, join(folder, object.model)])),
  }
}
