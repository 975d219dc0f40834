import type { PosePreset } from '@sextant/pose'
import type { EvaluationCase } from '@sextant/evaluation'

/** How much the engine is told: the visible mask of the instance, or nothing. */
export type EvaluationCondition = 'mask' | 'scene'

/** What the engine is asked in one frame. Plain data: crosses to workers as it is. */
export interface EvaluationTask {
  readonly evaluationCase: EvaluationCase
  readonly condition: EvaluationCondition
  readonly preset: PosePreset
  readonly seed: number
  /** indices into the case's instances, one group per question; all of a group are instances of one object */
  readonly groups: readonly (readonly number[])[]
}

/** How well one true instance was found. Errors are infinite when no answer belongs to it. */
export interface InstanceRow {
  readonly caseId: string
  readonly objectId: number
  readonly instance: number
  readonly isSymmetric: boolean
  /** mm */
  readonly diameter: number
  /** diameters */
  readonly mssdPerDiameter: number
  /** px */
  readonly mspd: number
  /** ADD, or ADD-S of symmetric objects, mm */
  readonly add: number
  readonly imageWidth: number
  /** probability of the answer; null without one */
  readonly score: number | null
  /** verification score of the answer */
  readonly verification: number | null
  /** time for the question, shared among its instances */
  readonly seconds: number
}

/** What one task brings back. */
export interface TaskResult {
  readonly rows: readonly InstanceRow[]
  /** ms per stage, one record per question */
  readonly timings: readonly Readonly<Record<string, number>>[]
}

/**
 * Cuts the cases into questions: one per instance with masks, one per object and frame without. Every `every`-th
 * question is kept, `limit` at most.
 */
export function planTasks(
  cases: readonly EvaluationCase[],
  options: Pick<EvaluationTask, 'condition' | 'preset' | 'seed'> & { readonly every: number; readonly limit: number },
): EvaluationTask[] {
  const { condition, preset, seed } = options
  const tasks: EvaluationTask[] = []
  let question = 0
  let kept = 0
  for (const evaluationCase of cases) {
    const groups = groupsOf(evaluationCase, condition).filter(() => {
      const isKept = question++ % options.every === 0 && kept < options.limit
      if (isKept) kept++
      return isKept
    })
    if (groups.length > 0) tasks.push({ evaluationCase, condition, preset, seed, groups })
  }
  return tasks
}

function groupsOf(evaluationCase: EvaluationCase, condition: EvaluationCondition): number[][] {
  if (condition === 'mask') return evaluationCase.instances.map((_, index) => [index])
  const byObject = new Map<string, number[]>()
  evaluationCase.instances.forEach((instance, index) => {
    byObject.set(instance.model.path, [...(byObject.get(instance.model.path) ?? []), index])
  })
  return [...byObject.values()]
}
