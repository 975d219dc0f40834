import { isEnded, type Job, type JobFailure, type JobProgress, type JobStatus } from '../job-queue.ts'
import type { JobStore } from '../job-store.ts'
import type { SqlDriver } from './sql-driver.ts'

const LAYOUT_VERSION = 1

const LAYOUT = `
  create table job (
    sequence integer primary key autoincrement,
    id text not null unique,
    key text not null,
    status text not null,
    priority integer not null,
    attempts integer not null,
    input text not null,
    progress text,
    result text,
    error text,
    created_at_ms integer not null,
    started_at_ms integer,
    ended_at_ms integer
  ) strict;
  create unique index job_active_key on job (key) where ended_at_ms is null;
  create index job_ended on job (ended_at_ms, sequence) where ended_at_ms is not null;
  pragma user_version = ${LAYOUT_VERSION};
`

const SAVE = `
  insert into job (id, key, status, priority, attempts, input, progress, result, error,
    created_at_ms, started_at_ms, ended_at_ms)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (id) do update set status = excluded.status, priority = excluded.priority, attempts = excluded.attempts,
    progress = excluded.progress, result = excluded.result, error = excluded.error,
    started_at_ms = excluded.started_at_ms, ended_at_ms = excluded.ended_at_ms
`

const FORGET = `
  delete from job where sequence in (
    select sequence from job where ended_at_ms is not null order by ended_at_ms desc, sequence desc limit -1 offset ?
  )
`

/**
 * Jobs as rows; what is not a number or a name as JSON.
 * @throws {Error} the file has a layout this program does not know
 */
export function createSqlJobStore<Input, Result>(sql: SqlDriver, maxRemembered: number): JobStore<Input, Result> {
  const version = sql.prepare('pragma user_version').get()?.['user_version']
  if (version === 0) sql.exec(`begin immediate; ${LAYOUT} commit;`)
  else if (version !== LAYOUT_VERSION) throw new Error(`The job file has the unknown layout ${String(version)}.`)
  const save = sql.prepare(SAVE)
  const forget = sql.prepare(FORGET)
  const find = sql.prepare('select * from job where id = ?')
  const findActive = sql.prepare('select * from job where ended_at_ms is null order by sequence')
  const latest = sql.prepare(
    'select * from job where status in (select value from json_each(?)) order by sequence desc limit ?',
  )
  return {
    isDurable: true,
    loadActive: () => findActive.all().map(jobOf<Input, Result>),
    save(job) {
      save.run(
        job.id,
        job.key,
        job.status,
        job.priority,
        job.attempts,
        JSON.stringify(job.input),
        textOf(job.progress),
        textOf(job.result),
        textOf(job.error),
        job.createdAtMs,
        job.startedAtMs,
        job.endedAtMs,
      )
      if (isEnded(job)) forget.run(maxRemembered)
    },
    get(id) {
      const row = find.get(id)
      return row === undefined ? undefined : jobOf<Input, Result>(row)
    },
    list: ({ statuses = ALL_STATUSES, limit }) => latest.all(JSON.stringify(statuses), limit).map(jobOf<Input, Result>),
    close: () => sql.close(),
  }
}

const ALL_STATUSES: readonly JobStatus[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled']

const textOf = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))

/** The rows are this program's own: the layout's version vouches for their types. */
function jobOf<Input, Result>(row: Readonly<Record<string, unknown>>): Job<Input, Result> {
  const json = (text: unknown): unknown => (text === null ? null : JSON.parse(text as string))
  return {
    id: row['id'] as string,
    key: row['key'] as string,
    status: row['status'] as JobStatus,
    priority: row['priority'] as number,
    attempts: row['attempts'] as number,
    input: json(row['input']) as Input,
    progress: json(row['progress']) as JobProgress | null,
    result: json(row['result']) as Result | null,
    error: json(row['error']) as JobFailure | null,
    createdAtMs: row['created_at_ms'] as number,
    startedAtMs: row['started_at_ms'] as number | null,
    endedAtMs: row['ended_at_ms'] as number | null,
  }
}
