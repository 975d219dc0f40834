import { existsSync } from 'node:fs'
import {
  PlatformError,
  pemHealthV1,
  pemModelV1,
  poseEstimationRequestV1,
  poseEstimationResponseV1,
  type PoseEstimationResponseV1,
} from '@sextant/contracts'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { asPlatformError, type ServiceApp } from '@sextant/service-kit'
import type { z } from 'zod'
import type { Dependencies } from '../compose.ts'
import { estimateFromV1 } from '../estimate-from-v1.ts'

const VERSION = '1.0.0'
/** The geometric engine has no weights. */
const MODEL = { loaded: true, device: 'cpu', parameters: 0, loading_time: 0 }

/** The drop-in routes of PEM; see the wire contract. */
export function registerV1(app: ServiceApp, deps: Dependencies): void {
  const started = performance.now()
  const uptime = (): number => (performance.now() - started) / MILLISECONDS_PER_SECOND

  app.get('/', () => ({ message: 'PEM Server is running', version: VERSION, docs: '/docs', health: '/api/v1/health' }))
  app.get('/api/v1/health', { schema: { response: { 200: pemHealthV1 } } }, () => ({
    status: 'healthy',
    message: 'Server is running',
    uptime: uptime(),
    model: MODEL,
  }))
  app.get('/api/v1/status', () => ({
    server: 'running',
    model_loaded: true,
    device: MODEL.device,
    uptime: uptime(),
    version: VERSION,
  }))
  app.get('/api/v1/ping', () => ({ message: 'pong', timestamp: new Date().toISOString() }))
  app.get('/api/v1/model/status', { schema: { response: { 200: pemModelV1 } } }, () => MODEL)
  app.get('/api/v1/model/info', () => ({
    model_name: 'geometric',
    version: VERSION,
    description: 'Oriented point pairs, projective ICP and verification by rendering; no weights',
    architecture: 'geometric',
    input_format: {
      rgb: 'base64 of a PNG or JPEG',
      depth: 'base64 of a 16-bit PNG, or raw float32 / uint16',
      camera: 'cam_K (9 numbers, row-major), depth_scale (mm per count)',
      cad: 'path of a PLY, OBJ or STL in millimetres',
      segmentation: 'list of {score, segmentation}',
    },
    output_format: { pose: 'R 3x3 row-major, t in mm, camera from object', confidence: 'probability 0..1' },
  }))
  app.get('/api/v1/pose-estimation/status', () => ({
    service: 'pose-estimation',
    status: 'ready',
    model_loaded: true,
    device: MODEL.device,
    parameters: MODEL.parameters,
    loading_time: MODEL.loading_time,
  }))

  app.post(
    '/api/v1/pose-estimation',
    { schema: { body: poseEstimationRequestV1, response: { 200: poseEstimationResponseV1 } } },
    async (request): Promise<PoseEstimationResponseV1> => {
      const { body } = request
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
        return await estimateFromV1(body, cadPath, deps)
      } catch (error) {
        const refusal = asPlatformError(error)
        if (refusal.status >= 500) request.log.error({ err: error, cause: refusal.cause }, 'pose estimation failed')
        return failure(body, `${refusal.message} [${refusal.code}]`)
      }
    },
  )
}

/** v1 answers 200 with success false for anything wrong with the images. */
function failure(body: z.infer<typeof poseEstimationRequestV1>, message: string): PoseEstimationResponseV1 {
  return {
    success: false,
    detections: [],
    pose_scores: [],
    pred_rot: [],
    pred_trans: [],
    pred_quat: [],
    poses: [],
    num_detections: 0,
    inference_time: 0,
    elapsed_time: 0,
    template_dir_used: body.template_dir,
    cad_path_used: body.cad_path,
    output_dir_used: null,
    error_message: message,
  }
}
