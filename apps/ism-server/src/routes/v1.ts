import { existsSync } from 'node:fs'
import {
  engineHealthV1,
  inferenceRequestV1,
  inferenceResponseV1,
  ismStatusV1,
  type InferenceResponseV1,
} from '@sextant/contracts'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { readSample } from '@sextant/library'
import { asPlatformError, type ServiceApp } from '@sextant/service-kit'
import type { z } from 'zod'
import type { Dependencies } from '../compose.ts'
import { inferFromV1 } from '../infer-from-v1.ts'

/** The drop-in routes of ISM; see the wire contract. */
export function registerV1(app: ServiceApp, deps: Dependencies): void {
  const started = performance.now()

  app.get('/', { schema: { summary: 'That the server runs', tags: ['health'] } }, () => ({
    message: 'ISM Server is running!',
    version: '1.0.0',
  }))
  app.get(
    '/health',
    { schema: { summary: 'Health of the ISM server', tags: ['health'], response: { 200: engineHealthV1 } } },
    () => ({
      status: 'healthy',
      message: 'Server is running',
      timestamp: Date.now() / MILLISECONDS_PER_SECOND,
    }),
  )
  app.get(
    '/api/v1/status',
    {
      schema: {
        summary: 'Whether the model and templates are loaded, and the uptime',
        tags: ['health'],
        response: { 200: ismStatusV1 },
      },
    },
    () => {
      const { modelLoaded, device } = deps.engine()
      const { entries } = deps.caches.templates.stats()
      return {
        server: 'running',
        model_loaded: modelLoaded,
        templates_loaded: entries > 0,
        // Templates carry what segmentation needs of the CAD.
        cad_loaded: entries > 0,
        device,
        num_templates: entries,
        uptime: (performance.now() - started) / MILLISECONDS_PER_SECOND,
      }
    },
  )
  app.get(
    '/test/sample',
    { schema: { summary: 'The sample frame of the static folder', tags: ['samples'] } },
    async () => {
      const sample = await readSample(deps.library)
      return sample === null ? { error: 'Sample not found: static/test/{rgb.png,depth.png,camera.json}' } : sample.frame
    },
  )

  app.post(
    '/api/v1/inference',
    {
      schema: {
        summary: 'Detections of an object in the images sent',
        tags: ['detections'],
        body: inferenceRequestV1,
        response: { 200: inferenceResponseV1 },
      },
    },
    async (request): Promise<InferenceResponseV1> => {
      const { body } = request
      try {
        const templateDirectory = deps.library.confine(body.template_dir)
        if (!existsSync(templateDirectory)) return failure(body, `Template directory not found: ${body.template_dir}`)
        const cadPath = deps.library.confine(body.cad_path)
        if (!existsSync(cadPath)) return failure(body, `CAD model not found: ${body.cad_path}`)
        return await inferFromV1(body, { templateDirectory, cadPath }, deps)
      } catch (error) {
        const refusal = asPlatformError(error)
        if (refusal.status >= 500) request.log.error({ err: error, cause: refusal.cause }, 'inference failed')
        return failure(body, `${refusal.message} [${refusal.code}]`)
      }
    },
  )
}

/** v1 answers 200 with success false for anything wrong with the request. */
function failure(body: z.infer<typeof inferenceRequestV1>, message: string): InferenceResponseV1 {
  return {
    success: false,
    detections: {},
    num_detections: 0,
    inference_time: 0,
    template_dir_used: body.template_dir,
    cad_path_used: body.cad_path,
    output_dir_used: null,
    error_message: message,
  }
}
