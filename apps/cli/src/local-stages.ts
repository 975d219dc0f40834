import { createTrace, PlatformError } from '@sextant/contracts'
import type { Frame } from '@sextant/geometry'
import type { ObjectReference, Stages } from '@sextant/pipeline'
import { estimateObject, prepareScene, type PoseEnvironment, type PreparedModel } from '@sextant/pose'

export interface LocalStagesOptions {
  readonly frame: Frame
  readonly modelOf: (object: ObjectReference) => Promise<PreparedModel>
  /** threads that share each search; absent: this one alone */
  readonly openRunner?: PoseEnvironment['openRunner']
}

/**
 * The stages in this process, for one frame that is already decoded: it is prepared once. Templates are not needed, and
 * the pose stage makes its own proposals.
 */
export function localStages({ frame, modelOf, openRunner }: LocalStagesOptions): Stages {
  const scene = prepareScene(frame)
  return {
    templates: { ensure: () => Promise.resolve({ skipped: true, timings: {} }) },
    segmentation: { detect: () => Promise.resolve({ detections: [], engine: null, timings: {} }) },
    pose: {
      async estimate({ object, detections, options, engine }, env) {
        if (engine === 'sam6d') {
          const detail = 'In this process the geometric engine answers; ask a Main server for sam6d.'
          throw new PlatformError('engine.unavailable', { detail })
        }
        if (env.signal?.aborted === true) throw new PlatformError('request.cancelled', { detail: 'cancelled' })
        const model = await modelOf(object)
        const trace = createTrace(() => performance.now())
        const outcome = estimateObject(scene, model, detections, options, {
          trace,
          now: () => performance.now(),
          ...(openRunner === undefined ? {} : { openRunner }),
        })
        const { diameter, center } = model
        return { outcome, engine: 'geometric', object: { diameter, center: [...center] }, timings: trace.timings }
      },
    },
  }
}
