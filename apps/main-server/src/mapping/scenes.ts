import type { ObjectReferenceV2, SceneObjectV2 } from '@sextant/contracts'
import type { SceneObjectResult } from '@sextant/pipeline'
import { toPose, toRunError } from './runs.ts'

/** The objects of a scene, in the order they were asked for. */
export function toSceneObjects(
  objects: readonly ObjectReferenceV2[],
  results: readonly SceneObjectResult[],
): SceneObjectV2[] {
  const nameOf = (index: number): ObjectReferenceV2 | null => {
    const object = objects[index]
    return object === undefined ? null : { className: object.className, objectName: object.objectName }
  }
  return results.flatMap(({ outcome, object, error, engine, seconds }, index) => {
    const name = nameOf(index)
    if (name === null) return []
    const { status, reason, poses, bestRejected, explainedBy } = outcome
    return [
      {
        ...name,
        status: error === null ? status : 'failed',
        reason,
        poses: poses.map(toPose),
        bestRejected: bestRejected === null ? null : toPose(bestRejected),
        explainedBy: explainedBy === null ? null : nameOf(explainedBy),
        error: error === null ? null : toRunError(error),
        engine,
        geometry: object === null ? null : { diameter: object.diameter, center: [...object.center] },
        seconds,
      },
    ]
  })
}
