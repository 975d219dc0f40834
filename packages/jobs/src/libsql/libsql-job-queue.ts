// Jobs in a file: they outlive the process.
import { JOB_QUEUE_DEFAULTS, type JobQueueOptions } from '../job-queue-options.ts'
import type { JobQueue, JobRunner } from '../job-queue.ts'
import { createScheduledJobQueue } from '../scheduled-job-queue.ts'
import { openLibsql } from './open-libsql.ts'
import { createSqlJobStore } from './sql-job-store.ts'

export interface LibsqlJobQueueOptions extends JobQueueOptions {
  /** the database; its folder is made when missing */
  readonly path: string
  /** how long a former owner of the file may take to leave, ms */
  readonly patienceMs: number
}

/** A supervisor may start the new process before the old one has closed its connections. */
const PATIENCE_MS = 10 ** 4

/**
 * Jobs in a database file that this process owns. Jobs that a former process left waiting or running go on at once.
 *
 * @throws {Error} another process owns the file, or it is not a job file
 */
export async function createLibsqlJobQueue<Input, Result>(
  run: JobRunner<Input, Result>,
  options: Partial<LibsqlJobQueueOptions> & Pick<LibsqlJobQueueOptions, 'path'>,
): Promise<JobQueue<Input, Result>> {
  const settings = { ...JOB_QUEUE_DEFAULTS, patienceMs: PATIENCE_MS, ...options }
  const sql = await openLibsql(settings.path, settings.patienceMs)
  try {
    const store = createSqlJobStore<Input, Result>(sql, settings.maxRemembered)
    return createScheduledJobQueue(run, store, settings)
  } catch (error) {
    sql.close()
    throw error
  }
}
