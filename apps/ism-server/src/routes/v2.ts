import { detectionsRequestV2, detectionsResponseV2, frameFormV2 } from '@sextant/contracts'
import { openApiBodies, readFrameForm, type Service } from '@sextant/service-kit'
import type { Dependencies } from '../compose.ts'
import { toDetectionV2 } from '../mapping/v2.ts'

/** POST /api/v2/detections: where one object may be in one frame, multipart (`request`, `color`, `depth`). */
export function registerV2({ app, metrics }: Service, deps: Dependencies): void {
  app.post(
    '/api/v2/detections',
    {
      config: openApiBodies({ 'multipart/form-data': frameFormV2(detectionsRequestV2) }),
      schema: {
        summary: 'Where an object may be in a frame',
        tags: ['detections'],
        response: { 200: detectionsResponseV2 },
      },
    },
    async (request) => {
      const { fields, color, depth } = await readFrameForm(request, detectionsRequestV2)
      const { templateDirectory, cadPath } = await deps.library.findObject(fields.className, fields.objectName)
      const { detections, engine, timings } = await deps.detect({
        bytes: { color, depth, camera: fields.camera, millimetersPerCount: fields.millimetersPerCount },
        templateDirectory,
        cadPath,
        limit: fields.limit,
        engine: fields.engine,
      })
      metrics.observeStages(timings)
      return { detections: detections.map(toDetectionV2), engine, timings }
    },
  )
}
