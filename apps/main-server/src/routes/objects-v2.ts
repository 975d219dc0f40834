import {
  lengthUnitV2,
  objectFormV2,
  objectListV2,
  objectPatchV2,
  objectReportV2,
  PlatformError,
  type LengthUnitV2,
} from '@sextant/contracts'
import type { StagedCad } from '@sextant/library'
import { openApiBodies, readUploadForm, type ServiceApp } from '@sextant/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Dependencies } from '../compose.ts'
import type { ObjectAdmin, TaggedPicture } from '../objects/object-admin.ts'

const params = z.object({ className: z.string(), objectName: z.string() })
const OBJECT = '/api/v2/objects/:className/:objectName'

/** `/api/v2/objects`: the library: see, add, replace, rename, delete. */
export function registerObjectsV2(app: ServiceApp, { objects }: Pick<Dependencies, 'objects'>): void {
  app.get(
    '/api/v2/objects',
    { schema: { summary: 'All objects of the library', tags: ['objects'], response: { 200: objectListV2 } } },
    () => objects.list(),
  )

  app.get(
    OBJECT,
    {
      schema: {
        summary: 'An object with the report on its CAD',
        tags: ['objects'],
        params,
        response: { 200: objectReportV2 },
      },
    },
    (request) => objects.report(request.params.className, request.params.objectName),
  )

  app.post(
    OBJECT,
    {
      config: openApiBodies({ 'multipart/form-data': objectFormV2 }),
      schema: {
        summary: 'Add an object from a CAD file, or replace one',
        tags: ['objects'],
        params,
        querystring: z.object({ replace: z.enum(['true', 'false']).default('false') }),
        response: { 201: objectReportV2 },
      },
    },
    async (request, reply) => {
      const { className, objectName: name } = request.params
      const { staged, unit } = await readUpload(request, objects)
      const target = { className, name, unit, replace: request.query.replace === 'true' }
      return reply.code(201).send(await objects.publish(staged, target))
    },
  )

  app.patch(
    OBJECT,
    {
      schema: {
        summary: 'Rename an object or change what is declared of it',
        tags: ['objects'],
        params,
        body: objectPatchV2,
        response: { 200: objectReportV2 },
      },
    },
    (request) => objects.change(request.params.className, request.params.objectName, request.body),
  )

  app.delete(
    OBJECT,
    { schema: { summary: 'Delete an object with its templates', tags: ['objects'], params } },
    async (request, reply) => {
      await objects.remove(request.params.className, request.params.objectName)
      return reply.code(204).send()
    },
  )

  app.get(
    `${OBJECT}/thumbnail.png`,
    {
      schema: {
        summary: 'A picture of an object',
        tags: ['objects'],
        params,
        querystring: z.object({ size: z.coerce.number().int().min(16).max(1024).default(160) }),
      },
    },
    async (request, reply) => {
      const { className, objectName } = request.params
      return sendPicture(request, reply, await objects.thumbnail(className, objectName, request.query.size))
    },
  )

  app.get(
    `${OBJECT}/contact-sheet.png`,
    { schema: { summary: 'The template views of an object in one picture', tags: ['objects'], params } },
    async (request, reply) =>
      sendPicture(request, reply, await objects.contactSheet(request.params.className, request.params.objectName)),
  )
}

function sendPicture(request: FastifyRequest, reply: FastifyReply, { png, tag }: TaggedPicture): FastifyReply {
  reply.header('etag', tag).header('cache-control', 'private, no-cache')
  if (request.headers['if-none-match'] === tag) return reply.code(304).send()
  return reply.type('image/png').send(Buffer.from(png.buffer, png.byteOffset, png.byteLength))
}

/** The parts `file` and `unit`, in any order. @throws {PlatformError} request.*, mesh.format_unsupported */
async function readUpload(
  request: FastifyRequest,
  objects: ObjectAdmin,
): Promise<{ staged: StagedCad; unit: LengthUnitV2 | null }> {
  const received: StagedCad[] = []
  try {
    const fields = await readUploadForm(request, 'file', async (fileName, chunks) => {
      received.push(await objects.stage(fileName, chunks))
    })
    const unit = lengthUnitV2.safeParse(fields.get('unit'))
    const [staged] = received
    if (staged !== undefined && (unit.success || (fields.get('unit') ?? '') === '')) {
      return { staged, unit: unit.data ?? null }
    }
    throw new PlatformError('request.schema_violation', { detail: `unit: one of ${lengthUnitV2.options.join(', ')}` })
  } catch (error) {
    for (const staged of received) await staged.discard()
    throw error
  }
}
