import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSample, SAMPLE_FOLDERS, type ObjectLibrary } from '@sextant/library'

const OBJECT = 'obj_000005'
const CAMERA = { cam_K: [525, 0, 320, 0, 525, 240, 0, 0, 1], depth_scale: 1000 }
const WHOLE_IMAGE = { size: [480, 640], counts: [0, 480 * 640] }

/**
 * A request that is ready to be posted, and which of its files are there.
 *
 * @param sampleFolder  where to look, as a client names it
 * @throws {PlatformError} request.path_forbidden
 */
export async function readPoseSample(
  library: Pick<ObjectLibrary, 'confine'>,
  sampleFolder: string = SAMPLE_FOLDERS[0],
): Promise<Record<string, unknown>> {
  const sample = (await readSample(library, sampleFolder)) ?? (await readSample(library))
  const folder = sample?.folder ?? sampleFolder
  const isStatic = folder === SAMPLE_FOLDERS[1]
  const paths = {
    rgb_path: `${folder}/rgb.png`,
    depth_path: `${folder}/depth.png`,
    cad_path: isStatic ? `static/meshes/test/${OBJECT}.ply` : `${folder}/${OBJECT}.ply`,
    template_dir: isStatic ? `static/templates/test/${OBJECT}` : `${folder}/outputs/templates`,
  }
  const exists = (path: string): boolean => existsSync(library.confine(path))
  return {
    message: sample === null ? 'The sample files are not there; see file_exists.' : 'Sample data for pose estimation',
    sample_request: {
      rgb_image: sample?.frame.rgb_image ?? '',
      depth_image: sample?.frame.depth_image ?? '',
      cam_params: sample?.frame.cam_params ?? CAMERA,
      cad_path: paths.cad_path,
      template_dir: paths.template_dir,
      seg_data: [await firstDetection(library.confine(folder))],
      det_score_thresh: 0.2,
    },
    file_paths: paths,
    file_exists: {
      rgb: exists(paths.rgb_path),
      depth: exists(paths.depth_path),
      cad: exists(paths.cad_path),
      template_dir: exists(paths.template_dir),
    },
  }
}

/** Best of the sample's detections, or the whole image. */
async function firstDetection(folder: string): Promise<unknown> {
  try {
    const text = await readFile(join(folder, 'outputs/sam6d_results/detection_ism.json'), 'utf8')
    const items = JSON.parse(text) as { score: number }[]
    const [best] = items.sort((a, b) => b.score - a.score)
    if (best !== undefined) return best
  } catch {
    // no detections beside the sample
  }
  return { scene_id: 0, image_id: 0, category_id: 1, bbox: [0, 0, 640, 480], score: 1, segmentation: WHOLE_IMAGE }
}
