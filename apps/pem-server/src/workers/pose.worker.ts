import { answerTask, type WorkerAnswer } from '@sextant/service-kit/worker'
import { runPoseTask, type PoseTask } from '../pose-task.ts'

/** Protocol only: one task in, one answer out. */
export default function run(task: PoseTask): Promise<WorkerAnswer<Awaited<ReturnType<typeof runPoseTask>>>> {
  return answerTask(() => runPoseTask(task))
}
