// Started by tests and killed: owns a job file, adds the jobs it is told and tells on stdout what it starts. Jobs whose
// name begins with "stuck" never end.
import { createLibsqlJobQueue } from '../libsql/libsql-job-queue.ts'

const [path = '', ...names] = process.argv.slice(2)
const queue = await createLibsqlJobQueue<string, string>(
  (name) => {
    process.stdout.write(`${name}\n`)
    return name.startsWith('stuck') ? new Promise(() => undefined) : Promise.resolve(name)
  },
  { path },
)
// Keeps the process alive whatever the queue does.
setInterval(() => undefined, 1000)
for (const name of names) await queue.enqueue(name, name)
process.stdout.write('ready\n')
