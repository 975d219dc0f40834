// What the picture is worth: poses from a colour image, from a monochrome one, and without one, with and without the
// colours of the CAD. Best answer of each object that a frame holds once, told nothing.
// npx tsx bench/pictures.ts [every nth generated frame]
import { createTrace } from '@sextant/contracts'
import {
  geometricModelInfo,
  loadFrame,
  loadModel,
  metricPointsOf,
  poseErrors,
  readBopScenes,
  readRealCases,
  symmetriesOf,
  type EvaluationCase,
  type ModelReference,
} from '@sextant/evaluation'
import type { Frame } from '@sextant/geometry'
import { diameterOf } from '@sextant/mesh'
import { estimateObject, grayOf, POSE_DEFAULTS, prepareModel, prepareScene, type CadColors } from '@sextant/pose'
import { fileURLToPath } from 'node:url'

const LEAST_VISIBLE = 0.1
const RIGHT_MSSD = 0.1
const data = fileURLToPath(new URL('../../shared/data', import.meta.url))
const every = Number(process.argv[2] ?? 8)

const PICTURES: Readonly<Record<string, (frame: Frame) => Uint8Array>> = {
  color: ({ color }) => color.data,
  gray: ({ color }) => grayOf(color.data),
  blank: ({ color }) => new Uint8Array(color.data.length),
}
const CHOICES: readonly CadColors[] = ['trusted', 'ignored']

interface Tally {
  count: number
  right: number
  found: number
  scores: number
}

type PreparedReference = Awaited<ReturnType<typeof prepare>>

async function prepare(reference: ModelReference) {
  const mesh = await loadModel(reference)
  const info = reference.info ?? geometricModelInfo(mesh, diameterOf(mesh))
  return { model: prepareModel(mesh), points: metricPointsOf(mesh), symmetries: symmetriesOf(info), diameter: info.diameter } // prettier-ignore
}

const models = new Map<string, PreparedReference>()

async function measure(cases: readonly EvaluationCase[]): Promise<void> {
  const tallies = new Map<string, Tally>()
  for (const item of cases) {
    const frame = await loadFrame(item)
    const counts = new Map<number, number>()
    for (const { objectId } of item.instances) counts.set(objectId, (counts.get(objectId) ?? 0) + 1)
    const asked = item.instances.filter(
      ({ objectId, visibleFraction }) => counts.get(objectId) === 1 && (visibleFraction ?? 1) >= LEAST_VISIBLE,
    )
    for (const [picture, paint] of Object.entries(PICTURES)) {
      const scene = prepareScene({ ...frame, color: { ...frame.color, data: paint(frame) } })
      for (const { model: reference, cameraFromObject } of asked) {
        const known = models.get(reference.path) ?? (await prepare(reference))
        models.set(reference.path, known)
        for (const cadColors of CHOICES) {
          const options = { ...POSE_DEFAULTS, cadColors, scoreThreshold: 0 }
          const { poses } = estimateObject(scene, known.model, null, options, { trace: createTrace(() => 0) })
          const [best] = poses
          const name = `${picture}, CAD ${cadColors}`
          const tally = tallies.get(name) ?? { count: 0, right: 0, found: 0, scores: 0 }
          tallies.set(name, tally)
          tally.count++
          if (best === undefined) continue
          const { points, symmetries, diameter } = known
          const { mssd } = poseErrors(best.cameraFromObject, cameraFromObject, points, symmetries, frame.camera)
          if (mssd >= RIGHT_MSSD * diameter) continue
          tally.right++
          tally.scores += best.score
          if (best.score >= POSE_DEFAULTS.scoreThreshold) tally.found++
        }
      }
    }
  }
  console.log('picture                instances  right  right and >= 0.3  mean score of the right')
  for (const [name, { count, right, found, scores }] of tallies) {
    const columns = [String(count).padStart(9), String(right).padStart(7), String(found).padStart(18)]
    console.log(name.padEnd(23) + columns.join('') + (scores / right).toFixed(2).padStart(13))
  }
}

const generated = await readBopScenes(`${data}/synth_bop`)
await measure(generated.filter((_, index) => index % every === 0))
await measure(await readRealCases(`${data}/real`))
