import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'

/** One line of rss_batch_summary.json. */
export interface BatchEntry {
  readonly object: string
  /** null: no answer at all */
  readonly http_status: number | null
  readonly success: boolean
  readonly ism_success: boolean
  readonly ism_detections: number
  readonly pem_success: boolean
  readonly pem_detections: number
  readonly output_dir: string | null
  readonly elapsed_sec: number
  readonly message: string
}

export interface BatchOptions {
  /** Main, without trailing slash */
  readonly server: string
  readonly className: string
  readonly objects: readonly string[]
  /** fields that every request gets besides class and object */
  readonly fields: Readonly<Record<string, unknown>>
  readonly timeoutMs: number
  /** entries of an earlier run; their objects are not asked again when they succeeded */
  readonly done: readonly BatchEntry[]
  /** told after every object: everything known so far, earlier runs included */
  readonly onEntry: (entry: BatchEntry, all: readonly BatchEntry[]) => Promise<void>
}

interface StageAnswer {
  readonly success?: boolean
  readonly num_detections?: number
  readonly detections?: { readonly masks?: readonly unknown[] }
}
interface WorkflowAnswer {
  readonly success?: boolean
  readonly message?: string
  readonly detail?: unknown
  readonly results?: {
    readonly error?: string
    readonly output_dir?: string | null
    readonly results?: { readonly ism?: StageAnswer; readonly pem?: StageAnswer }
  } | null
}

/** Asks for one object after the other; whatever one of them ends in, the next is asked. */
export async function runBatch(options: BatchOptions): Promise<BatchEntry[]> {
  const kept = new Map(options.done.filter((entry) => entry.success).map((entry) => [entry.object, entry]))
  const entries: BatchEntry[] = []
  for (const [index, object] of options.objects.entries()) {
    const known = kept.get(object)
    if (known !== undefined) {
      entries.push(known)
      continue
    }
    const entry = await askFor(object, options)
    entries.push(entry)
    // What an earlier run did for the objects still to come is not lost when this one is interrupted.
    const later = options.objects.slice(index + 1).flatMap((name) => kept.get(name) ?? [])
    await options.onEntry(entry, [...entries, ...later])
  }
  return entries
}

async function askFor(object: string, options: BatchOptions): Promise<BatchEntry> {
  const started = performance.now()
  const seconds = (): number => Number(((performance.now() - started) / MILLISECONDS_PER_SECOND).toFixed(2))
  try {
    const response = await fetch(`${options.server}/api/v1/workflow/full-pipeline-from-rss`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ class_name: options.className, object_name: object, ...options.fields }),
      signal: AbortSignal.timeout(options.timeoutMs),
    })
    return entryOf(object, response.status, (await response.json()) as WorkflowAnswer, seconds())
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return entryOf(object, null, { success: false, message }, seconds())
  }
}

function entryOf(object: string, status: number | null, answer: WorkflowAnswer, seconds: number): BatchEntry {
  const { ism, pem } = answer.results?.results ?? {}
  const detail = typeof answer.detail === 'string' ? answer.detail : undefined
  return {
    object,
    http_status: status,
    success: answer.success ?? false,
    ism_success: ism?.success ?? false,
    ism_detections: ism?.detections?.masks?.length ?? 0,
    pem_success: pem?.success ?? false,
    pem_detections: pem?.num_detections ?? 0,
    output_dir: answer.results?.output_dir ?? null,
    elapsed_sec: seconds,
    message: answer.results?.error ?? detail ?? answer.message ?? '',
  }
}

/** What a batch came to. */
export interface BatchStatistics {
  readonly objects: number
  readonly succeeded: number
  readonly failed: number
  readonly with_pose: number
  readonly seconds: number
  readonly median_seconds: number
  /** messages of the failed, by how often they came */
  readonly failures: Readonly<Record<string, number>>
}

export function summarize(entries: readonly BatchEntry[]): BatchStatistics {
  const times = entries.map((entry) => entry.elapsed_sec).sort((a, b) => a - b)
  const failures: Record<string, number> = {}
  for (const { success, message } of entries) if (!success) failures[message] = (failures[message] ?? 0) + 1
  const succeeded = entries.filter((entry) => entry.success).length
  return {
    objects: entries.length,
    succeeded,
    failed: entries.length - succeeded,
    with_pose: entries.filter((entry) => entry.pem_detections > 0).length,
    seconds: Number(times.reduce((sum, seconds) => sum + seconds, 0).toFixed(2)),
    median_seconds: times[times.length >> 1] ?? 0,
    failures,
  }
}
