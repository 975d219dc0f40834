// A table as one question: all objects of a class asked for at once, some of them not there. Through the four services.
//   sextant synth --models ../shared/data/meshes/ycbv --out <folder> --scenes 6 --frames 2 --objects 15 --kind table --distinct --seed 7000
//   npx tsx bench/scenes.ts <folder> [together]      (needs a build; `together` leaves out the rest and lists what is missed)
// Prints recall and false claims, pixels explained twice, seconds and how they grow with the number of objects, and who is
// taken for whom: asked together, and each object alone.
import type { PoseV2, SceneRequestV2, SceneResponseV2 } from '@sextant/contracts'
import {
  geometricModelInfo,
  loadMask,
  loadModel,
  metricPointsOf,
  poseErrors,
  readBopScenes,
  symmetriesOf,
  type EvaluationCase,
  type TrueInstance,
} from '@sextant/evaluation'
import { MILLISECONDS_PER_SECOND, transformFrom, type Mask } from '@sextant/geometry'
import { decodeRle } from '@sextant/image'
import { diameterOf } from '@sextant/mesh'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { serveFolder } from './services.ts'

const [folder = '', only] = process.argv.slice(2)
if (!existsSync(join(folder, 'models'))) {
  console.log('skipped: name a folder in BOP format; the first lines of this file say how to make one')
  process.exit(0)
}
/** Instances seen less are neither asked of recall nor counted as false when found. */
const VISIBLE = 0.3
/** Right: MSSD below this part of the diameter. */
const RIGHT = 0.1
const GROWTH = [1, 5, 10, 21, 50]
/** YCB-Video ids that look alike. */
const CONFUSABLE = [
  { names: ['cracker', 'sugar', 'pudding', 'gelatin'], ids: [2, 3, 7, 8] },
  { names: ['chef', 'soup', 'tuna'], ids: [1, 4, 6] },
  { names: ['large', 'extra'], ids: [19, 20] },
]

const cases = await readBopScenes(folder)
const modelFiles = readdirSync(join(folder, 'models')).filter((name) => name.endsWith('.ply'))
const staticRoot = mkdtempSync(join(tmpdir(), 'sextant-scenes-'))
for (const copy of ['table', 'again', 'more']) {
  mkdirSync(join(staticRoot, 'meshes', copy), { recursive: true })
  for (const name of modelFiles) copyFileSync(join(folder, 'models', name), join(staticRoot, 'meshes', copy, name))
}
const objectsOf = (className: string): SceneRequestV2['objects'] =>
  modelFiles.map((name) => ({ className, objectName: nameOf(name) }))
const asked = objectsOf('table')

const metrics = new Map<string, Awaited<ReturnType<typeof metricsOf>>>()
async function metricsOf({ model }: TrueInstance) {
  const mesh = await loadModel(model)
  const info = model.info ?? geometricModelInfo(mesh, diameterOf(mesh))
  return { points: metricPointsOf(mesh), symmetries: symmetriesOf(info), diameter: info.diameter }
}

const services = await serveFolder(staticRoot)
try {
  await ask(cases[0] as EvaluationCase, asked) // loads every CAD
  const together = createTally('together')
  const alone = createTally('each alone')
  const seconds: number[] = []
  for (const item of cases) {
    const started = performance.now()
    const answer = await ask(item, asked)
    seconds.push((performance.now() - started) / MILLISECONDS_PER_SECOND)
    await together.add(item, answer)
    if (only === 'together') await listMissed(item, answer)
    if (only === 'together') continue
    const answers = []
    for (const object of asked) answers.push(await ask(item, [object]))
    await alone.add(item, { ...answer, objects: answers.flatMap(({ objects }) => objects) })
    console.log(`${item.id}: ${seconds.at(-1)?.toFixed(1)} s, ${together.line()}`)
  }
  seconds.sort((a, b) => a - b)
  console.log(`\n${asked.length} objects a frame: ${seconds[seconds.length >> 1]?.toFixed(1)} s (median), ${seconds.at(-1)?.toFixed(1)} s (longest)`) // prettier-ignore
  for (const tally of only === 'together' ? [together] : [together, alone]) tally.print()
  const pool = ['table', 'again', 'more'].flatMap(objectsOf)
  const first = cases[0] as EvaluationCase
  await ask(first, pool)
  for (const count of GROWTH.filter((n) => n <= pool.length && only === undefined)) {
    const started = performance.now()
    await ask(first, pool.slice(0, count))
    console.log(`${count} objects: ${((performance.now() - started) / MILLISECONDS_PER_SECOND).toFixed(1)} s`)
  }
} finally {
  await services.stop()
  rmSync(staticRoot, { recursive: true, force: true })
}

/** Why instances are missed: was the right place found and not believed, or another one taken? */
async function listMissed(item: EvaluationCase, { objects }: SceneResponseV2): Promise<void> {
  for (const instance of item.instances) {
    if ((instance.visibleFraction ?? 1) < VISIBLE) continue
    const name = nameOf(instance.model.path)
    const answer = objects.find(({ objectName }) => objectName === name)
    if (answer === undefined) continue
    const errors = await Promise.all(answer.poses.map((pose) => rightInstance(item, name, pose)))
    if (errors.includes(instance)) continue
    const { bestRejected: best } = answer
    const wasRight = best !== null && (await rightInstance(item, name, best)) !== null
    const percent = Math.round(100 * (instance.visibleFraction ?? 1))
    console.log(
      `  missed ${name}, ${percent} % visible: ${answer.status} ${answer.reason ?? ''} ${answer.poses[0]?.score.toFixed(2) ?? ''}` +
        `, best not believed ${best === null ? 'none' : `${best.score.toFixed(2)} (${wasRight ? 'right' : 'wrong'})`}`,
    )
  }
}

async function ask(item: EvaluationCase, objects: SceneRequestV2['objects']): Promise<SceneResponseV2> {
  const { fx, fy, cx, cy } = item.intrinsics
  const request: Partial<SceneRequestV2> = {
    objects,
    color: readFileSync(item.colorPath).toString('base64'),
    depth: readFileSync(item.depthPath).toString('base64'),
    camParams: { fx, fy, cx, cy, depth_scale: item.millimetersPerCount },
  }
  const response = await fetch(`${services.urls.main}/api/v2/scenes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as SceneResponseV2
}

/** Counts right and wrong claims over the frames. */
function createTally(name: string) {
  let present = 0
  let found = 0
  let absent = 0
  let falseClaims = 0
  let misplaced = 0
  let claims = 0
  let explainedTwice = 0
  /** true object + claimed object */
  const taken = new Map<string, number>()
  return {
    async add(item: EvaluationCase, { objects, camera }: SceneResponseV2): Promise<void> {
      const shown = new Set(item.shownModelPaths.map(nameOf))
      const masks: { readonly instance: TrueInstance; readonly mask: Mask }[] = []
      for (const instance of item.instances) {
        if (instance.maskPath !== null) masks.push({ instance, mask: await loadMask(instance.maskPath) })
      }
      const explained = new Uint8Array(camera.width * camera.height)
      const isFound = new Set<TrueInstance>()
      for (const { objectName, poses } of objects) {
        const isAbsent = !shown.has(objectName)
        if (isAbsent) absent++
        if (isAbsent && poses.length > 0) falseClaims++
        for (const pose of poses) {
          claims++
          const claimed = decodeRle(pose.mask).data
          claimed.forEach((inside, i) => {
            if (inside === 1 && explained[i]++ === 1) explainedTwice++
          })
          const covered = mostCovered(claimed, masks)
          if (covered !== null) {
            const key = `${nameOf(covered.model.path)}>${objectName}`
            taken.set(key, (taken.get(key) ?? 0) + 1)
          }
          const right = await rightInstance(item, objectName, pose)
          if (right !== null) isFound.add(right)
          else if (!isAbsent) misplaced++
        }
      }
      for (const instance of item.instances) {
        if ((instance.visibleFraction ?? 1) < VISIBLE) continue
        present++
        if (isFound.has(instance)) found++
      }
    },
    line: () => `found ${found} of ${present}, claims about absent objects ${falseClaims} of ${absent}`,
    print(): void {
      const wrong = falseClaims + misplaced
      console.log(
        `\n${name}: recall ${(found / present).toFixed(3)} (${found} of ${present} at least ${100 * VISIBLE} % visible), ` +
          `absent but claimed ${((100 * falseClaims) / absent).toFixed(1)} % (${falseClaims} of ${absent}), ` +
          `wrong among ${claims} claims ${((100 * wrong) / claims).toFixed(1)} %, pixels explained twice ${explainedTwice}`,
      )
      for (const { names, ids } of CONFUSABLE) {
        const id = (k: number): string => `obj_${String(ids[k]).padStart(6, '0')}`
        console.log(`  ${'true \\ claimed'.padEnd(14)} ${names.map((text) => text.padStart(8)).join('')}`)
        names.forEach((text, t) => {
          const row = names.map((_, c) => String(taken.get(`${id(t)}>${id(c)}`) ?? 0).padStart(8))
          console.log(`  ${text.padEnd(14)} ${row.join('')}`)
        })
      }
    },
  }
}

function nameOf(path: string): string {
  return basename(path, '.ply')
}

/** The instance under most of the claimed pixels, if it is more than half of them. */
function mostCovered(
  claimed: Uint8Array,
  masks: readonly { readonly instance: TrueInstance; readonly mask: Mask }[],
): TrueInstance | null {
  const area = claimed.reduce((sum, inside) => sum + inside, 0)
  const shares = masks.map(({ instance, mask }) => ({
    instance,
    share: claimed.reduce((sum, inside, i) => sum + (inside === 1 && mask.data[i] === 1 ? 1 : 0), 0) / area,
  }))
  return shares.find(({ share }) => share > 0.5)?.instance ?? null
}

/** The instance of that name that the pose fits; null: none. */
async function rightInstance(item: EvaluationCase, objectName: string, pose: PoseV2): Promise<TrueInstance | null> {
  const camera = { ...item.intrinsics, width: 640, height: 480 }
  for (const instance of item.instances) {
    if (nameOf(instance.model.path) !== objectName) continue
    const known = metrics.get(objectName) ?? (await metricsOf(instance))
    metrics.set(objectName, known)
    const estimate = transformFrom<'camera', 'object'>(pose.rotation, pose.translation)
    const { mssd } = poseErrors(estimate, instance.cameraFromObject, known.points, known.symmetries, camera)
    if (mssd < RIGHT * known.diameter) return instance
  }
  return null
}
