import {
  frameFormV2,
  PlatformError,
  sceneRequestV2,
  sceneResponseV2,
  type SceneRequestV2,
  type SceneResponseV2,
  POSE_OPTION_DEFAULTS_V2,
} from '@sextant/contracts'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { decodeBase64, readUploadedFrame, type ClientFrame } from '@sextant/image'
import { DETECTION_LIMIT, estimateScene, refusalOfScene, type SceneObject } from '@sextant/pipeline'
import {
  asPlatformError,
  openApiBodies,
  openEventStream,
  readFrameForm,
  signalOf,
  type Service,
} from '@sextant/service-kit'
import type { FastifyRequest } from 'fastify'
import type { Dependencies } from '../compose.ts'
import { toSceneObjects } from '../mapping/scenes.ts'
import { OBJECTS_AT_A_TIME } from '../run-defaults.ts'

const MAX_OBJECTS = 300
const bodies = openApiBodies({ 'multipart/form-data': frameFormV2(sceneRequestV2), 'application/json': sceneRequestV2 })

interface Scene {
  readonly fields: SceneRequestV2
  readonly client: ClientFrame
  readonly objects: readonly SceneObject[]
}

/** POST /api/v2/scenes: many objects in one frame, resolved jointly; answered whole, or as events with progress. */
export function registerScenes({ app, metrics }: Service, deps: Dependencies): void {
  app.post(
    '/api/v2/scenes',
    {
      config: bodies,
      schema: {
        summary: 'Poses of many objects in one frame, resolved jointly',
        tags: ['scenes'],
        response: { 200: sceneResponseV2 },
      },
    },
    async (request, reply) => {
      const scene = await readScene(request, deps)
      const wantsEvents = (request.headers.accept ?? '').includes('text/event-stream')
      if (!wantsEvents) return answerScene(scene, deps, { requestId: request.id, signal: signalOf(reply) })

      const abort = new AbortController()
      const stream = openEventStream(reply)
      stream.onClose(() => {
        abort.abort()
      })
      let done = 0
      try {
        const answer = await answerScene(scene, deps, {
          requestId: request.id,
          signal: abort.signal,
          onObject(objectIndex, state) {
            if (state === 'searched') done++
            stream.send('progress', { objectIndex, state, done, total: scene.objects.length })
          },
        })
        stream.send('result', answer)
      } catch (error) {
        const { code, message, retryable } = asPlatformError(error)
        stream.send('problem', { code, detail: message, retryable })
      }
      stream.end()
      return reply
    },
  )

  async function answerScene(
    { fields, client, objects }: Scene,
    { stages }: Dependencies,
    env: Omit<Parameters<typeof estimateScene>[2], 'now'>,
  ): Promise<SceneResponseV2> {
    const started = performance.now()
    const named = Object.entries(fields.options).filter(([, value]) => value !== undefined)
    const options = { ...POSE_OPTION_DEFAULTS_V2, ...Object.fromEntries(named) }
    const results = await estimateScene(
      {
        frame: client.bytes,
        objects,
        options,
        engine: fields.engine ?? null,
        detectionLimit: DETECTION_LIMIT,
        concurrency: OBJECTS_AT_A_TIME,
      },
      stages,
      { ...env, now: () => performance.now() },
    )
    const refusal = refusalOfScene(results)
    if (refusal !== null) throw refusal
    for (const { outcome, error } of results) {
      metrics.countOutcome(error?.code ?? outcome.reason ?? outcome.status)
      for (const { score } of outcome.poses) metrics.observeScore(score)
    }
    return {
      objects: toSceneObjects(objects, results),
      camera: { ...client.bytes.camera },
      millimetersPerCount: client.bytes.millimetersPerCount,
      options,
      warnings: [...client.warnings],
      seconds: (performance.now() - started) / MILLISECONDS_PER_SECOND,
    }
  }
}

/** @throws {PlatformError} request.*, image.*, depth.*, camera.*, object.not_found */
async function readScene(request: FastifyRequest, deps: Dependencies): Promise<Scene> {
  const { fields, upload } = await readFields(request)
  const objects = await readObjects(fields, deps)
  if ((fields.camera ?? null) !== null) {
    if (upload !== null) throw malformed('send color and depth, or name a camera: not both')
    return { fields, client: await deps.camera.takeFrame(fields.camera ?? {}), objects }
  }
  if (upload === null) throw malformed('the frame is missing: color and depth, or camera')
  if ((fields.camParams ?? null) === null) {
    throw new PlatformError('camera.intrinsics_missing', { detail: 'camParams: the camera of the uploaded images' })
  }
  return { fields, client: await readUploadedFrame({ ...upload, camParams: fields.camParams }), objects }
}

type Upload = { readonly color: Uint8Array; readonly depth: Uint8Array } | null

async function readFields(request: FastifyRequest): Promise<{ fields: SceneRequestV2; upload: Upload }> {
  if ((request.headers['content-type'] ?? '').startsWith('multipart/')) {
    const { fields, color, depth } = await readFrameForm(request, sceneRequestV2)
    return { fields, upload: { color, depth } }
  }
  const parsed = sceneRequestV2.safeParse(request.body)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new PlatformError('request.schema_violation', { detail: `${issue?.path.join('.')}: ${issue?.message}` })
  }
  const { color, depth } = parsed.data
  const isUpload = typeof color === 'string' && typeof depth === 'string'
  const upload = isUpload ? { color: decodeBase64(color, 'color'), depth: decodeBase64(depth, 'depth') } : null
  return { fields: parsed.data, upload }
}

/** The objects named and those of the classes named, each once. */
async function readObjects({ objects, classes }: SceneRequestV2, { library }: Dependencies): Promise<SceneObject[]> {
  const all = new Map<string, SceneObject>()
  for (const className of classes) {
    for (const { name } of await library.listObjects(className)) {
      all.set(`${className}/${name}`, { className, objectName: name })
    }
  }
  for (const { className, objectName, evidence } of objects) {
    await library.findObject(className, objectName)
    all.set(`${className}/${objectName}`, { className, objectName, evidence: evidence ?? null })
  }
  if (all.size === 0) throw malformed('objects or classes: name at least one object')
  if (all.size > MAX_OBJECTS) throw malformed(`${all.size} objects; at most ${MAX_OBJECTS} in one request`)
  return [...all.values()]
}

const malformed = (detail: string): PlatformError => new PlatformError('request.malformed', { detail })
