import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError, templateFileNames, type Detection, type StageTimings } from '@sextant/contracts'
import { createRng, MILLIMETERS_PER_METER, rotationOf } from '@sextant/geometry'
import type { Provider } from '@sextant/inference'
import { decodeColor, decodeFrame, decodeMask, encodeRle, rleBox, type FrameBytes } from '@sextant/image'
import {
  cacheKeyOf,
  digestOfTemplateSet,
  openLayeredCache,
  readUsableMesh,
  type CacheOrigin,
  type LayeredCache,
} from '@sextant/library'
import { samplePoints } from '@sextant/mesh'
import { openSegmentationNetworks, type Loaded, type NetworkInfo, type SegmentationNetworks } from '@sextant/models'
import {
  describeCrops,
  describeProposals,
  maskBounds,
  maskCrop,
  resizeMaskInto,
  scoreForObject,
  type DescribedProposals,
  type MaskedCrop,
  type ObjectViews,
  type Sam6dMode,
} from '@sextant/sam6d'
import { templateFromObject, VIEW_COUNTS, viewDirections, type ViewCount } from '@sextant/templates'

export interface LoadNetworksTask {
  readonly kind: 'load'
  readonly modelsDir: string
  readonly names: { readonly proposals: string; readonly descriptor: string }
  readonly providers: readonly Provider[]
  readonly threads: number
  /** where descriptors are kept between starts */
  readonly featureCacheDirectory: string
}

export interface NetworkDetectTask {
  readonly kind: 'detect'
  readonly bytes: FrameBytes
  readonly frameKey: string
  readonly templateDirectory: string
  readonly cadPath: string
  readonly cadSha256: string
  readonly limit: number
  readonly mode: Sam6dMode
}

export type NetworkTask = LoadNetworksTask | { readonly kind: 'unload' } | NetworkDetectTask

export interface NetworkDetectResult {
  readonly detections: readonly Detection[]
  /** of the object's descriptors */
  readonly origin: CacheOrigin
  readonly timings: StageTimings
}

const SURFACE_POINTS = 2048
const SEED = 7
const FEATURES_VERSION = '2'
const FEATURE_FILES_KEPT = 100
/** 42 views of ViT-L patches are 44 MB. */
const OBJECTS_KEPT = 8

let loaded: (Loaded<SegmentationNetworks> & { readonly objects: LayeredCache<ObjectViews> }) | null = null
let lastFrame: { readonly key: string; readonly proposals: DescribedProposals } | null = null

/** The networks live in this thread; one task runs at a time. @throws {PlatformError} model.*, bundle.*, mesh.*, image.* */
export async function runNetworkTask(task: NetworkTask): Promise<NetworkInfo | NetworkDetectResult | null> {
  if (task.kind === 'detect') return detect(task)
  await loaded?.release()
  loaded = null
  lastFrame = null
  if (task.kind === 'unload') return null
  const { modelsDir, names, providers, threads, featureCacheDirectory } = task
  const objects = openLayeredCache<ObjectViews>(featureCacheDirectory, {
    version: FEATURES_VERSION,
    limit: FEATURE_FILES_KEPT,
    valuesKept: OBJECTS_KEPT,
  })
  loaded = { ...(await openSegmentationNetworks(modelsDir, names, { providers, threads })), objects }
  return loaded.info
}

async function detect(task: NetworkDetectTask): Promise<NetworkDetectResult> {
  if (loaded === null) throw new PlatformError('model.missing', { detail: 'The networks are not loaded.' })
  const { networks } = loaded
  const timings: StageTimings = {}
  let started = performance.now()
  const lap = (name: string): void => {
    timings[name] = performance.now() - started
    started = performance.now()
  }
  const frame = await decodeFrame(task.bytes)
  const { color, camera } = frame
  lap('decode')
  const { value: object, origin } = await knowObject(task, loaded)
  lap('template features')
  const key = `${task.frameKey}:${task.mode}`
  if (lastFrame?.key !== key) {
    const proposed = await networks.proposals.propose(color, task.mode)
    lap('proposals')
    lastFrame = { key, proposals: await describeProposals(networks.descriptor, color, proposed, task.mode) }
    lap('descriptors')
  }
  const depth = frame.depth.data.map((value) => value / MILLIMETERS_PER_METER)
  const scored = scoreForObject(lastFrame.proposals, object, depth, camera, task.mode).slice(0, task.limit)
  lap('scores')
  const { width, height } = color
  const shares = new Float32Array(width * height)
  const detections = scored.map(({ proposal, score, parts, templateIndex }): Detection => {
    resizeMaskInto(shares, proposal.mask, color)
    const mask = encodeRle({ width, height, data: Uint8Array.from(shares, (value) => (value > 0 ? 1 : 0)) })
    return { mask, box: rleBox(mask), score, source: 'network', scoreParts: parts, templateIndex }
  })
  return { detections, origin, timings }
}

/** Descriptors of the object's templates: from memory, from the disk, or made. */
async function knowObject(
  task: NetworkDetectTask,
  { networks, digest, objects }: NonNullable<typeof loaded>,
): ReturnType<LayeredCache<ObjectViews>['get']> {
  const templates = await digestOfTemplateSet(task.templateDirectory)
  const key = cacheKeyOf([task.cadSha256, templates, digest, task.mode])
  return objects.get(key, () => describeObject(task, networks))
}

async function describeObject(task: NetworkDetectTask, networks: SegmentationNetworks): Promise<ObjectViews> {
  const count = (await readdir(task.templateDirectory)).filter((name) => /^rgb_\d+[.]png$/.test(name)).length
  if (!VIEW_COUNTS.includes(count as ViewCount)) {
    const detail = `The template folder holds ${count} views, expected ${VIEW_COUNTS.join(', ')}; render the templates.`
    throw new PlatformError('bundle.incomplete', { detail })
  }
  const crops = await Promise.all(
    Array.from({ length: count }, (_, i) => readView(task.templateDirectory, i, task.mode === 'corrected')),
  )
  const { mesh } = await readUsableMesh(task.cadPath)
  const { positions } = samplePoints(mesh, SURFACE_POINTS, createRng(SEED))
  return {
    descriptors: await describeCrops(networks.descriptor, crops),
    rotations: viewDirections(count as ViewCount).map((direction) => rotationOf(templateFromObject(direction, 1))),
    points: positions.map((value) => value / MILLIMETERS_PER_METER),
  }
}

async function readView(directory: string, index: number, isNormalized: boolean): Promise<MaskedCrop> {
  const names = templateFileNames(index)
  try {
    const color = await decodeColor(await readFile(join(directory, names.rgb)), names.rgb)
    const { data } = await decodeMask(await readFile(join(directory, names.mask)), names.mask)
    const bounds = maskBounds(data, color.height, color.width)
    if (bounds === undefined) throw new RangeError('the mask is empty')
    return maskCrop(color, data, [bounds.left, bounds.top, bounds.right, bounds.bottom], isNormalized)
  } catch (cause) {
    throw new PlatformError('bundle.incomplete', { detail: `View ${index} of the template set cannot be read.`, cause })
  }
}
