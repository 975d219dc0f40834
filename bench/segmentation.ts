/**
 * How early the right proposal comes in the ranked list of its object, and how long it takes.
 *
 *   npx tsx bench/segmentation.ts [--data folder] [--stride 1] [--views 42] [--list 0]
 *
 * An instance is found at rank k when the k-th detection has IoU > 0.5 with it; detections that cover another instance of
 * the same object do not count as misses.
 */
import { createTrace } from '@sextant/contracts'
import { createRng } from '@sextant/geometry'
import { diameterOf } from '@sextant/mesh'
import { detectObject, prepareTemplates, segmentScene, type TemplateDescriptors } from '@sextant/segmentation'
import { createTemplateWorkspace, rasterizeTemplates, resizeRecipe, TEMPLATE_RECIPE_DEFAULTS } from '@sextant/templates'
import { argument, benchSets, countedInstances, type BenchFrame } from './gather-frames.ts'
import { median } from './grid-iou.ts'
import { readMesh } from './read-mesh.ts'
import { decodeRle, rleIou } from './rle-iou.ts'

const viewCount = Number(argument('views', '42'))
const listed = Number(argument('list', '0'))
const LIMIT = 100
/** Template pixels; the recipe's 512 change nothing, views are described at about 96 px. */
const RECIPE = { ...resizeRecipe(TEMPLATE_RECIPE_DEFAULTS, 192), viewCount, antialias: false }

const prepared = new Map<string, TemplateDescriptors>()
const prepareTimes: number[] = []

function descriptorsOf(frame: BenchFrame, objectId: number): TemplateDescriptors {
  const { path, unitInMm } = frame.modelOf(objectId)
  const known = prepared.get(path)
  if (known !== undefined) return known
  const mesh = readMesh(path, unitInMm)
  const views = [...rasterizeTemplates(createTemplateWorkspace(mesh, RECIPE))]
  const started = performance.now()
  const object = prepareTemplates(views, { diameterMm: diameterOf(mesh), isUniform: RECIPE.colorize })
  prepareTimes.push(performance.now() - started)
  prepared.set(path, object)
  return object
}

for (const { name, frames } of benchSets()) {
  const rows: { label: string; rank: number }[] = []
  const times: Record<string, number[]> = {}
  const candidates: number[] = []
  const note = (stage: string, ms: number): void => {
    ;(times[stage] ??= []).push(ms)
  }
  for (const frame of frames) {
    const instances = countedInstances(frame)
    const objectIds = [...new Set(instances.map(({ objectId }) => objectId))]
    const objects = objectIds.map((objectId) => descriptorsOf(frame, objectId))
    const trace = createTrace(() => performance.now())
    const maxDiameterMm = Math.max(...objects.map(({ diameterMm }) => diameterMm))
    const scene = segmentScene(frame.frame, { maxDiameterMm }, { trace, rng: createRng(1) })
    for (const [stage, ms] of Object.entries(trace.timings)) note(stage, ms)
    objects.forEach((object, k) => {
      const own = instances.filter(({ objectId }) => objectId === objectIds[k])
      const started = performance.now()
      const answer = detectObject(scene, object, { limit: LIMIT }, { trace: createTrace(() => performance.now()) })
      note('one object', performance.now() - started)
      candidates.push(answer.trace.candidateCount)
      const masks = answer.detections.map(({ mask }) => decodeRle(mask))
      const ious = own.map(({ mask }) => masks.map((detection) => rleIou(detection, mask)))
      own.forEach((instance, i) => {
        let rank = 0
        const hit = masks.findIndex((_, d) => {
          if ((ious[i]?.[d] ?? 0) > 0.5) return true
          if (!ious.some((other) => (other[d] ?? 0) > 0.5)) rank++
          return false
        })
        const percent = Math.round(100 * instance.visibleFraction)
        rows.push({
          label: `${frame.name} object ${instance.objectId}, ${percent} % visible`,
          rank: hit < 0 ? Infinity : rank + 1,
        })
      })
    })
  }
  const recall = (k: number): string => (rows.filter(({ rank }) => rank <= k).length / rows.length).toFixed(3)
  console.log(
    `${name}: ${rows.length} instances, ${median(candidates)} candidates; right one within the first ` +
      [1, 3, 10, 30, 60, LIMIT].map((k) => `${k}: ${recall(k)}`).join(', '),
  )
  for (const [stage, ms] of Object.entries(times)) console.log(`  ${stage}: median ${median(ms).toFixed(1)} ms`)
  rows.sort((a, b) => b.rank - a.rank)
  for (const { label, rank } of rows.slice(0, listed)) console.log(`  rank ${rank} ${label}`)
}
console.log(`templates of one object described in ${median(prepareTimes).toFixed(0)} ms (${viewCount} views)`)
