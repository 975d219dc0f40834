import type { PoseV2, RunObjectV2, RunV2 } from '@sextant/contracts'
import type { ViewMesh } from '../api/binaries.ts'
import { keyOf } from '../api/queries.ts'
import type { PoseDrawing } from './draw-pose.ts'
import { colorOfObject, REJECTED_COLOR } from './pose-colors.ts'

/** Names one pose of a run; `poseIndex` -1: the best one that was rejected. */
export interface PoseChoice {
  readonly objectIndex: number
  readonly poseIndex: number
}

export const REJECTED = -1

export const isSame = (a: PoseChoice | null, b: PoseChoice | null): boolean =>
  a?.objectIndex === b?.objectIndex && a?.poseIndex === b?.poseIndex

/** All poses that were answered, in order; then, where there is none, the rejected ones. */
export function choicesOf({ objects }: RunV2): PoseChoice[] {
  const answered = objects.flatMap(({ poses }, objectIndex) =>
    poses.map((_, poseIndex) => ({ objectIndex, poseIndex })),
  )
  const rejected = objects.flatMap(({ bestRejected }, objectIndex) =>
    bestRejected === null ? [] : [{ objectIndex, poseIndex: REJECTED }],
  )
  return [...answered, ...rejected]
}

export function poseOf({ objects }: RunV2, choice: PoseChoice | null): { object: RunObjectV2; pose: PoseV2 } | null {
  if (choice === null) return null
  const object = objects[choice.objectIndex]
  const pose = choice.poseIndex === REJECTED ? object?.bestRejected : object?.poses[choice.poseIndex]
  return object === undefined || pose === null || pose === undefined ? null : { object, pose }
}

/** What is to be drawn of a run, the selected pose last. */
export function drawingsOf(
  run: RunV2,
  meshes: ReadonlyMap<string, ViewMesh>,
  selected: PoseChoice | null,
  withRejected: boolean,
): PoseDrawing[] {
  const { frame } = run
  if (frame === null) return []
  return choicesOf(run)
    .filter((choice) => choice.poseIndex !== REJECTED || withRejected || isSame(choice, selected))
    .flatMap((choice) => {
      const found = poseOf(run, choice)
      if (found === null) return []
      const { object, pose } = found
      const isRejected = choice.poseIndex === REJECTED
      return {
        pose,
        mesh: meshes.get(keyOf(object)) ?? null,
        camera: frame.camera,
        center: object.geometry?.center ?? [0, 0, 0],
        diameter: object.geometry?.diameter ?? 100,
        color: isRejected ? REJECTED_COLOR : colorOfObject(choice.objectIndex),
        label: `${object.objectName} ${pose.score.toFixed(2)}`,
        isRejected,
        isSelected: isSame(choice, selected),
      }
    })
    .sort((a, b) => Number(a.isSelected) - Number(b.isSelected))
}
