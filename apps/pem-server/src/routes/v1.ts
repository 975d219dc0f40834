import { existsSync } from 'node:fs'
import {
  PlatformError,
  pemBatchResponseV1,
  pemHealthV1,
  pemLoadQueryV1,
  pemModelV1,
  poseEstimationRequestV1,
  poseEstimationResponseV1,
  type PoseEstimationRequestV1,
  type PoseEstimationResponseV1,
} from '@sextant/contracts'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { asPlatformError, type ServiceApp } from '@sextant/service-kit'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Dependencies } from '../compose.ts'
import { estimateFromV1 } from '../estimate-from-v1.ts'
import { toBatchAnswer, toPoseFailure } from '../mapping/v1.ts'
import type { ModelState } from '../model-state.ts'
import { readPoseSample } from '../pose-sample.ts'

const VERSION = '1.0.0'

/** The drop-in routes of PEM that estimate; see the wire contract. */
export function registerEstimationV1(app: ServiceApp, deps: Dependencies, model: ModelState): void {
  const estimate = async (
    body: PoseEstimationRequestV1,
    request: FastifyRequest,
  ): Promise<PoseEstimationResponseV1> => {
    if (!model.describe().loaded) {
      const detail = deps.network?.problem() ?? 'Model is not loaded. Please load the model first.'
      throw new PlatformError('model.missing', { detail })
    }
    const cadPath = deps.library.confine(body.cad_path)
    const templateDirectory = deps.library.confine(body.template_dir)
    for (const [kind, path, text] of [
      ['CAD file', cadPath, body.cad_path],
      ['Template directory', templateDirectory, body.template_dir],
    ] as const) {
      if (existsSync(path)) continue
      throw new PlatformError('request.malformed', { detail: `${kind} not found: ${text}` })
    }
    try {
      return await estimateFromV1(body, { cadPath, templateDirectory }, deps)
    } catch (error) {
      const refusal = asPlatformError(error)
      if (refusal.status >= 500) request.log.error({ err: error, cause: refusal.cause }, 'pose estimation failed')
      return toPoseFailure(body, `${refusal.message} [${refusal.code}]`)
    }
  }

  app.post(
    '/api/v1/pose-estimation',
    {
      schema: {
        summary: 'Poses of an object in the images and detections sent',
        tags: ['poses'],
        body: poseEstimationRequestV1,
        response: { 200: poseEstimationResponseV1 },
      },
    },
    (request) => estimate(request.body, request),
  )
  app.post(
    '/api/v1/pose-estimation/batch',
    {
      schema: {
        summary: 'Pose estimations one after the other',
        tags: ['poses'],
        body: z.array(poseEstimationRequestV1),
        response: { 200: pemBatchResponseV1 },
      },
    },
    async (request) => {
      const started = performance.now()
      const answers: PoseEstimationResponseV1[] = []
      // One after the other: each search already uses all threads.
      for (const body of request.body) {
        answers.push(
          await estimate(body, request).catch((error: unknown) => toPoseFailure(body, asPlatformError(error).message)),
        )
      }
      return toBatchAnswer(answers, (performance.now() - started) / MILLISECONDS_PER_SECOND)
    },
  )
  app.get(
    '/api/v1/pose-estimation/sample',
    {
      schema: {
        summary: 'A sample request of the static folder',
        tags: ['samples'],
        querystring: z.object({ sample_dir: z.string().optional() }),
      },
    },
    (request) => readPoseSample(deps.library, request.query.sample_dir),
  )
}

/** The drop-in routes of PEM that tell about it and its model. */
export function registerModelV1(app: ServiceApp, deps: Pick<Dependencies, 'engine'>, model: ModelState): void {
  const started = performance.now()
  const uptime = (): number => (performance.now() - started) / MILLISECONDS_PER_SECOND

  app.get('/', { schema: { summary: 'That the server runs, and where its docs are', tags: ['health'] } }, () => ({
    message: 'PEM Server is running',
    version: VERSION,
    docs: '/docs',
    health: '/api/v1/health',
  }))
  app.get(
    '/api/v1/health',
    { schema: { summary: 'Health of the PEM server and its model', tags: ['health'], response: { 200: pemHealthV1 } } },
    () => ({
      status: 'healthy',
      message: 'Server is running',
      uptime: uptime(),
      model: model.describe(),
    }),
  )
  app.get(
    '/api/v1/status',
    { schema: { summary: 'Whether the model is loaded, and the uptime', tags: ['health'] } },
    () => {
      const { loaded, device } = model.describe()
      return { server: 'running', model_loaded: loaded, device, uptime: uptime(), version: VERSION }
    },
  )
  app.get('/api/v1/ping', { schema: { summary: 'Answer pong and the time', tags: ['health'] } }, () => ({
    message: 'pong',
    timestamp: new Date().toISOString(),
  }))
  app.get(
    '/api/v1/model/status',
    {
      schema: {
        summary: 'Whether the model is loaded, and where it runs',
        tags: ['model'],
        response: { 200: pemModelV1 },
      },
    },
    () => model.describe(),
  )
  app.post(
    '/api/v1/model/load',
    { schema: { summary: 'Load the model', tags: ['model'], querystring: pemLoadQueryV1 } },
    async ({ query }) => {
      const describe = (): Record<'loading_time' | 'device' | 'parameters', unknown> => {
        const { device, parameters, loading_time } = model.describe()
        return { loading_time, device, parameters }
      }
      if (query.checkpoint_path ?? query.config_path) {
        // A checkpoint is a program; which one runs is decided by whoever runs the server.
        const message = 'Checkpoints and configurations are not loaded over HTTP; configure the server instead.'
        return { success: false, message, ...describe() }
      }
      try {
        await model.load()
      } catch (error) {
        return { success: false, message: asPlatformError(error).message, ...describe() }
      }
      return { success: true, message: 'Model loaded successfully', ...describe() }
    },
  )
  app.post('/api/v1/model/unload', { schema: { summary: 'Unload the model', tags: ['model'] } }, async () => {
    await model.unload()
    return { success: true, message: 'Model unloaded successfully' }
  })
  app.get(
    '/api/v1/model/info',
    { schema: { summary: 'The model, what it takes and what it gives', tags: ['model'] } },
    () => describeModel(deps.engine()),
  )
  app.get(
    '/api/v1/pose-estimation/status',
    { schema: { summary: 'Whether poses can be estimated now', tags: ['poses'] } },
    () => {
      const { loaded, device, parameters, loading_time } = model.describe()
      const status = loaded ? 'ready' : 'not_ready'
      return { service: 'pose-estimation', status, model_loaded: loaded, device, parameters, loading_time }
    },
  )
}

const ARCHITECTURES = {
  geometric: 'Oriented point pairs, projective ICP and verification by rendering; no weights',
  sam6d: "SAM-6D's pose estimation model on ONNX Runtime; poses verified by rendering",
}

/** The contract's fields, and beside them where networks run and why not elsewhere. */
function describeModel({ engine, device, networks }: ReturnType<Dependencies['engine']>): Record<string, unknown> {
  return {
    model_name: engine,
    version: VERSION,
    description: ARCHITECTURES[engine === 'sam6d' ? 'sam6d' : 'geometric'],
    architecture: engine,
    input_format: {
      rgb: 'base64 of a PNG or JPEG',
      depth: 'base64 of a 16-bit PNG, or raw float32 / uint16',
      camera: 'cam_K (9 numbers, row-major), depth_scale (mm per count)',
      cad: 'path of a PLY, OBJ or STL in millimetres',
      segmentation: 'list of {score, segmentation}',
    },
    output_format: { pose: 'R 3x3 row-major, t in mm, camera from object', confidence: 'probability 0..1' },
    device,
    provider_refusals: networks?.refusals ?? [],
    network_problem: networks?.problem ?? null,
  }
}
