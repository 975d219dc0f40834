import type { PoseScoreParts } from '@sextant/contracts'
import type { GeneratorName, PosePreset } from '@sextant/pose'
import type { EvaluationCase, ModelReference, ScoredDetection } from '@sextant/evaluation'

/**
 * What the engine is told. With a mask: the visible mask of one instance, as it is or degraded. Scene: nothing, as many
 * instances as are true. Proposals: the same besides the masks that segmentation scores against the object's templates.
 * Many: nothing, not even how many. Absent: nothing, and the object is not there.
 */
export const CONDITIONS = [
  'mask',
  'dilated',
  'eroded',
  'half',
  'merged',
  'scene',
  'proposals',
  'many',
  'absent',
] as const
export type EvaluationCondition = (typeof CONDITIONS)[number]

const MASK_CONDITIONS: ReadonlySet<EvaluationCondition> = new Set(['mask', 'dilated', 'eroded', 'half', 'merged'])

export function isMaskCondition(condition: EvaluationCondition): boolean {
  return MASK_CONDITIONS.has(condition)
}

/** What the engine is asked in one frame. Plain data: crosses to workers as it is. */
export interface EvaluationTask {
  readonly evaluationCase: EvaluationCase
  readonly condition: EvaluationCondition
  readonly preset: PosePreset
  readonly generator: GeneratorName
  /** threads that share a search */
  readonly threads: number
  /** most proposals of segmentation handed on */
  readonly proposals: number
  readonly seed: number
  /** indices into the case's instances, one group per question; all of a group are instances of one object */
  readonly groups: readonly (readonly number[])[]
  /** objects that are not in the frame, one question each */
  readonly absentModels: readonly AbsentModel[]
}

export interface AbsentModel {
  readonly objectId: number
  readonly model: ModelReference
}

/** How well one true instance was found. Errors are infinite when no answer belongs to it. */
export interface InstanceRow {
  readonly caseId: string
  readonly objectId: number
  readonly instance: number
  readonly isSymmetric: boolean
  /** null: not stated by the data set */
  readonly visibleFraction: number | null
  /** mm */
  readonly diameter: number
  /** diameters */
  readonly mssdPerDiameter: number
  /** the same without credit for symmetry: the face of the box, the turn of the can */
  readonly strictMssdPerDiameter: number
  /** px */
  readonly mspd: number
  /** ADD, or ADD-S of symmetric objects, mm */
  readonly add: number
  /** for each tolerance, 0..1 */
  readonly vsd: readonly number[]
  readonly imageWidth: number
  /** probability of the answer; null without one */
  readonly score: number | null
  /** verification score of the answer */
  readonly verification: number | null
  /** time for the question, shared among its instances */
  readonly seconds: number
}

/** One answer, right or wrong. */
export interface AnswerRow {
  readonly caseId: string
  readonly objectId: number
  readonly isPresent: boolean
  readonly score: number
  readonly parts: PoseScoreParts
  /** MSSD below 0.1 diameters of a true instance of its own */
  readonly isRight: boolean
}

/** One question about an object that is not in the frame. */
export interface AbsentRow {
  readonly caseId: string
  readonly objectId: number
  /** probability and verification score of the best answer; null: nothing at all was answered */
  readonly score: number | null
  readonly verification: number | null
  readonly seconds: number
}

/** What segmentation proposed for one object in one frame. */
export interface ProposedRow {
  readonly modelPath: string
  readonly truthCount: number
  readonly detections: readonly ScoredDetection[]
}

/** What one task brings back. */
export interface TaskResult {
  readonly condition: EvaluationCondition
  readonly rows: readonly InstanceRow[]
  readonly answers: readonly AnswerRow[]
  readonly absent: readonly AbsentRow[]
  /** what segmentation proposed, with the condition proposals */
  readonly proposed: readonly ProposedRow[]
  /** ms per stage, one record per question */
  readonly timings: readonly Readonly<Record<string, number>>[]
}

export interface PlanOptions extends Pick<
  EvaluationTask,
  'condition' | 'preset' | 'generator' | 'seed' | 'threads' | 'proposals'
> {
  readonly every: number
  readonly limit: number
}

/**
 * Cuts the cases into questions: one per instance with masks, one per object and frame without, one per absent object.
 * Every `every`-th question is kept, `limit` at most.
 */
export function planTasks(cases: readonly EvaluationCase[], options: PlanOptions): EvaluationTask[] {
  const { condition, preset, generator, seed, threads, proposals } = options
  const tasks: EvaluationTask[] = []
  let question = 0
  let kept = 0
  const isKept = (): boolean => {
    const keeps = question++ % options.every === 0 && kept < options.limit
    if (keeps) kept++
    return keeps
  }
  for (const evaluationCase of cases) {
    const groups = condition === 'absent' ? [] : groupsOf(evaluationCase, condition).filter(isKept)
    const absentModels = condition === 'absent' ? absentFrom(evaluationCase, cases).filter(isKept) : []
    if (groups.length + absentModels.length > 0) {
      tasks.push({ evaluationCase, condition, preset, generator, seed, threads, proposals, groups, absentModels })
    }
  }
  return tasks
}

function groupsOf(evaluationCase: EvaluationCase, condition: EvaluationCondition): number[][] {
  if (isMaskCondition(condition)) return evaluationCase.instances.map((_, index) => [index])
  const byObject = new Map<string, number[]>()
  evaluationCase.instances.forEach((instance, index) => {
    byObject.set(instance.model.path, [...(byObject.get(instance.model.path) ?? []), index])
  })
  return [...byObject.values()]
}

/** Objects of the other cases that this frame does not show, hardly visible ones included. */
function absentFrom(evaluationCase: EvaluationCase, cases: readonly EvaluationCase[]): AbsentModel[] {
  const shown = new Set(evaluationCase.shownModelPaths)
  const found = new Map<string, AbsentModel>()
  for (const { instances } of cases) {
    for (const { objectId, model } of instances) {
      if (!shown.has(model.path)) found.set(model.path, { objectId, model })
    }
  }
  return [...found.values()]
}
