import type { PipelineRequestV1, PlatformError, PoseOptionsV2, RunV2 } from '@sextant/contracts'
import type { ClientFrame } from '@sextant/image'
import type { RunStore } from '@sextant/library'
import type { EstimationResult } from '@sextant/pipeline'
import { outputModeOf } from '../mapping/pipeline-files.ts'
import { pendingObject, toRunError, toRunFrame, toRunObject } from '../mapping/runs.ts'
import { inputsOf, newRunId } from './run-manager.ts'

/** What is known of a v1 request when it ends. */
export interface FinishedV1Run {
  readonly body: PipelineRequestV1
  readonly requestId: string
  readonly startedAt: Date
  readonly endedAt: Date
  readonly options: PoseOptionsV2
  /** null: refused before the frame was understood */
  readonly client: ClientFrame | null
  /** what came out, or the refusal */
  readonly result: EstimationResult | PlatformError
}

/** Adds a v1 request to the history; inputs are kept in output mode full. */
export async function recordV1Run(store: RunStore, finished: FinishedV1Run): Promise<void> {
  const { body, client, result, startedAt, endedAt } = finished
  const outputMode = outputModeOf(body)
  const hasInputs = outputMode === 'full' && client !== null
  const reference = { className: body.class_name.slice(0, 128), objectName: body.object_name.slice(0, 128) }
  const isFailure = result instanceof Error
  const error = isFailure ? toRunError(result) : null
  const run: RunV2 = {
    id: newRunId(startedAt),
    source: 'v1',
    requestId: finished.requestId,
    tag: body.request_tag?.slice(0, 64) ?? null,
    status: isFailure ? 'failed' : 'succeeded',
    createdAt: startedAt.toISOString(),
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    outputMode,
    hasInputs,
    frame: client === null ? null : toRunFrame(client),
    options: finished.options,
    engine: null,
    box: null,
    objects: [isFailure ? { ...pendingObject(reference), status: 'failed', error } : toRunObject(reference, result)],
    warnings: client === null ? [] : [...client.warnings],
    error,
  }
  await store.save(run, hasInputs ? inputsOf(client) : [])
}
