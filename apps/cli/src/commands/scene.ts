import { readUploadedFrame, drawPoses, encodeColorPng, type ClientFrame } from '@sextant/image'
import { type LengthUnit, MILLISECONDS_PER_SECOND, rotationOf, translationOf } from '@sextant/geometry'
import { parseObjectFile, readDeclaredSymmetries, readObjectFile } from '@sextant/library'
import { engineChoiceV2, type EngineChoiceV2 } from '@sextant/contracts'
import {
  DETECTION_LIMIT,
  estimateScene,
  refusalOfScene,
  type SceneObject,
  type SceneObjectResult,
  type UserEvidence,
} from '@sextant/pipeline'
import { POSE_DEFAULTS, prepareModel, type CadColors, type PreparedModel } from '@sextant/pose'
import { createSearchThreads } from '@sextant/pose-threads'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, extname, join } from 'node:path'
import { cadFilesIn, unitOption } from '../cad-files.ts'
import { cadColorsOption, parseShare } from '../flags.ts'
import { localStages } from '../local-stages.ts'

interface SceneFlags {
  readonly models: string
  readonly unit?: LengthUnit
  readonly objects?: readonly string[]
  readonly maxInstances: number
  readonly threshold: number
  readonly preset: 'fast' | 'balanced' | 'precise'
  readonly seed: number
  readonly cadColors: CadColors
  readonly engine?: EngineChoiceV2
  readonly threads: number
  readonly click?: UserEvidence
  readonly box?: UserEvidence
  readonly json?: string
  readonly overlay?: string
}

/** `sextant scene`: many objects in one frame, resolved jointly. */
export function addSceneCommand(program: Command): void {
  program
    .command('scene')
    .description('find all instances of many objects in one frame, in this process')
    .argument('<frame>', 'folder with rgb.png (or rgb.jpg), depth.png and camera.json')
    .requiredOption('--models <folder>', 'folder of CAD files')
    .addOption(unitOption())
    .option('--objects <names>', 'file names without extension, comma-separated (default: all)', (text) =>
      text.split(','),
    )
    .option('--max-instances <n>', 'most instances of each object', parseCount, 1)
    .option('--threshold <p>', 'least probability of an answered pose', parseShare, 0.25)
    .addOption(
      new Option('--preset <preset>', 'search effort').choices(['fast', 'balanced', 'precise']).default('balanced'),
    )
    .addOption(cadColorsOption().default('trusted'))
    .addOption(
      new Option('--engine <engine>', 'engine of the search; this process has geometric').choices(
        engineChoiceV2.options,
      ),
    )
    .option('--seed <n>', 'seed of the search', parseCount, 0)
    .option('--threads <n>', 'threads that share each search', parseCount, availableParallelism())
    .addOption(new Option('--click <x,y>', 'the instance at this pixel (one object)').argParser(parseClick))
    .addOption(
      new Option('--box <x0,y0,x1,y1>', 'the instance in this box (one object)').argParser(parseBox).conflicts('click'),
    )
    .option('--json <file>', 'write the answer')
    .option('--overlay <file>', 'write a PNG with masks, boxes and axes')
    .action(findAll)
}

async function findAll(folder: string, flags: SceneFlags): Promise<void> {
  const client = await readFrame(folder)
  const paths = await modelPaths(flags)
  const evidence = flags.click ?? flags.box ?? null
  if (evidence !== null && paths.size !== 1)
    throw new Error('--click and --box need a single object: name it by --objects')
  const threads =
    flags.threads > 1
      ? createSearchThreads(new URL('./workers/search.worker.js', import.meta.url), flags.threads)
      : null
  const started = performance.now()
  try {
    const stages = localStages({
      frame: client.frame,
      modelOf: ({ objectName }) => loadModel(paths.get(objectName) ?? '', flags.unit),
      ...(threads === null ? {} : { openRunner: threads.openRunner }),
    })
    const objects = [...paths.keys()].map((objectName): SceneObject => ({ className: '', objectName, evidence }))
    const options = {
      ...POSE_DEFAULTS,
      ...{ maxInstances: flags.maxInstances, scoreThreshold: flags.threshold, preset: flags.preset, seed: flags.seed },
      cadColors: flags.cadColors,
    }
    const results = await estimateScene(
      {
        frame: client.bytes,
        objects,
        options,
        engine: flags.engine ?? null,
        detectionLimit: DETECTION_LIMIT,
        concurrency: 1,
      },
      stages,
      { requestId: 'scene', now: () => performance.now() },
    )
    const refusal = refusalOfScene(results)
    if (refusal !== null) throw refusal
    printTable(objects, results)
    console.log(
      `${objects.length} objects in ${((performance.now() - started) / MILLISECONDS_PER_SECOND).toFixed(1)} s`,
    )
    if (flags.json !== undefined) await writeFile(flags.json, JSON.stringify(answerOf(objects, results), null, 2))
    if (flags.overlay !== undefined) await writeFile(flags.overlay, await overlayOf(client, results))
  } finally {
    await threads?.close()
  }
}

async function readFrame(folder: string): Promise<ClientFrame> {
  const color = await readFile(join(folder, 'rgb.png')).catch(() => readFile(join(folder, 'rgb.jpg')))
  const depth = await readFile(join(folder, 'depth.png'))
  const camParams: unknown = JSON.parse(await readFile(join(folder, 'camera.json'), 'utf8'))
  return readUploadedFrame({ color, depth, camParams })
}

async function modelPaths({ models, objects }: SceneFlags): Promise<Map<string, string>> {
  const files = await cadFilesIn(models)
  const all = new Map(files.map((name) => [basename(name, extname(name)), join(models, name)]))
  if (objects === undefined) return all
  const missing = objects.filter((name) => !all.has(name))
  if (missing.length > 0) throw new Error(`no CAD file named ${missing.join(', ')} in ${models}`)
  return new Map(objects.map((name) => [name, all.get(name) ?? '']))
}

async function loadModel(path: string, unit: LengthUnit | undefined): Promise<PreparedModel> {
  const file = await readObjectFile(path)
  const { mesh } = await parseObjectFile(unit === undefined ? file : { ...file, unit })
  return prepareModel(mesh, await readDeclaredSymmetries(path))
}

function printTable(objects: readonly SceneObject[], results: readonly SceneObjectResult[]): void {
  for (const [index, { outcome, error, seconds }] of results.entries()) {
    const name = (objects[index]?.objectName ?? '').padEnd(24)
    const rival = outcome.explainedBy === null ? '' : ` (${objects[outcome.explainedBy]?.objectName ?? ''})`
    const reason = error?.message ?? `${outcome.reason ?? ''}${rival}`
    const lines = outcome.poses.map(({ score, cameraFromObject }) => {
      const [x, y, z] = translationOf(cameraFromObject).map((value) => value.toFixed(1).padStart(8))
      return `${score.toFixed(2)}  ${x}${y}${z} mm`
    })
    console.log(`${name}${outcome.status.padEnd(11)}${seconds.toFixed(2)} s  ${lines.join('; ') || reason}`)
  }
}

function answerOf(objects: readonly SceneObject[], results: readonly SceneObjectResult[]): unknown {
  return results.map(({ outcome, error, object, seconds }, index) => ({
    object: objects[index]?.objectName,
    status: error === null ? outcome.status : 'failed',
    reason: error?.message ?? outcome.reason,
    explainedBy: outcome.explainedBy === null ? null : objects[outcome.explainedBy]?.objectName,
    geometry: object,
    seconds,
    poses: outcome.poses.map(({ cameraFromObject, ...pose }) => ({
      rotation: rotationOf(cameraFromObject),
      translation: translationOf(cameraFromObject),
      ...pose,
    })),
  }))
}

/** The photograph with every pose: silhouette, axes, probability. */
function overlayOf({ frame }: ClientFrame, results: readonly SceneObjectResult[]): Promise<Uint8Array> {
  const poses = results.flatMap(({ outcome, object }, index) =>
    outcome.poses.map(({ cameraFromObject, mask, score }) => ({
      cameraFromObject,
      mask,
      label: `${index + 1} ${score.toFixed(2)}`,
      origin: object?.center ?? [0, 0, 0],
      axisLength: 0.4 * (object?.diameter ?? 100),
    })),
  )
  return encodeColorPng(drawPoses(frame.color, frame.camera, poses), { compressionLevel: 6 })
}

function parseCount(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('expected a whole number')
  return value
}

function parseNumbers(text: string, count: number): number[] {
  const values = text.split(',').map(Number)
  if (values.length !== count || values.some((value) => !Number.isFinite(value))) {
    throw new InvalidArgumentError(`expected ${count} numbers separated by commas`)
  }
  return values
}

function parseClick(text: string): UserEvidence {
  const [x = 0, y = 0] = parseNumbers(text, 2)
  return { click: { x, y } }
}

function parseBox(text: string): UserEvidence {
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = parseNumbers(text, 4)
  return { box: { x0, y0, x1, y1 } }
}
