import { answerTask, type WorkerAnswer } from '@sextant/service-kit/worker'
import { runViewTask, type ViewTask } from '../view-task.ts'

/** Protocol only: one task in, one binary out. */
export default function run(task: ViewTask): Promise<WorkerAnswer<Uint8Array>> {
  return answerTask(() => runViewTask(task))
}
