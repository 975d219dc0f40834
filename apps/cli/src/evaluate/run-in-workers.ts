import { Worker } from 'node:worker_threads'
import type { EvaluationTask, TaskResult } from './evaluation-task.ts'

/**
 * Runs tasks on a few workers, each taking the next one when it is done. Results come back in the order of the tasks.
 *
 * @param onResult  called as results arrive
 * @throws whatever a worker throws; the other workers are stopped
 */
export async function runInWorkers(
  tasks: readonly EvaluationTask[],
  workerCount: number,
  onResult: (result: TaskResult) => void,
): Promise<TaskResult[]> {
  const results = new Array<TaskResult | undefined>(tasks.length)
  let next = 0
  const workers: Worker[] = []
  const runOne = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./workers/eval.worker.js', import.meta.url))
      workers.push(worker)
      let index = -1
      const advance = (): void => {
        index = next++
        const task = tasks[index]
        if (task === undefined) {
          void worker.terminate().then(() => resolve())
          return
        }
        worker.postMessage(task)
      }
      worker.on('message', (result: TaskResult) => {
        results[index] = result
        onResult(result)
        advance()
      })
      worker.on('error', reject)
      advance()
    })
  try {
    await Promise.all(Array.from({ length: Math.min(workerCount, tasks.length) }, runOne))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  return results.filter((result) => result !== undefined)
}
