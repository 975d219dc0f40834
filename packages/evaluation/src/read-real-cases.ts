import { transformFrom } from '@sextant/geometry'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EvaluationCase, ModelReference } from './evaluation-case.ts'
import { parseModelsInfo } from './symmetries.ts'

interface CameraFile {
  readonly cam_K: readonly [number, number, number, number, number, number, number, number, number]
  /** mm per count */
  readonly depth_scale: number
}

interface PoseFile {
  readonly obj_id: number
  /** path relative to the case */
  readonly model: string
  readonly model_scale_to_mm?: number
  readonly R: readonly number[]
  readonly t_mm: readonly number[]
}

/**
 * Reads a folder of single frames: `<case>/{rgb.png, depth.png, camera.json, gt.json}`. Cases without a pose are left
 * out. Symmetries come from `models_info.json` beside the mesh where it states a diameter.
 */
export async function readRealCases(directory: string): Promise<EvaluationCase[]> {
  const cases: EvaluationCase[] = []
  for (const id of (await readdir(directory)).sort()) {
    const folder = join(directory, id)
    if (!existsSync(join(folder, 'gt.json'))) continue
    const camera = JSON.parse(await readFile(join(folder, 'camera.json'), 'utf8')) as CameraFile
    const poses = JSON.parse(await readFile(join(folder, 'gt.json'), 'utf8')) as PoseFile[]
    if (poses.length === 0) continue
    const [fx, , cx, , fy, cy] = camera.cam_K
    const instances = await Promise.all(
      poses.map(async (pose) => ({
        objectId: pose.obj_id,
        model: await modelReference(join(folder, pose.model), pose),
        cameraFromObject: transformFrom<'camera', 'object'>(pose.R, pose.t_mm),
        maskPath: null,
        visibleFraction: null,
      })),
    )
    cases.push({
      id,
      colorPath: join(folder, 'rgb.png'),
      depthPath: join(folder, 'depth.png'),
      millimetersPerCount: camera.depth_scale,
      intrinsics: { fx, fy, cx, cy },
      instances,
      shownModelPaths: instances.map(({ model }) => model.path),
    })
  }
  return cases
}

async function modelReference(path: string, pose: PoseFile): Promise<ModelReference> {
  const infoPath = join(dirname(path), 'models_info.json')
  const infos = existsSync(infoPath) ? parseModelsInfo(await readFile(infoPath, 'utf8')) : null
  return { path, scaleToMm: pose.model_scale_to_mm ?? 1, info: infos?.get(pose.obj_id) ?? null }
}
