import type { RunObjectV2, RunV2 } from '@sextant/contracts'
import { secondsOf } from '../overlay/pose-text.ts'

/** One line of rss_batch_summary.json, as the batch scripts of the drop-in contract write it. */
export interface BatchSummaryEntry {
  readonly object: string
  readonly http_status: number
  readonly success: boolean
  readonly ism_success: boolean
  readonly ism_detections: number
  readonly pem_success: boolean
  readonly pem_detections: number
  readonly output_dir: null
  readonly elapsed_sec: number
  readonly message: string
}

const OK = 200

/** One entry for each object of each run, in order. Runs write no output folder. */
export function toBatchSummary(runs: readonly RunV2[]): BatchSummaryEntry[] {
  return runs.flatMap((run) => run.objects.map((object) => entryOf(run, object)))
}

function entryOf(run: RunV2, object: RunObjectV2): BatchSummaryEntry {
  const wasSearched = ['estimated', 'not_found', 'rejected'].includes(object.status)
  const own = Object.values(object.stages).reduce((sum, { seconds }) => sum + seconds, 0)
  return {
    object: object.objectName,
    http_status: OK,
    success: wasSearched,
    ism_success: wasSearched,
    ism_detections: object.detectionCount,
    pem_success: wasSearched,
    pem_detections: object.poses.length,
    output_dir: null,
    elapsed_sec: Number((own > 0 ? own : (secondsOf(run) ?? 0)).toFixed(2)),
    message: object.error?.detail ?? object.reason ?? object.status,
  }
}
