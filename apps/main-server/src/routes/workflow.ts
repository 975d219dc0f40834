import { fullPipelineRequestV1, workflowResponseV1 } from '@sextant/contracts'
import { asPlatformError, type Service } from '@sextant/service-kit'
import type { Dependencies } from '../compose.ts'
import { runFullPipeline } from '../full-pipeline.ts'
import { toPipelineFailure } from '../mapping/pipeline-answer.ts'

/** POST /api/v1/workflow/full-pipeline: HTTP 200 for every outcome; `success` tells. */
export function registerFullPipeline({ app, metrics }: Service, deps: Dependencies): void {
  app.post(
    '/api/v1/workflow/full-pipeline',
    { schema: { body: fullPipelineRequestV1, response: { 200: workflowResponseV1 } } },
    async (request) => {
      try {
        const answer = await runFullPipeline(request.body, deps, { requestId: request.id })
        metrics.countOutcome(String(answer.results?.reason ?? answer.results?.status))
        return answer
      } catch (error) {
        const refusal = asPlatformError(error)
        metrics.countOutcome(refusal.code)
        if (refusal.status >= 500) request.log.error({ err: error, cause: refusal.cause }, 'pipeline failed')
        return toPipelineFailure(refusal, request.body.request_tag ?? null)
      }
    },
  )
}
