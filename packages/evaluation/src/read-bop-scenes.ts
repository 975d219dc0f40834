import { transformFrom } from '@sextant/geometry'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EvaluationCase, TrueInstance } from './evaluation-case.ts'
import { parseModelsInfo } from './symmetries.ts'

/** Instances seen less than this are left out. */
export const BOP_LIMITS = { visibleFraction: 0.1, visiblePixels: 300 }

type PerImage<T> = Readonly<Partial<Record<string, T>>>

interface CameraRow {
  readonly cam_K: readonly [number, number, number, number, number, number, number, number, number]
  readonly depth_scale: number
}

interface PoseRow {
  readonly obj_id: number
  readonly cam_R_m2c: readonly number[]
  readonly cam_t_m2c: readonly number[]
}

interface VisibilityRow {
  readonly visib_fract: number
  readonly px_count_visib: number
}

/**
 * Reads every scene of a data set in BOP format: `<scene>/{scene_camera,scene_gt,scene_gt_info}.json`, `rgb`, `depth`,
 * `mask_visib`, and `models/{models_info.json, obj_*.ply}`. Instances that are hardly visible are left out, frames
 * without any left too.
 * @source thodan/bop_toolkit, docs/bop_datasets_format.md
 */
export async function readBopScenes(directory: string): Promise<EvaluationCase[]> {
  const infos = parseModelsInfo(await readFile(join(directory, 'models/models_info.json'), 'utf8'))
  const cases: EvaluationCase[] = []
  for (const scene of (await readdir(directory)).filter((name) => /^\d{6}$/.test(name)).sort()) {
    const folder = join(directory, scene)
    const cameras = await readJson<PerImage<CameraRow>>(join(folder, 'scene_camera.json'))
    const poses = await readJson<PerImage<readonly PoseRow[]>>(join(folder, 'scene_gt.json'))
    const visibility = await readJson<PerImage<readonly VisibilityRow[]>>(join(folder, 'scene_gt_info.json'))
    for (const image of Object.keys(poses).sort((a, b) => Number(a) - Number(b))) {
      const camera = cameras[image]
      if (camera === undefined) throw new TypeError(`scene ${scene} has no camera for image ${image}`)
      const name = image.padStart(6, '0')
      const instances: TrueInstance[] = []
      for (const [index, pose] of (poses[image] ?? []).entries()) {
        const seen = visibility[image]?.at(index)
        if (seen === undefined) throw new TypeError(`scene ${scene}, image ${image} has no visibility of pose ${index}`)
        if (seen.visib_fract < BOP_LIMITS.visibleFraction || seen.px_count_visib < BOP_LIMITS.visiblePixels) continue
        instances.push({
          objectId: pose.obj_id,
          visibleFraction: seen.visib_fract,
          model: {
            path: modelPath(directory, pose.obj_id),
            scaleToMm: 1,
            info: infos.get(pose.obj_id) ?? null,
          },
          cameraFromObject: transformFrom<'camera', 'object'>(pose.cam_R_m2c, pose.cam_t_m2c),
          maskPath: join(folder, `mask_visib/${name}_${String(index).padStart(6, '0')}.png`),
        })
      }
      if (instances.length === 0) continue
      const [fx, , cx, , fy, cy] = camera.cam_K
      const jpeg = join(folder, `rgb/${name}.jpg`)
      cases.push({
        id: `${scene}/${name}`,
        colorPath: existsSync(jpeg) ? jpeg : join(folder, `rgb/${name}.png`),
        depthPath: join(folder, `depth/${name}.png`),
        millimetersPerCount: camera.depth_scale,
        intrinsics: { fx, fy, cx, cy },
        instances,
        shownModelPaths: (poses[image] ?? []).map((pose) => modelPath(directory, pose.obj_id)),
      })
    }
  }
  return cases
}

function modelPath(directory: string, objectId: number): string {
  return join(directory, `models/obj_${String(objectId).padStart(6, '0')}.ply`)
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T
}
