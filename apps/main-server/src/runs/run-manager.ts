import { randomBytes } from 'node:crypto'
import {
  PlatformError,
  type Detection,
  type PoseOptionsV2,
  type RunObjectV2,
  type RunProgressV2,
  type RunRequestV2,
  type RunV2,
} from '@sextant/contracts'
import { encodeRle, type ClientFrame } from '@sextant/image'
import { outputFolderName, type RunFile, type RunStore } from '@sextant/library'
import { estimatePoses, estimateScene, type Stages } from '@sextant/pipeline'
import { asPlatformError } from '@sextant/service-kit'
import { pendingObject, toRunError, toRunFrame, toRunObject, toRunObjectOfScene } from '../mapping/runs.ts'
import { OBJECTS_AT_A_TIME } from '../run-defaults.ts'

/** Runs that may wait for their turn. */
const QUEUE_MAX = 256

export interface RunManagerOptions {
  readonly store: RunStore
  readonly stages: Stages
  readonly defaults: PoseOptionsV2
  readonly detectionLimit: number
  readonly now: () => Date
}

/** Runs asked for over `/api/v2/runs`, one at a time: one run already uses every core. */
export interface RunManager {
  /** Stores the run and queues it. @throws {PlatformError} capacity.queue_full */
  submit(request: RunRequestV2, client: ClientFrame, requestId: string): Promise<RunV2>
  /** Ends a run that waits or is under way; a finished one stays as it is. */
  cancel(id: string): void
  /** Calls `listener` with every change until the returned function is called; null: the run is not under way. */
  watch(id: string, listener: (progress: RunProgressV2) => void): (() => void) | null
  /** The run as it is this moment; null when it is not under way. */
  current(id: string): RunV2 | null
  readonly queueLength: () => number
  close(): Promise<void>
}

interface ActiveRun {
  run: RunV2
  readonly client: ClientFrame
  readonly abort: AbortController
  readonly listeners: Set<(progress: RunProgressV2) => void>
  objectIndex: number | null
  stage: string | null
}

export function createRunManager(options: RunManagerOptions): RunManager {
  const { store, now } = options
  const active = new Map<string, ActiveRun>()
  let tail: Promise<void> = Promise.resolve()

  const progressOf = ({ run, objectIndex, stage }: ActiveRun): RunProgressV2 => ({
    status: run.status,
    objectIndex,
    stage,
    objects: run.objects.map(({ status, poses }) => ({ status, bestScore: poses[0]?.score ?? null })),
    elapsedMs: run.startedAt === null ? 0 : now().getTime() - Date.parse(run.startedAt),
  })
  const publish = (entry: ActiveRun): void => {
    const progress = progressOf(entry)
    for (const listener of entry.listeners) listener(progress)
  }
  const setObject = (entry: ActiveRun, index: number, object: RunObjectV2): void => {
    entry.run = { ...entry.run, objects: entry.run.objects.with(index, object) }
  }

  const lookFor = async (entry: ActiveRun, index: number): Promise<void> => {
    const object = entry.run.objects[index]
    if (object === undefined) return
    if (isCancelled(entry)) {
      setObject(entry, index, { ...object, status: 'cancelled' })
      return
    }
    entry.objectIndex = index
    setObject(entry, index, { ...object, status: 'running' })
    publish(entry)
    try {
      const result = await estimatePoses(
        {
          frame: entry.client.bytes,
          object,
          detections: entry.run.box === null ? null : [detectionOf(entry.run.box, entry.client)],
          detectionLimit: options.detectionLimit,
          options: entry.run.options,
          engine: entry.run.engine,
        },
        options.stages,
        {
          requestId: entry.run.requestId,
          signal: entry.abort.signal,
          now: () => performance.now(),
          onStage(stage) {
            entry.stage = stage
            publish(entry)
          },
        },
      )
      setObject(entry, index, toRunObject(object, result))
    } catch (error) {
      const wasCancelled = isCancelled(entry)
      setObject(entry, index, {
        ...object,
        status: wasCancelled ? 'cancelled' : 'failed',
        error: wasCancelled ? null : toRunError(asPlatformError(error)),
      })
    }
    publish(entry)
  }

  /** Several objects are one question: what explains the frame. */
  const lookForAll = async (entry: ActiveRun): Promise<void> => {
    const { objects, options: poseOptions, engine } = entry.run
    entry.stage = 'pose'
    const results = await estimateScene(
      {
        frame: entry.client.bytes,
        objects,
        options: poseOptions,
        engine,
        detectionLimit: options.detectionLimit,
        concurrency: OBJECTS_AT_A_TIME,
      },
      options.stages,
      {
        requestId: entry.run.requestId,
        signal: entry.abort.signal,
        now: () => performance.now(),
        onObject(index, state) {
          const object = objects[index]
          if (object === undefined) return
          entry.objectIndex = index
          if (state === 'running') setObject(entry, index, { ...object, status: 'running' })
          publish(entry)
        },
      },
    )
    results.forEach((result, index) => {
      const object = objects[index]
      if (object === undefined) return
      const wasCancelled = result.error !== null && isCancelled(entry)
      setObject(entry, index, wasCancelled ? { ...object, status: 'cancelled' } : toRunObjectOfScene(object, result))
    })
  }

  const execute = async (entry: ActiveRun): Promise<void> => {
    if (!isCancelled(entry)) {
      entry.run = { ...entry.run, status: 'running', startedAt: now().toISOString() }
      await store.save(entry.run)
      publish(entry)
    }
    if (entry.run.objects.length > 1 && !isCancelled(entry)) await lookForAll(entry)
    else for (let index = 0; index < entry.run.objects.length; index++) await lookFor(entry, index)
    const objects = entry.run.objects
    const failures = objects.flatMap(({ error }) => (error === null ? [] : [error]))
    const status = isCancelled(entry) ? 'cancelled' : failures.length === objects.length ? 'failed' : 'succeeded'
    const error = status === 'failed' ? (failures[0] ?? null) : null
    entry.run = { ...entry.run, status, error, endedAt: now().toISOString() }
    entry.objectIndex = null
    entry.stage = null
    await store.save(entry.run)
    publish(entry)
    active.delete(entry.run.id)
  }

  return {
    async submit(request, client, requestId) {
      if (active.size >= QUEUE_MAX) {
        throw new PlatformError('capacity.queue_full', { detail: `${active.size} runs are waiting; try again later` })
      }
      const createdAt = now()
      const run: RunV2 = {
        id: newRunId(createdAt),
        source: 'v2',
        requestId,
        tag: request.tag ?? null,
        status: 'queued',
        createdAt: createdAt.toISOString(),
        startedAt: null,
        endedAt: null,
        outputMode: request.outputMode,
        hasInputs: request.outputMode === 'full',
        frame: toRunFrame(client),
        options: withDefaults(request.options, options.defaults),
        engine: request.engine ?? null,
        box: request.box ?? null,
        objects: request.objects.map(pendingObject),
        warnings: [...client.warnings],
        error: null,
      }
      await store.save(run, run.hasInputs ? inputsOf(client) : [])
      const entry: ActiveRun = {
        run,
        client,
        abort: new AbortController(),
        listeners: new Set(),
        objectIndex: null,
        stage: null,
      }
      active.set(run.id, entry)
      tail = tail
        .then(() => execute(entry))
        .catch(() => {
          // The disk refused the record: the run is over, what is on disk says "interrupted" after a restart.
          active.delete(run.id)
        })
      return run
    },
    cancel(id) {
      active.get(id)?.abort.abort()
    },
    watch(id, listener) {
      const entry = active.get(id)
      if (entry === undefined) return null
      entry.listeners.add(listener)
      listener(progressOf(entry))
      return () => entry.listeners.delete(listener)
    },
    current: (id) => active.get(id)?.run ?? null,
    queueLength: () => active.size,
    async close() {
      for (const entry of active.values()) entry.abort.abort()
      await tail
    },
  }
}

const isCancelled = ({ abort }: ActiveRun): boolean => abort.signal.aborted

/** The options of a request; what it leaves open is the default. */
function withDefaults(asked: RunRequestV2['options'], defaults: PoseOptionsV2): PoseOptionsV2 {
  const named = Object.entries(asked).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(named) }
}

export function newRunId(at: Date): string {
  return outputFolderName(at, randomBytes(3).toString('hex'))
}

/** The files that make a run repeatable: images as received, the camera in the form every client sends. */
export function inputsOf({ bytes }: ClientFrame): RunFile[] {
  const { fx, fy, cx, cy } = bytes.camera
  const camera = { cam_K: [fx, 0, cx, 0, fy, cy, 0, 0, 1], depth_scale: bytes.millimetersPerCount }
  return [
    { name: 'color', bytes: bytes.color },
    { name: 'depth', bytes: bytes.depth },
    { name: 'camera.json', bytes: new TextEncoder().encode(JSON.stringify(camera)) },
  ]
}

/** Where the user points, as a detection whose mask is the whole box. */
function detectionOf(box: NonNullable<RunV2['box']>, { frame }: ClientFrame): Detection {
  const { width, height } = frame.color
  const clamp = (value: number, limit: number): number => Math.min(limit, Math.max(0, Math.round(value)))
  const inside = {
    x0: clamp(Math.min(box.x0, box.x1), width - 1),
    y0: clamp(Math.min(box.y0, box.y1), height - 1),
    x1: clamp(Math.max(box.x0, box.x1), width),
    y1: clamp(Math.max(box.y0, box.y1), height),
  }
  const data = new Uint8Array(width * height)
  for (let y = inside.y0; y < inside.y1; y++) data.fill(1, y * width + inside.x0, y * width + inside.x1)
  return { mask: encodeRle({ width, height, data }), box: inside, score: 1, source: 'user' }
}
