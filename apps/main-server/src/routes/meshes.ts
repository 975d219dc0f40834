import type { ServiceApp } from '@sextant/service-kit'
import { z } from 'zod'
import type { Dependencies } from '../compose.ts'

/** Enough to recognise any part, little enough to draw at every frame. */
const MAX_FACES = 60_000

/** `GET /api/v2/meshes/:className/:objectName`: the CAD as triangles for a browser; docs/formats/console-binaries.md. */
export function registerMeshes(app: ServiceApp, deps: Dependencies): void {
  app.get(
    '/api/v2/meshes/:className/:objectName',
    {
      schema: {
        summary: 'The CAD of an object as triangles for a browser',
        tags: ['objects'],
        params: z.object({ className: z.string(), objectName: z.string() }),
      },
    },
    async ({ params, headers }, reply) => {
      const { cadPath } = await deps.library.findObject(params.className, params.objectName)
      const tag = `"${(await deps.library.digestOf(cadPath)).slice(0, 32)}"`
      reply.header('etag', tag).header('cache-control', 'private, no-cache')
      if (headers['if-none-match'] === tag) return reply.code(304).send()
      const mesh = await deps.view.run({ kind: 'mesh', cadPath, maxFaces: MAX_FACES })
      return reply.type('application/octet-stream').send(Buffer.from(mesh.buffer, mesh.byteOffset, mesh.byteLength))
    },
  )
}
