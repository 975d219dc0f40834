import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError, templateFileNames, type Detection, type StageTimings } from '@sextant/contracts'
import { createRng, MILLIMETERS_PER_METER, transformFrom } from '@sextant/geometry'
import type { Provider } from '@sextant/inference'
import { decodeColor, decodeFrame, decodeMask, decodeRle, parseNpy, type FrameBytes } from '@sextant/image'
import {
  cacheKeyOf,
  digestOfTemplateSet,
  openLayeredCache,
  readUsableMesh,
  type CacheOrigin,
  type LayeredCache,
} from '@sextant/library'
import { samplePoints } from '@sextant/mesh'
import { openPoseNetworks, type Loaded, type NetworkInfo } from '@sextant/models'
import type { ForeignPose } from '@sextant/pose'
import {
  chooseRandomly,
  COARSE_HYPOTHESES,
  describeObject,
  estimateNetworkPose,
  viewDetection,
  viewTemplate,
  type ChoosePoints,
  type ObjectFeatures,
  type PointView,
  type PoseNetworks,
} from '@sextant/sam6d'

/** Draws that the official code leaves to chance, given instead: for comparing with it number by number. */
export interface NetworkReplay {
  /** positions among a detection's points */
  readonly observed: Int32Array
  /** positions among each view's points, view after view */
  readonly templates: Int32Array
  /** uniform in [0, 1) */
  readonly hypotheses: Float32Array
  /** [1024, 3] m, surface points of the CAD */
  readonly model: Float32Array
}

export interface LoadNetworksTask {
  readonly kind: 'load'
  readonly modelsDir: string
  readonly providers: readonly Provider[]
  readonly threads: number
  /** where features are kept between starts */
  readonly featureCacheDirectory: string
}

export interface NetworkPosesTask {
  readonly kind: 'estimate'
  readonly bytes: FrameBytes
  readonly detections: readonly Detection[]
  readonly cadPath: string
  readonly cadSha256: string
  readonly templateDirectory: string
  readonly seed: number
  readonly replay: NetworkReplay | null
}

export type NetworkTask = LoadNetworksTask | { readonly kind: 'unload' } | NetworkPosesTask

export interface NetworkPosesResult {
  readonly poses: readonly ForeignPose[]
  /** of the object's features */
  readonly origin: CacheOrigin
  readonly timings: StageTimings
}

const MODEL_POINTS = 1024
const OBJECTS_KEPT = 20
const MODEL_SEED = 7
const FEATURES_VERSION = '2'
const FEATURE_FILES_KEPT = 200

interface KnownObject {
  readonly features: ObjectFeatures
  /** [1024, 3] m */
  readonly model: Float32Array
}

let loaded: (Loaded<PoseNetworks> & { readonly objects: LayeredCache<KnownObject> }) | null = null

/** The networks live in this thread; one task runs at a time. @throws {PlatformError} model.*, bundle.*, mesh.*, image.* */
export async function runNetworkTask(task: NetworkTask): Promise<NetworkInfo | NetworkPosesResult | null> {
  if (task.kind === 'estimate') return estimate(task)
  await loaded?.release()
  loaded = null
  if (task.kind === 'unload') return null
  const { modelsDir, providers, threads, featureCacheDirectory } = task
  const objects = openLayeredCache<KnownObject>(featureCacheDirectory, {
    version: FEATURES_VERSION,
    limit: FEATURE_FILES_KEPT,
    valuesKept: OBJECTS_KEPT,
  })
  loaded = { ...(await openPoseNetworks(modelsDir, { providers, threads })), objects }
  return loaded.info
}

async function estimate(task: NetworkPosesTask): Promise<NetworkPosesResult> {
  if (loaded === null) throw new PlatformError('model.missing', { detail: 'The networks are not loaded.' })
  const { networks } = loaded
  const timings: StageTimings = {}
  let started = performance.now()
  const lap = (name: string): void => {
    timings[name] = performance.now() - started
    started = performance.now()
  }
  const frame = await decodeFrame(task.bytes)
  const depth = frame.depth.data.map((value) => value / MILLIMETERS_PER_METER)
  lap('decode')
  const { value: object, origin } = await knowObject(task, loaded)
  lap('template features')
  const rng = createRng(task.seed)
  const poses: ForeignPose[] = []
  const radius = largestNorm(object.model)
  for (const [index, { mask, score }] of task.detections.entries()) {
    const choose: ChoosePoints = task.replay === null ? chooseRandomly(rng) : () => task.replay?.observed ?? []
    const pixels = decodeRle(mask).data
    const seen = viewDetection(frame.color, depth, frame.camera, pixels, radius, choose)
    if ('refusal' in seen) continue
    const draws = task.replay?.hypotheses ?? Float32Array.from({ length: 3 * COARSE_HYPOTHESES }, () => rng.next())
    const pose = await estimateNetworkPose(networks, seen.view, object.features, object.model, draws)
    const translation = pose.translation.map((value) => value * MILLIMETERS_PER_METER)
    poses.push({
      cameraFromObject: transformFrom<'camera', 'object'>(pose.rotation, translation),
      score: pose.score * score,
      detectionIndex: index,
    })
  }
  lap('network')
  return { poses, origin, timings }
}

/** Features of the object's templates: from memory, from the disk, or made. Given draws have features of their own. */
async function knowObject(
  task: NetworkPosesTask,
  { networks, digest, objects }: NonNullable<typeof loaded>,
): ReturnType<LayeredCache<KnownObject>['get']> {
  if (task.replay !== null) return { value: await describe(task, networks), origin: 'made' }
  const key = cacheKeyOf([task.cadSha256, await digestOfTemplateSet(task.templateDirectory), digest])
  return objects.get(key, () => describe(task, networks))
}

async function describe(task: NetworkPosesTask, networks: PoseNetworks): Promise<KnownObject> {
  const rng = createRng(MODEL_SEED)
  const views = await readTemplateViews(task.templateDirectory, task.replay, chooseRandomly(rng))
  return {
    features: await describeObject(networks, views),
    model: task.replay?.model ?? (await sampleModel(task.cadPath)),
  }
}

async function sampleModel(cadPath: string): Promise<Float32Array> {
  const { mesh } = await readUsableMesh(cadPath)
  const { positions } = samplePoints(mesh, MODEL_POINTS, createRng(MODEL_SEED))
  return positions.map((value) => value / MILLIMETERS_PER_METER)
}

/** The contract's files of each view, whoever made them. @throws bundle.incomplete */
async function readTemplateViews(
  directory: string,
  replay: NetworkReplay | null,
  choose: ChoosePoints,
): Promise<PointView[]> {
  const count = (await readdir(directory)).filter((name) => /^xyz_\d+[.]npy$/.test(name)).length
  if (count === 0)
    throw new PlatformError('bundle.incomplete', {
      detail: 'The template folder holds no xyz_<n>.npy; render the templates.',
    })
  const perView = (replay?.templates.length ?? 0) / count
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const names = templateFileNames(i)
      try {
        const color = await decodeColor(await readFile(join(directory, names.rgb)), names.rgb)
        const { data: mask } = await decodeMask(await readFile(join(directory, names.mask)), names.mask)
        const { data } = parseNpy(await readFile(join(directory, names.xyz)))
        const xyz = data.map((value) => value / MILLIMETERS_PER_METER)
        const own: ChoosePoints =
          replay === null ? choose : () => replay.templates.subarray(i * perView, (i + 1) * perView)
        return viewTemplate(color, mask, xyz, own).view
      } catch (cause) {
        throw new PlatformError('bundle.incomplete', { detail: `View ${i} of the template set cannot be read.`, cause })
      }
    }),
  )
}

function largestNorm(points: Float32Array): number {
  let best = 0
  for (let i = 0; i < points.length; i += 3) {
    best = Math.max(best, Math.hypot(points[i] ?? 0, points[i + 1] ?? 0, points[i + 2] ?? 0))
  }
  return best
}
