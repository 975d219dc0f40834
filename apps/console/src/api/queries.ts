import {
  cameraPreviewV2,
  logLinesV2,
  objectListV2,
  runListV2,
  runProgressV2,
  runV2,
  samplesV2,
  sampleV2,
  serversStatusV1,
  type ObjectReferenceV2,
  type RunRequestV2,
  type RunV2,
  type SampleV2,
} from '@sextant/contracts'
import {
  keepPreviousData,
  queryOptions,
  useQueries,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { z } from 'zod'
import { fetchViewMesh, type ViewMesh } from './binaries.ts'
import { get, send } from './http.ts'

const STATUS_EVERY_MS = 2000
const LOG_EVERY_MS = 2000

export const serversQuery = queryOptions({
  queryKey: ['servers'],
  queryFn: ({ signal }) => get('/api/v1/servers/status', serversStatusV1, signal),
  refetchInterval: STATUS_EVERY_MS,
  retry: false,
})

/** An object of the library. */
export interface LibraryEntry extends ObjectReferenceV2 {
  readonly hasTemplates: boolean
  /** of the CAD file, ISO 8601 */
  readonly modifiedAt: string
}

export const libraryQuery = queryOptions({
  queryKey: ['library'],
  queryFn: async ({ signal }): Promise<LibraryEntry[]> => {
    const { objects } = await get('/api/v2/objects', objectListV2, signal)
    return objects.map(({ className, name, hasTemplates, modifiedAt }) => ({
      className,
      objectName: name,
      hasTemplates,
      modifiedAt,
    }))
  },
})

export const samplesQuery = queryOptions({
  queryKey: ['samples'],
  queryFn: async ({ signal }) => (await get('/api/v2/samples', samplesV2, signal)).samples,
})

/** Puts the CAD that a sample comes with into the library, where it is missing. @throws {Problem} */
export function installSample(name: string): Promise<SampleV2> {
  return send('POST', `/api/v2/samples/${encodeURIComponent(name)}/objects`, null, sampleV2)
}

export interface RunFilter {
  readonly text: string
  readonly status: string | null
  readonly offset: number
  readonly limit: number
}

export const runsQuery = ({ text, status, offset, limit }: RunFilter) =>
  queryOptions({
    queryKey: ['runs', text, status, offset, limit],
    queryFn: ({ signal }) => {
      const search = new URLSearchParams({ offset: String(offset), limit: String(limit) })
      if (text !== '') search.set('text', text)
      if (status !== null) search.set('status', status)
      return get(`/api/v2/runs?${search.toString()}`, runListV2, signal)
    },
    refetchInterval: STATUS_EVERY_MS,
    placeholderData: keepPreviousData,
  })

export const runQuery = (id: string) =>
  queryOptions({ queryKey: ['run', id], queryFn: ({ signal }) => get(`/api/v2/runs/${id}`, runV2, signal) })

export const isOver = ({ status }: Pick<RunV2, 'status'>): boolean => status !== 'queued' && status !== 'running'

export type RunProgress = z.infer<typeof runProgressV2>

/** A run, kept up to date by its events while it is under way. */
export function useRun(id: string): UseQueryResult<RunV2> & { readonly progress: RunProgress | null } {
  const client = useQueryClient()
  const query = useQuery(runQuery(id))
  const [progress, setProgress] = useState<RunProgress | null>(null)
  const isLive = query.data !== undefined && !isOver(query.data)
  useEffect(() => {
    if (!isLive) return
    const events = new EventSource(`/api/v2/runs/${id}/events`)
    events.addEventListener('progress', (event) => {
      const { data } = event as Event & { data: string }
      const parsed = runProgressV2.safeParse(JSON.parse(data))
      if (!parsed.success) return
      setProgress(parsed.data)
      if (!isOver(parsed.data)) return
      events.close()
      void client.invalidateQueries({ queryKey: ['run', id] })
      void client.invalidateQueries({ queryKey: ['runs'] })
    })
    // The server went away: ask again until it is back; then the record says what became of the run.
    events.addEventListener('error', () => void client.invalidateQueries({ queryKey: ['run', id] }))
    return () => {
      events.close()
    }
  }, [client, id, isLive])
  return { ...query, progress: isLive ? progress : null }
}

const meshQuery = ({ className, objectName }: ObjectReferenceV2) =>
  queryOptions({
    queryKey: ['mesh', className, objectName],
    queryFn: ({ signal }) => fetchViewMesh(className, objectName, signal),
    staleTime: 60_000,
    structuralSharing: false,
  })

/** Meshes by `class/object`; those that are not there yet, or not any more, are missing. */
export function useMeshes(objects: readonly ObjectReferenceV2[]): ReadonlyMap<string, ViewMesh> {
  return useQueries({
    queries: objects.map(meshQuery),
    combine: (results) => {
      const meshes = new Map<string, ViewMesh>()
      results.forEach(({ data }, i) => {
        const object = objects[i]
        if (data !== undefined && object !== undefined) meshes.set(keyOf(object), data)
      })
      return meshes
    },
  })
}

export const keyOf = ({ className, objectName }: ObjectReferenceV2): string => `${className}/${objectName}`

export const cameraQuery = (base: string, isLive: boolean) =>
  queryOptions({
    queryKey: ['camera', base],
    queryFn: ({ signal }) => {
      const search = base === '' ? '' : `?base=${encodeURIComponent(base)}`
      return get(`/api/v2/camera/preview${search}`, cameraPreviewV2, signal)
    },
    refetchInterval: isLive ? 500 : false,
    retry: false,
  })

export const SERVERS = ['main', 'ism', 'pem', 'render'] as const
export type ServerName = (typeof SERVERS)[number]

export const logsQuery = (server: ServerName, filter: { requestId?: string; level?: string; isLive: boolean }) =>
  queryOptions({
    queryKey: ['logs', server, filter.requestId ?? '', filter.level ?? ''],
    queryFn: async ({ signal }) => {
      const search = new URLSearchParams({ limit: '500' })
      if (filter.requestId !== undefined && filter.requestId !== '') search.set('requestId', filter.requestId)
      if (filter.level !== undefined) search.set('level', filter.level)
      return (await get(`/api/v2/servers/${server}/logs?${search.toString()}`, logLinesV2, signal)).lines
    },
    refetchInterval: filter.isLive ? LOG_EVERY_MS : false,
    retry: false,
  })

/** Where a run's frame comes from. */
export type FrameChoice =
  | { readonly kind: 'files'; readonly color: File; readonly depth: File; readonly camParams: object }
  | { readonly kind: 'camera'; readonly base: string }
  | { readonly kind: 'sample'; readonly name: string }
  | { readonly kind: 'run'; readonly id: string }

/** @throws {Problem} */
export async function startRun(
  frame: FrameChoice,
  fields: Pick<RunRequestV2, 'objects'> &
    Partial<Pick<RunRequestV2, 'options' | 'engine' | 'outputMode' | 'tag' | 'box'>>,
): Promise<RunV2> {
  if (frame.kind === 'camera') {
    return send('POST', '/api/v2/runs', { ...fields, camera: frame.base === '' ? {} : { base: frame.base } }, runV2)
  }
  if (frame.kind === 'sample') return send('POST', '/api/v2/runs', { ...fields, sample: frame.name }, runV2)
  if (frame.kind === 'run') return send('POST', '/api/v2/runs', { ...fields, frameOf: frame.id }, runV2)
  const form = new FormData()
  form.set('request', JSON.stringify({ ...fields, camParams: frame.camParams }))
  form.set('color', frame.color)
  form.set('depth', frame.depth)
  return send('POST', '/api/v2/runs', form, runV2)
}
