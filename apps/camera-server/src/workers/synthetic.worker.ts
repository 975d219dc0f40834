import { answerTask, type WorkerAnswer } from '@sextant/service-kit/worker'
import { runSyntheticTask, type SyntheticResult, type SyntheticTask } from '../synthetic-task.ts'

/** Protocol only: one task in, one answer out. */
export default function run(task: SyntheticTask): Promise<WorkerAnswer<SyntheticResult>> {
  return answerTask(() => runSyntheticTask(task))
}
