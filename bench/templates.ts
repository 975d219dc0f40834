// Times template sets: `npx tsx bench/templates.ts [part.ply] [--short]`; the can of LM-O when no file is named.
//
// Two workers draw a set each at the same time, as the Render server with RENDER_WORKERS=2 does; figures are per set, the
// wall time of both divided by two, median of the rounds after one to warm up. Prepared from the parsed mesh each time.
// Blender, where it is installed, runs in the same rounds, one process with one thread for each worker, its start included.
import { blenderVersion } from '@sextant/blender'
import type { TemplateRecipe } from '@sextant/contracts'
import type { TriangleMesh } from '@sextant/geometry'
import { parseMesh, simplifyByClustering } from '@sextant/mesh'
import { TEMPLATE_RECIPE_DEFAULTS, VIEW_COUNTS } from '@sextant/templates'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { subdivided } from './subdivided.ts'
import type { TemplateTask } from './templates-worker.ts'

const { positionals, values: flags } = parseArgs({ allowPositionals: true, options: { short: { type: 'boolean' } } })
const CAN = '../shared/data/real/lmo_000002_000003/models/obj_000005.ply'
const path = positionals[0] ?? (existsSync(CAN) ? CAN : 'examples/meshes/example/box.ply')
const ROUNDS = flags.short === true ? 3 : 5
const SMALLEST_MESH = 5000
const LARGEST_MESH = 10 ** 6

const { mesh } = parseMesh(await readFile(path), basename(path))
const blender = await blenderVersion('blender').catch(() => null)
const root = await mkdtemp(join(tmpdir(), 'sextant-templates-'))
const entry = new URL('./templates-worker.ts', import.meta.url).href
// A worker knows nothing of TypeScript until tsx is registered in it.
const start = `import('tsx/esm/api').then(({ register }) => (register(), import('${entry}')))`
const workers = [0, 1].map(() => new Worker(start, { eval: true }))

/** Seconds per set of a round: every worker draws its own. */
async function round(shape: TriangleMesh, recipe: TemplateRecipe, isPublished: boolean): Promise<number> {
  const started = performance.now()
  await Promise.all(
    workers.map((worker, k) => {
      const task: TemplateTask = { mesh: shape, recipe, directory: isPublished ? join(root, `set-${k}`) : null }
      worker.postMessage(task)
      return once(worker, 'message')
    }),
  )
  return (performance.now() - started) / 1000 / workers.length
}

/** Seconds per set. */
interface Figures {
  readonly drawn: number
  readonly published: number
  /** what a busy machine leaves of the figure: the fastest round */
  readonly bestDrawn: number
  readonly bestPublished: number
}

/** Several recipes in turn, so that what else the machine does hits all of them alike. */
async function measure(shape: TriangleMesh, recipes: readonly TemplateRecipe[], rounds = ROUNDS): Promise<Figures[]> {
  const times = recipes.map((): { drawn: number[]; published: number[] } => ({ drawn: [], published: [] }))
  for (let k = 0; k <= rounds; k++) {
    for (const [i, recipe] of recipes.entries()) {
      const figures = { drawn: await round(shape, recipe, false), published: await round(shape, recipe, true) }
      // The first round warms up.
      if (k === 0) continue
      times[i]?.drawn.push(figures.drawn)
      times[i]?.published.push(figures.published)
    }
  }
  return times.map(({ drawn, published }) => ({
    drawn: median(drawn),
    published: median(published),
    bestDrawn: Math.min(...drawn),
    bestPublished: Math.min(...published),
  }))
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** About this many faces: clustered in ever larger cells. */
function simplified(shape: TriangleMesh, faceCount: number): TriangleMesh {
  let simple = shape
  for (let cell = 0.25; simple.faces.length / 3 > faceCount; cell *= 1.1) simple = simplifyByClustering(shape, cell)
  return simple
}

const facesOf = ({ faces }: TriangleMesh): number => faces.length / 3
const seconds = (value: number): string => value.toFixed(2)

async function compareEngines(): Promise<void> {
  const names = ['rasteriser']
  const recipes: TemplateRecipe[] = [TEMPLATE_RECIPE_DEFAULTS]
  if (blender !== null) {
    names.push(`${blender}, 1 sample`)
    recipes.push({ ...TEMPLATE_RECIPE_DEFAULTS, engine: 'blender', samples: 1, antialias: false })
  }
  const figures = await measure(mesh, recipes)
  const [ours] = figures
  console.log(`\n42 views of ${basename(path)}, ${facesOf(mesh)} faces, 512 x 512`)
  console.table(
    figures.map((times, k) => ({
      engine: names[k],
      ...rowOf(times),
      'rendering, times ours': (times.drawn / (ours?.drawn ?? Number.NaN)).toFixed(1),
      'files, times ours': (times.published / (ours?.published ?? Number.NaN)).toFixed(1),
    })),
  )
  if (blender === null) console.log('Blender is not installed: nothing to compare with')
}

async function growWithFaces(): Promise<void> {
  const rows = []
  let shape = simplified(mesh, SMALLEST_MESH)
  for (;;) {
    const figures = await measure(shape, [TEMPLATE_RECIPE_DEFAULTS], 3)
    rows.push(...figures.map((times) => ({ faces: facesOf(shape), ...rowOf(times) })))
    if (facesOf(shape) >= LARGEST_MESH) break
    shape = subdivided(shape)
  }
  console.log('\nthe same object in more and more faces, 42 views')
  console.table(rows)
}

async function growWithViews(): Promise<void> {
  const rows = []
  for (const viewCount of VIEW_COUNTS) {
    const figures = await measure(mesh, [{ ...TEMPLATE_RECIPE_DEFAULTS, viewCount }], 2)
    const perView = (time: number): string => ((1000 * time) / viewCount).toFixed(1)
    rows.push(
      ...figures.map((times) => ({ views: viewCount, 'best, ms a view': perView(times.bestDrawn), ...rowOf(times) })),
    )
  }
  console.log('\nmore and more views')
  console.table(rows)
}

const rowOf = ({ bestDrawn, bestPublished, drawn, published }: Figures) => ({
  'rendered, s (best)': `${seconds(drawn)} (${seconds(bestDrawn)})`,
  'all files written, s (best)': `${seconds(published)} (${seconds(bestPublished)})`,
})

try {
  console.log(`${workers.length} workers on ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`)
  await compareEngines()
  if (flags.short !== true) {
    await growWithFaces()
    await growWithViews()
  }
} finally {
  await Promise.all(workers.map((worker) => worker.terminate()))
  await rm(root, { recursive: true, force: true })
}
