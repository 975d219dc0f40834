import { readFile } from 'node:fs/promises'
import {
  PlatformError,
  type FullPipelineRequestV1,
  type inputImagesV1,
  type RssPipelineRequestV1,
} from '@sextant/contracts'
import { readClientFrame, type ClientFrame } from '@sextant/image'
import type { ObjectLibrary } from '@sextant/library'
import type { z } from 'zod'
import type { CameraPort } from './camera-frame.ts'

/** Where the frame of a request comes from. */
export interface FrameSource {
  /** tag of the output folder when the client names none */
  readonly defaultTag: string
  /** @throws {PlatformError} image.*, depth.*, camera.* */
  read(): Promise<SourcedFrame>
}

export interface SourcedFrame extends ClientFrame {
  /** content of camera_params.json */
  readonly cameraParams: Readonly<Record<string, unknown>>
  /** fields of the answer that tell where the frame came from */
  readonly origin: Readonly<Record<string, unknown>>
}

/** The frame sent along. */
export function fromRequest(body: FullPipelineRequestV1): FrameSource {
  return {
    defaultTag: 'api-full-pipeline',
    async read() {
      return { ...(await readClientFrame(body)), cameraParams: body.cam_params, origin: {} }
    },
  }
}

/** The frame of a camera, taken when it is read. */
export function fromCamera(body: RssPipelineRequestV1, camera: CameraPort): FrameSource {
  return {
    defaultTag: 'api-full-pipeline-from-rss',
    async read() {
      const frame = await camera.takeFrame(body)
      const { fx, fy, cx, cy, width, height } = frame.frame.camera
      const { base, ageSeconds, attempts, fetchSeconds, frameIndex } = frame.camera
      return {
        ...frame,
        cameraParams: { cam_K: [fx, 0, cx, 0, fy, cy, 0, 0, 1], depth_scale: 1, width, height, source: base },
        origin: {
          camera: { base, age_seconds: ageSeconds, attempts, fetch_seconds: fetchSeconds, frame_index: frameIndex },
          alignment: {
            requested: body.align_color ?? false,
            // Both images are always of the colour camera, whatever was asked: mixed frames give wrong poses.
            done: frame.report.aligned,
            frame: 'color',
            extrinsics: frame.report.extrinsics,
            rectified: frame.report.rectified,
            range_correction: frame.report.rangeCorrection,
            color_source: frame.report.colorSource,
            stream_difference: frame.report.streamDifference,
            brightness: frame.report.brightness,
            depth_coverage: frame.report.depthCoverage,
            aligned_coverage: frame.report.alignedCoverage,
          },
        },
      }
    },
  }
}

/**
 * The images and the camera of a request that names files of the static folder.
 * @throws {PlatformError} request.path_forbidden, request.malformed
 */
export async function readInputImages(
  paths: z.infer<typeof inputImagesV1>,
  library: Pick<ObjectLibrary, 'confine'>,
): Promise<Pick<FullPipelineRequestV1, 'rgb_image' | 'depth_image' | 'cam_params'>> {
  const read = async (path: string): Promise<Buffer> => {
    const inside = library.confine(path)
    try {
      return await readFile(inside)
    } catch (cause) {
      throw new PlatformError('request.malformed', { detail: `File not found: ${path}`, cause })
    }
  }
  const [rgb, depth, camera] = await Promise.all([
    read(paths.rgb_path),
    read(paths.depth_path),
    read(paths.camera_path),
  ])
  let cam_params: Record<string, unknown>
  try {
    cam_params = JSON.parse(camera.toString('utf8').replace(/^\uFEFF/, '')) as Record<string, unknown>
  } catch (cause) {
    throw new PlatformError('request.malformed', { detail: `Not JSON: ${paths.camera_path}`, cause })
  }
  return { rgb_image: rgb.toString('base64'), depth_image: depth.toString('base64'), cam_params }
}
