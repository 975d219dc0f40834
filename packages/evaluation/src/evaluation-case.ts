import type { CameraFromObject, Frame, Mask, PinholeCamera, TriangleMesh } from '@sextant/geometry'
import { decodeColor, decodeDepthRaw, decodeMask, toDepthImage } from '@sextant/image'
import { parseMesh } from '@sextant/mesh'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ModelInfo } from './symmetries.ts'

/** A CAD file and what is known about it. Plain data: crosses to workers as it is. */
export interface ModelReference {
  readonly path: string
  /** mm per unit of the file */
  readonly scaleToMm: number
  /** null: nothing is known about diameter and symmetry */
  readonly info: ModelInfo | null
}

/** One true instance in one frame. */
export interface TrueInstance {
  readonly objectId: number
  readonly model: ModelReference
  /** 16 numbers, row-major, mm */
  readonly cameraFromObject: CameraFromObject
  /** visible mask image; null when the data set has none */
  readonly maskPath: string | null
  /** 0..1; null when the data set does not state it */
  readonly visibleFraction: number | null
}

/** One frame with its true poses, by reference. */
export interface EvaluationCase {
  readonly id: string
  readonly colorPath: string
  readonly depthPath: string
  readonly millimetersPerCount: number
  /** fx, fy, cx, cy, px */
  readonly intrinsics: Pick<PinholeCamera, 'fx' | 'fy' | 'cx' | 'cy'>
  readonly instances: readonly TrueInstance[]
  /** CAD files of everything in the frame, hardly visible instances included */
  readonly shownModelPaths: readonly string[]
}

/** Reads colour and depth of a case. */
export async function loadFrame(evaluationCase: EvaluationCase): Promise<Frame> {
  const color = await decodeColor(await readFile(evaluationCase.colorPath))
  const raw = await decodeDepthRaw(await readFile(evaluationCase.depthPath), color)
  return {
    color,
    depth: toDepthImage(raw, evaluationCase.millimetersPerCount),
    camera: { ...evaluationCase.intrinsics, width: color.width, height: color.height },
  }
}

/** Reads a mesh and brings it to millimetres. */
export async function loadModel(model: ModelReference): Promise<TriangleMesh> {
  const { mesh } = parseMesh(await readFile(model.path), basename(model.path))
  if (model.scaleToMm === 1) return mesh
  return { ...mesh, positions: mesh.positions.map((value) => value * model.scaleToMm) }
}

/** Reads a mask image. */
export async function loadMask(path: string): Promise<Mask> {
  return decodeMask(await readFile(path))
}
