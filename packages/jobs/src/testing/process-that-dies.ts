// Started by tests and killed: owns a job file, or has a part in a queue of Redis, adds the jobs it is told and tells on
// stdout what it starts. Jobs whose name begins with "stuck" end only when they are cancelled.
// usage: process-that-dies.ts <file> <job>... | process-that-dies.ts redis://... <queue> <job>...
import { createBullmqJobQueue } from '../bullmq/bullmq-job-queue.ts'
import type { JobRunner } from '../job-queue.ts'
import { createLibsqlJobQueue } from '../libsql/libsql-job-queue.ts'

const run: JobRunner<string, string> = (name, { signal }) => {
  process.stdout.write(`${name}\n`)
  if (!name.startsWith('stuck')) return Promise.resolve(name)
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped')))
  })
}
const [where = '', ...rest] = process.argv.slice(2)
const isRedis = where.startsWith('redis:')
const [queueName = '', ...names] = isRedis ? rest : ['', ...rest]
const queue = isRedis
  ? await createBullmqJobQueue(run, { redisUrl: where, queueName, lockDurationMs: 500 })
  : await createLibsqlJobQueue(run, { path: where })
// Keeps the process alive whatever the queue does.
setInterval(() => undefined, 1000)
for (const name of names) await queue.enqueue(name, name)
process.stdout.write('ready\n')
