import { frameFormV2, posesRequestV2, posesResponseV2 } from '@sextant/contracts'
import { openApiBodies, readFrameForm, type Service } from '@sextant/service-kit'
import type { Dependencies } from '../compose.ts'
import { toDetection, toPosesResponse } from '../mapping/v2.ts'

/** POST /api/v2/poses: one object in one frame, multipart (`request`, `color`, `depth`). */
export function registerV2({ app, metrics }: Service, deps: Dependencies): void {
  app.post(
    '/api/v2/poses',
    {
      config: openApiBodies({ 'multipart/form-data': frameFormV2(posesRequestV2) }),
      schema: { summary: 'Poses of an object in a frame', tags: ['poses'], response: { 200: posesResponseV2 } },
    },
    async (request) => {
      const { fields, color, depth } = await readFrameForm(request, posesRequestV2)
      const { cadPath, templateDirectory } = await deps.library.findObject(fields.className, fields.objectName)
      const result = await deps.estimate({
        bytes: { color, depth, camera: fields.camera, millimetersPerCount: fields.millimetersPerCount },
        cadPath,
        templateDirectory,
        engine: fields.engine,
        detections: fields.detections?.map(toDetection) ?? null,
        options: fields.options,
      })
      metrics.observeStages(result.timings)
      metrics.countOutcome(result.outcome.reason ?? result.outcome.status)
      return toPosesResponse(result, fields.options)
    },
  )
}
