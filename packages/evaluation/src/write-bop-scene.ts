import { rotationOf, translationOf } from '@sextant/geometry'
import { encodeColorPng, encodeDepthPng, encodeGrayPng } from '@sextant/image'
import { boundingBox, diameterOf, encodePly } from '@sextant/mesh'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { geometricModelInfo } from './geometric-symmetries.ts'
import type { RandomSceneFrame, SceneModel } from './synth/random-scene.ts'

/** Writes `<folder>/models/{obj_*.ply, models_info.json}`. @source thodan/bop_toolkit, docs/bop_datasets_format.md */
export async function writeBopModels(folder: string, models: readonly SceneModel[]): Promise<void> {
  const directory = join(folder, 'models')
  await mkdir(directory, { recursive: true })
  const infos: Record<string, unknown> = {}
  for (const { id, mesh } of models) {
    const { min, max } = boundingBox(mesh)
    const { diameter, discrete, continuous } = geometricModelInfo(mesh, diameterOf(mesh))
    infos[id] = {
      diameter,
      ...{ min_x: min[0], min_y: min[1], min_z: min[2] },
      ...{ size_x: max[0] - min[0], size_y: max[1] - min[1], size_z: max[2] - min[2] },
      ...(discrete.length > 0 ? { symmetries_discrete: discrete } : {}),
      ...(continuous.length > 0 ? { symmetries_continuous: continuous } : {}),
    }
    await writeFile(join(directory, `obj_${String(id).padStart(6, '0')}.ply`), encodePly(mesh))
  }
  await writeFile(join(directory, 'models_info.json'), `${JSON.stringify(infos, null, 1)}\n`)
}

/** Writes one scene: rgb, depth (1 mm per count), mask_visib, scene_camera, scene_gt and scene_gt_info. */
export async function writeBopScene(
  folder: string,
  sceneId: number,
  frames: readonly RandomSceneFrame[],
): Promise<void> {
  const directory = join(folder, String(sceneId).padStart(6, '0'))
  for (const name of ['rgb', 'depth', 'mask_visib']) await mkdir(join(directory, name), { recursive: true })
  const cameras: Record<string, unknown> = {}
  const poses: Record<string, unknown> = {}
  const visibilities: Record<string, unknown> = {}
  for (const [index, frame] of frames.entries()) {
    const { fx, fy, cx, cy, width, height } = frame.camera
    const name = String(index).padStart(6, '0')
    await writeFile(join(directory, 'rgb', `${name}.png`), await encodeColorPng(frame.color))
    await writeFile(join(directory, 'depth', `${name}.png`), await encodeDepthPng(frame.depthCounts, width, height))
    for (const [k, { visibleMask }] of frame.instances.entries()) {
      const white = visibleMask.data.map((inside) => 255 * inside)
      const file = `${name}_${String(k).padStart(6, '0')}.png`
      await writeFile(join(directory, 'mask_visib', file), await encodeGrayPng(white, width, height))
    }
    cameras[index] = { cam_K: [fx, 0, cx, 0, fy, cy, 0, 0, 1], depth_scale: 1 }
    poses[index] = frame.instances.map(({ id, cameraFromObject }) => ({
      obj_id: id,
      cam_R_m2c: rotationOf(cameraFromObject),
      cam_t_m2c: translationOf(cameraFromObject),
    }))
    visibilities[index] = frame.instances.map(({ visibleFraction, visiblePixels }) => ({
      visib_fract: visibleFraction,
      px_count_visib: visiblePixels,
    }))
  }
  await writeFile(join(directory, 'scene_camera.json'), JSON.stringify(cameras))
  await writeFile(join(directory, 'scene_gt.json'), JSON.stringify(poses))
  await writeFile(join(directory, 'scene_gt_info.json'), JSON.stringify(visibilities))
}
