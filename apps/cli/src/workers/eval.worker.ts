import { parentPort } from 'node:worker_threads'
import type { EvaluationTask } from '../evaluate/evaluation-task.ts'
import { runTask, type ModelCache } from '../evaluate/run-task.ts'

const port = parentPort
if (port === null) throw new TypeError('eval.worker runs as a worker only')
const cache: ModelCache = new Map()

port.on('message', (task: EvaluationTask) => {
  runTask(task, cache, () => performance.now()).then(
    (result) => port.postMessage(result),
    (cause: unknown) => {
      // An uncaught error ends the worker and reaches the parent's 'error' event.
      setImmediate(() => {
        throw new Error(`case ${task.evaluationCase.id} failed`, { cause })
      })
    },
  )
})
