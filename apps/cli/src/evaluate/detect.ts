import { createTrace, type Detection } from '@sextant/contracts'
import { createRng, type Frame, type Mask, type TriangleMesh } from '@sextant/geometry'
import { decodeRle } from '@sextant/image'
import {
  detectObject,
  prepareTemplates,
  segmentScene,
  type SceneSegmentation,
  type TemplateDescriptors,
} from '@sextant/segmentation'
import { createTemplateWorkspace, rasterizeTemplates, resizeRecipe, TEMPLATE_RECIPE_DEFAULTS } from '@sextant/templates'

/** Views are described at about 96 px: rendering them larger changes nothing. */
const RECIPE = { ...resizeRecipe(TEMPLATE_RECIPE_DEFAULTS, 192), antialias: false }

/** Renders and describes the views of an object, as the segmentation server does once per template set. */
export function describeTemplates(mesh: TriangleMesh, diameterMm: number): TemplateDescriptors {
  const views = [...rasterizeTemplates(createTemplateWorkspace(mesh, RECIPE))]
  return prepareTemplates(views, { diameterMm, isUniform: RECIPE.colorize })
}

/** Proposals of a frame for objects up to the largest diameter, mm. */
export function segmentFrame(frame: Frame, maxDiameterMm: number, now: () => number): SceneSegmentation {
  return segmentScene(frame, { maxDiameterMm }, { trace: createTrace(now), rng: createRng(1) })
}

/** The scored masks of one object, best first. */
export function detectionsOf(
  scene: SceneSegmentation,
  object: TemplateDescriptors,
  limit: number,
  now: () => number,
): readonly Detection[] {
  return detectObject(scene, object, { limit }, { trace: createTrace(now) }).detections
}

/** IoU of a detection with each mask. */
export function overlapsOf({ mask }: Detection, truths: readonly Mask[]): number[] {
  const claimed = decodeRle(mask).data
  return truths.map(({ data }) => {
    let shared = 0
    let either = 0
    for (let i = 0; i < data.length; i++) {
      const a = claimed[i] !== 0
      const b = data[i] !== 0
      if (a && b) shared++
      if (a || b) either++
    }
    return either === 0 ? 0 : shared / either
  })
}
