import { answerTask, type WorkerAnswer } from '@sextant/service-kit/worker'
import { runSegmentationTask, type SegmentationTask, type SegmentationTaskResult } from '../segmentation-task.ts'

/** Protocol only: one task in, one answer out. */
export default function run(task: SegmentationTask): Promise<WorkerAnswer<SegmentationTaskResult>> {
  return answerTask(() => runSegmentationTask(task))
}
