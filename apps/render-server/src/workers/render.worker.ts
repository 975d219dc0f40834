import { answerTask, type WorkerAnswer } from '@sextant/service-kit/worker'
import { renderTemplateSet, type RenderOutcome, type RenderTask } from '../render-template-set.ts'

/** The pool calls a worker's default export. */
export default function renderWorker(task: RenderTask): Promise<WorkerAnswer<RenderOutcome>> {
  return answerTask(() => renderTemplateSet(task))
}
