import { cameraPreviewV2, cameraQueryV2 } from '@sextant/contracts'
import { encodeColorJpeg } from '@sextant/image'
import type { ServiceApp } from '@sextant/service-kit'
import type { Dependencies } from '../compose.ts'

const PREVIEW_QUALITY = 80

/** `GET /api/v2/camera/preview`: what the camera shows now, as a run would get it. */
export function registerCamera(app: ServiceApp, deps: Dependencies): void {
  app.get(
    '/api/v2/camera/preview',
    {
      schema: {
        summary: 'What the camera shows now, as a run would get it',
        tags: ['camera'],
        querystring: cameraQueryV2,
        response: { 200: cameraPreviewV2 },
      },
    },
    async ({ query }) => {
      const { bytes, frame, camera, report, warnings } = await deps.camera.takeFrame({ base: query.base })
      const [color, depth] = await Promise.all([
        encodeColorJpeg(frame.color, PREVIEW_QUALITY),
        deps.view.run({ kind: 'depth', bytes }),
      ])
      return {
        base: camera.base,
        camera: { ...bytes.camera },
        ageSeconds: camera.ageSeconds,
        frameIndex: camera.frameIndex,
        fetchSeconds: camera.fetchSeconds,
        depthCoverage: report.depthCoverage,
        alignedCoverage: report.alignedCoverage,
        brightness: report.brightness,
        extrinsics: report.extrinsics,
        rectified: report.rectified,
        warnings: [...warnings],
        color: Buffer.from(color).toString('base64'),
        depth: Buffer.from(depth).toString('base64'),
      }
    },
  )
}
