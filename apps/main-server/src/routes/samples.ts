import { samplesV2, sampleV2 } from '@sextant/contracts'
import type { ServiceApp } from '@sextant/service-kit'
import { z } from 'zod'
import type { Dependencies } from '../compose.ts'

const params = z.object({ name: z.string().max(100) })

/** `/api/v2/samples`: frames to try things with, and the CAD they come with. */
export function registerSamples(app: ServiceApp, { samples }: Dependencies): void {
  app.get(
    '/api/v2/samples',
    { schema: { summary: 'Frames to try things with', tags: ['samples'], response: { 200: samplesV2 } } },
    async () => ({
      samples: await samples.list(),
    }),
  )
  app.get(
    '/api/v2/samples/:name/color',
    { schema: { summary: 'The colour image of a sample', tags: ['samples'], params } },
    async (request, reply) => reply.type('image/png').send(Buffer.from(await samples.readColor(request.params.name))),
  )
  app.post(
    '/api/v2/samples/:name/objects',
    {
      schema: {
        summary: 'Add the CAD of a sample to the library',
        tags: ['samples'],
        params,
        response: { 200: sampleV2 },
      },
    },
    ({ params }) => samples.install(params.name),
  )
}
