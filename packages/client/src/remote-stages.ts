import {
  detectionsResponseV2,
  isErrorCode,
  PlatformError,
  posesResponseV2,
  type DetectionsRequestV2,
  type PoseEstimate,
  type PosesRequestV2,
  type PoseScoreParts,
  type PoseV2,
} from '@sextant/contracts'
import { transformFrom } from '@sextant/geometry'
import type { EncodedFrame, ObjectReference, StageEnv, Stages } from '@sextant/pipeline'
import { FormData } from 'undici'
import { z } from 'zod'
import type { CallEnv, RemoteClient } from './http.ts'

export interface RemoteStagesOptions {
  readonly ism: RemoteClient
  readonly pem: RemoteClient
  readonly render: RemoteClient
  /** where an object's CAD and templates are, and whether an intact set is there */
  readonly locate: (object: ObjectReference) => Promise<{
    readonly cadPath: string
    readonly templateDirectory: string
    readonly hasTemplates: boolean
  }>
  /** longest wait for a render job, s */
  readonly renderWaitSeconds: number
}

const renderAnswer = z.looseObject({
  success: z.boolean().optional(),
  status: z.string(),
  message: z.string().optional(),
  error_code: z.string().nullish(),
})

/** What a status of Render's `/render/templates` says: its queue is full. */
export const RENDER_REFUSALS = { 503: 'capacity.queue_full' } as const

/**
 * The stages over HTTP; all three may be asked twice: two compute the same again, the third joins the job that runs. The
 * clients belong
 * to the caller, who closes them.
 */
export function remoteStages(options: RemoteStagesOptions): Stages {
  const { ism, pem, render } = options
  return {
    templates: {
      async ensure(object, env) {
        const { cadPath, templateDirectory, hasTemplates } = await options.locate(object)
        if (hasTemplates) return { skipped: true, timings: {} }
        const path = `/render/templates?wait=true&wait_timeout_sec=${options.renderWaitSeconds}`
        const answer = await render.post(
          path,
          { cad_path: cadPath, output_dir: templateDirectory, priority: 'interactive' },
          renderAnswer,
          { ...repeatable(env), codeOfStatus: RENDER_REFUSALS },
        )
        if (answer.success === true || answer.status === 'succeeded') return { skipped: false, timings: {} }
        throw new PlatformError(isErrorCode(answer.error_code) ? answer.error_code : 'upstream.bad_response', {
          detail: `templates of ${object.className}/${object.objectName} were not rendered: ${answer.message ?? answer.status}`,
          stage: 'templates',
        })
      },
    },
    segmentation: {
      async detect({ frame, object, limit, engine }, env) {
        const fields: DetectionsRequestV2 = {
          ...frameFieldsOf(frame, object),
          limit,
          ...(engine === null ? {} : { engine }),
        }
        const answer = await ism.post(
          '/api/v2/detections',
          formOf(fields, frame),
          detectionsResponseV2,
          repeatable(env),
        )
        return {
          engine: answer.engine,
          timings: answer.timings,
          detections: answer.detections.map(({ scoreParts, templateIndex, ...detection }) => ({
            ...detection,
            ...(scoreParts === undefined ? {} : { scoreParts }),
            ...(templateIndex === undefined ? {} : { templateIndex }),
          })),
        }
      },
    },
    pose: {
      async estimate({ frame, object, detections, options: poseOptions, engine }, env) {
        const fields: PosesRequestV2 = {
          ...frameFieldsOf(frame, object),
          detections: detections === null ? null : detections.map(wireDetection),
          options: poseOptions,
          ...(engine === null ? {} : { engine }),
        }
        const answer = await pem.post('/api/v2/poses', formOf(fields, frame), posesResponseV2, repeatable(env))
        return {
          engine: answer.engine,
          timings: answer.timings,
          object: answer.object,
          outcome: {
            status: answer.status,
            reason: answer.reason,
            poses: answer.poses.map(poseOf),
            bestRejected: answer.bestRejected === null ? null : poseOf(answer.bestRejected),
          },
        }
      },
    },
  }
}

const repeatable = (env: StageEnv): CallEnv => ({ ...env, isIdempotent: true })

function frameFieldsOf(
  frame: EncodedFrame,
  object: ObjectReference,
): Pick<DetectionsRequestV2, 'className' | 'objectName' | 'camera' | 'millimetersPerCount'> {
  return { ...object, camera: { ...frame.camera }, millimetersPerCount: frame.millimetersPerCount }
}

function wireDetection(
  detection: NonNullable<Parameters<Stages['pose']['estimate']>[0]['detections']>[number],
): NonNullable<PosesRequestV2['detections']>[number] {
  const { size, counts } = detection.mask
  return {
    ...detection,
    mask: { size: [size[0], size[1]], counts: [...counts] },
    scoreParts: { ...detection.scoreParts },
  }
}

/** Multipart: the request as JSON, the images as the bytes that came in. */
function formOf(fields: object, frame: EncodedFrame): FormData {
  const form = new FormData()
  form.set('request', JSON.stringify(fields))
  form.set('color', new Blob([frame.color]), 'color')
  form.set('depth', new Blob([frame.depth]), 'depth')
  return form
}

function poseOf(pose: PoseV2): PoseEstimate {
  return {
    cameraFromObject: transformFrom(pose.rotation, pose.translation),
    score: pose.score,
    parts: pose.parts as unknown as PoseScoreParts,
    uncertainty: pose.uncertainty,
    depthOffset: pose.depthOffset,
    mask: pose.mask,
    detectionIndex: pose.detectionIndex,
  }
}
