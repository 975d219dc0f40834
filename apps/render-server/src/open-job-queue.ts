import { createMemoryJobQueue, type JobQueue, type JobQueueOptions, type JobRunner } from '@sextant/jobs'
import type { Config } from './config.ts'

/** Opens the configured queue; only its driver's library is loaded. */
export async function openJobQueue<Input, Result>(
  config: Pick<Config, 'jobDriver' | 'jobFile' | 'redisUrl'>,
  run: JobRunner<Input, Result>,
  options: Partial<JobQueueOptions>,
): Promise<JobQueue<Input, Result>> {
  switch (config.jobDriver) {
    case 'memory':
      return createMemoryJobQueue(run, options)
    case 'libsql': {
      const { createLibsqlJobQueue } = await import('@sextant/jobs/libsql')
      return createLibsqlJobQueue(run, { ...options, path: config.jobFile })
    }
    case 'bullmq': {
      const { createBullmqJobQueue } = await import('@sextant/jobs/bullmq')
      return createBullmqJobQueue(run, { ...options, redisUrl: config.redisUrl, queueName: 'sextant-render' })
    }
  }
}
