import { parentPort } from 'node:worker_threads'
import type { EvaluationTask } from '../evaluate/evaluation-task.ts'
import { createSearchThreads, type SearchThreads } from '@sextant/pose-threads'
import { runTask, type ModelCache } from '../evaluate/run-task.ts'

const port = parentPort
if (port === null) throw new TypeError('eval.worker runs as a worker only')
const cache: ModelCache = new Map()
let helpers: SearchThreads | null = null

port.on('message', (task: EvaluationTask) => {
  if (task.threads > 1) helpers ??= createSearchThreads(new URL('./search.worker.js', import.meta.url), task.threads)
  runTask(task, cache, () => performance.now(), helpers).then(
    (result) => port.postMessage(result),
    (cause: unknown) => {
      // An uncaught error ends the worker and reaches the parent's 'error' event.
      setImmediate(() => {
        throw new Error(`case ${task.evaluationCase.id} failed`, { cause })
      })
    },
  )
})
