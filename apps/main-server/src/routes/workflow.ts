import {
  fullPipelineRequestV1,
  inputImagesV1,
  rssPipelineRequestV1,
  workflowResponseV1,
  type PipelineRequestV1,
  type PlatformError,
  type WorkflowResponseV1,
} from '@sextant/contracts'
import { asPlatformError, signalOf, type Service } from '@sextant/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Dependencies } from '../compose.ts'
import { fromCamera, fromRequest, readInputImages, type FrameSource } from '../frame-sources.ts'
import { runFullPipeline } from '../full-pipeline.ts'
import { toPipelineFailure } from '../mapping/pipeline-answer.ts'

/** The contract answers these of the camera with an HTTP error; everything else is HTTP 200, and `success` tells. */
const CAMERA_STATUS: Partial<Record<PlatformError['code'], 400 | 500>> = {
  'camera.forbidden': 400,
  'camera.unreachable': 500,
  'camera.bad_response': 500,
}

const namedImages = z.looseObject({ input_images: inputImagesV1 })
/** `detail` as everywhere in v1; a failure of the camera has the fields of a workflow answer besides. */
const failureV1 = z.looseObject({ detail: z.string() })
const response = { 200: workflowResponseV1, 400: failureV1, 500: failureV1 }

/** POST /api/v1/workflow/full-pipeline and full-pipeline-from-rss. */
export function registerFullPipeline({ app, metrics }: Service, deps: Dependencies): void {
  const run = async (
    body: PipelineRequestV1,
    source: FrameSource,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<WorkflowResponseV1> => {
    const log = { class: body.class_name, object: body.object_name }
    try {
      const env = { requestId: request.id, signal: signalOf(reply) }
      const answer = await runFullPipeline(body, source, deps, env)
      const outcome = String(answer.results?.reason ?? answer.results?.status)
      metrics.countOutcome(outcome)
      for (const { score } of answer.results?.pose_results as { score: number }[]) metrics.observeScore(score)
      request.log.info(
        { ...log, outcome, poses: answer.results?.num_poses, ms: Math.round(reply.elapsedTime) },
        'posed',
      )
      return answer
    } catch (error) {
      const refusal = asPlatformError(error)
      metrics.countOutcome(refusal.code)
      const { code, stage, message } = refusal
      if (refusal.status >= 500)
        request.log.error({ ...log, err: error, cause: refusal.cause, code }, 'pipeline failed')
      else request.log.info({ ...log, code, stage, detail: message }, 'refused')
      const failure = toPipelineFailure(refusal, body.request_tag ?? null)
      const status = CAMERA_STATUS[code]
      if (status === undefined) return failure
      void reply.code(status)
      return { ...failure, detail: message } as WorkflowResponseV1
    }
  }

  app.post(
    '/api/v1/workflow/full-pipeline',
    {
      schema: {
        summary: 'Poses of an object in the images sent',
        tags: ['workflow'],
        body: fullPipelineRequestV1,
        response,
      },
      // Older scripts name files instead of sending them; they are read before the body is checked.
      preValidation: async (request) => {
        const sent: unknown = request.body
        const paths = namedImages.safeParse(sent)
        if (paths.success) Object.assign(sent as object, await readInputImages(paths.data.input_images, deps.library))
      },
    },
    (request, reply) => run(request.body, fromRequest(request.body), request, reply),
  )
  app.post(
    '/api/v1/workflow/full-pipeline-from-rss',
    {
      schema: {
        summary: 'Poses of an object in a frame taken from a camera server',
        tags: ['workflow'],
        body: rssPipelineRequestV1,
        response,
      },
    },
    (request, reply) => run(request.body, fromCamera(request.body, deps.camera), request, reply),
  )
}
