import {
  frameFormV2,
  PlatformError,
  runIdV2,
  runListV2,
  runRequestV2,
  runStatusV2,
  runV2,
  type RunV2,
} from '@sextant/contracts'
import { decodeFrame, readUploadedFrame, type ClientFrame, type FrameBytes } from '@sextant/image'
import { openApiBodies, openEventStream, readFrameForm, type ServiceApp } from '@sextant/service-kit'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Dependencies } from '../compose.ts'
import { packRun } from '../runs/pack-run.ts'

const params = z.object({ id: runIdV2 })
const listQuery = z.object({
  text: z.string().max(200).optional(),
  status: runStatusV2.optional(),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

const bodies = openApiBodies({ 'multipart/form-data': frameFormV2(runRequestV2), 'application/json': runRequestV2 })

/** A run has ended when its record cannot change any more. */
const isOver = ({ status }: RunV2): boolean => status !== 'queued' && status !== 'running'

/** `/api/v2/runs`: ask for a run, follow it, look at it, repeat it. */
export function registerRuns(app: ServiceApp, deps: Dependencies): void {
  const { store, manager } = deps.runs
  const read = async (id: string): Promise<RunV2> => manager.current(id) ?? (await store.read(id))

  app.post(
    '/api/v2/runs',
    {
      config: bodies,
      schema: { summary: 'Start a run on an uploaded or a named frame', tags: ['runs'], response: { 202: runV2 } },
    },
    async (request, reply) => {
      const { fields, client } = (request.headers['content-type'] ?? '').startsWith('multipart/')
        ? await readUpload(request)
        : await readNamed(request.body, deps)
      for (const { className, objectName } of fields.objects) await deps.library.findObject(className, objectName)
      if ((fields.box ?? null) !== null && fields.objects.length > 1) {
        throw new PlatformError('request.schema_violation', { detail: 'box: only with a single object' })
      }
      return reply.code(202).send(await manager.submit(fields, client, request.id))
    },
  )

  app.get(
    '/api/v2/runs',
    {
      schema: {
        summary: 'Runs, the newest first',
        tags: ['runs'],
        querystring: listQuery,
        response: { 200: runListV2 },
      },
    },
    (request) => store.list(request.query),
  )

  app.get(
    '/api/v2/runs/:id',
    { schema: { summary: 'A run with its poses', tags: ['runs'], params, response: { 200: runV2 } } },
    (request) => read(request.params.id),
  )

  app.delete(
    '/api/v2/runs/:id',
    { schema: { summary: 'Delete a run that has ended', tags: ['runs'], params } },
    async (request, reply) => {
      const run = await read(request.params.id)
      if (!isOver(run)) {
        throw new PlatformError('request.malformed', { detail: 'the run is under way; cancel it before deleting it' })
      }
      await store.remove(run.id)
      return reply.code(204).send()
    },
  )

  app.post(
    '/api/v2/runs/:id/cancel',
    { schema: { summary: 'Cancel a run', tags: ['runs'], params, response: { 200: runV2 } } },
    async (request) => {
      manager.cancel(request.params.id)
      return read(request.params.id)
    },
  )

  app.get(
    '/api/v2/runs/:id/events',
    { schema: { summary: 'Server-sent events `progress` until the run has ended', tags: ['runs'], params } },
    async (request, reply) => {
      const run = await read(request.params.id)
      const stream = openEventStream(reply)
      const stop = manager.watch(run.id, (progress) => {
        stream.send('progress', progress)
        if (progress.status !== 'queued' && progress.status !== 'running') setImmediate(() => stream.end())
      })
      if (stop === null) {
        stream.send('progress', {
          status: run.status,
          objectIndex: null,
          stage: null,
          objects: run.objects.map(({ status, poses }) => ({ status, bestScore: poses[0]?.score ?? null })),
          elapsedMs: 0,
        })
        stream.end()
      } else stream.onClose(stop)
    },
  )

  app.get(
    '/api/v2/runs/:id/color',
    { schema: { summary: 'The colour image of a run as it was received', tags: ['runs'], params } },
    async (request, reply) => {
      const run = await read(request.params.id)
      const bytes = await store.readInput(run.id, 'color')
      return binary(reply, run.frame?.colorType ?? 'application/octet-stream', bytes)
    },
  )

  app.get(
    '/api/v2/runs/:id/depth',
    { schema: { summary: 'The depth image of a run as it was received', tags: ['runs'], params } },
    async (request, reply) =>
      binary(reply, 'application/octet-stream', await store.readInput(request.params.id, 'depth')),
  )

  app.get(
    '/api/v2/runs/:id/depth.png',
    { schema: { summary: 'The depth of a run as a picture to look at', tags: ['runs'], params } },
    async (request, reply) => {
      const bytes = await frameOf(await read(request.params.id), store)
      return binary(reply, 'image/png', await deps.view.run({ kind: 'depth', bytes }))
    },
  )

  app.get(
    '/api/v2/runs/:id/cloud',
    {
      schema: {
        summary: 'The point cloud of a run, with distances to the posed objects',
        tags: ['runs'],
        params,
        querystring: z.object({ points: z.coerce.number().int().min(1000).max(2_000_000).default(300_000) }),
      },
    },
    async (request, reply) => {
      const run = await read(request.params.id)
      const posed = []
      for (const { className, objectName, poses } of run.objects) {
        const object = await deps.library.findObject(className, objectName).catch(() => null)
        if (object === null) continue
        for (const { rotation, translation } of poses) posed.push({ cadPath: object.cadPath, rotation, translation })
      }
      const bytes = await frameOf(run, store)
      const cloud = await deps.view.run({ kind: 'cloud', bytes, maxPoints: request.query.points, posed })
      return binary(reply, 'application/octet-stream', cloud, isOver(run))
    },
  )

  app.get(
    '/api/v2/runs/:id/bundle',
    { schema: { summary: 'A run with its inputs and CAD as a ZIP file', tags: ['runs'], params } },
    async (request, reply) => {
      const run = await read(request.params.id)
      const zip = await packRun(run, store, deps.library)
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="sextant-run-${run.id}.zip"`)
        .send(Buffer.from(zip))
    },
  )
}

/** Sends bytes that never change under their address. */
function binary(reply: FastifyReply, type: string, bytes: Uint8Array, isStable = true): FastifyReply {
  return reply
    .type(type)
    .header('cache-control', isStable ? 'private, max-age=3600' : 'no-store')
    .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

type Upload = { readonly fields: z.infer<typeof runRequestV2>; readonly client: ClientFrame }

async function readUpload(request: Parameters<typeof readFrameForm>[0]): Promise<Upload> {
  const { fields, color, depth } = await readFrameForm(request, runRequestV2)
  if ((fields.camParams ?? null) === null) {
    throw new PlatformError('camera.intrinsics_missing', { detail: 'camParams: the camera of the uploaded images' })
  }
  return { fields, client: await readUploadedFrame({ color, depth, camParams: fields.camParams }) }
}

/** A run whose frame is not sent along but named: an earlier run's, a camera's, a sample. */
async function readNamed(body: unknown, { runs, camera, samples }: Dependencies): Promise<Upload> {
  const parsed = runRequestV2.safeParse(body)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new PlatformError('request.schema_violation', { detail: `${issue?.path.join('.')}: ${issue?.message}` })
  }
  const fields = parsed.data
  const sources = [fields.frameOf, fields.camera, fields.sample].filter((source) => (source ?? null) !== null)
  if (sources.length !== 1) {
    throw new PlatformError('request.malformed', {
      detail:
        'send multipart/form-data with color and depth, or name one of: frameOf (a run whose inputs are kept), camera, sample',
    })
  }
  if (fields.camera) return { fields, client: await camera.takeFrame(fields.camera) }
  if (fields.sample) return { fields, client: await samples.read(fields.sample) }
  return { fields, client: await readKept(fields.frameOf ?? '', runs.store) }
}

async function readKept(id: string, store: Dependencies['runs']['store']): Promise<ClientFrame> {
  const run = await store.read(id)
  const bytes = await frameOf(run, store)
  const rule = run.frame?.depthScaleRule as ClientFrame['depthScale']['rule']
  return {
    bytes,
    frame: await decodeFrame(bytes),
    depthScale: { millimetersPerCount: bytes.millimetersPerCount, rule },
    warnings: [],
  }
}

/** The kept frame of a run. @throws {PlatformError} run.inputs_missing */
async function frameOf(run: RunV2, store: Dependencies['runs']['store']): Promise<FrameBytes> {
  const [color, depth] = await Promise.all([store.readInput(run.id, 'color'), store.readInput(run.id, 'depth')])
  if (run.frame === null) throw new PlatformError('run.inputs_missing', { detail: `run ${run.id} has no frame` })
  return { color, depth, camera: run.frame.camera, millimetersPerCount: run.frame.millimetersPerCount }
}
