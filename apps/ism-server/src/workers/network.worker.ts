import { answerTask, type WorkerAnswer } from '@sextant/service-kit/worker'
import { runNetworkTask, type NetworkTask } from '../network-task.ts'

/** Protocol only: one task in, one answer out. */
export default function run(task: NetworkTask): Promise<WorkerAnswer<Awaited<ReturnType<typeof runNetworkTask>>>> {
  return answerTask(() => runNetworkTask(task))
}
