import type { Detection, Rle } from '@sextant/contracts'
import type { OrientedPoints } from '@sextant/hypotheses'
import { clusterPoints } from './cluster-points.ts'
import type { PreparedScene } from './prepare-scene.ts'

/** Where hypotheses are drawn from, on the surface grid. */
export interface SearchRegion {
  /** grid pixel indices */
  readonly pixels: Int32Array
  /** index of the detection it belongs to; null for the engine's own */
  readonly detectionIndex: number | null
}

/** Grid pixels of a mask given in image resolution. Column-major runs are walked, not expanded. */
export function pixelsOfRle(rle: Rle, scene: PreparedScene): Int32Array {
  const { width, height, step } = scene.fine
  const imageHeight = rle.size[0]
  const out: number[] = []
  let position = 0
  let isInside = false
  for (const run of rle.counts) {
    if (isInside) {
      for (let p = position; p < position + run;) {
        const column = Math.floor(p / imageHeight)
        const end = Math.min(position + run, (column + 1) * imageHeight)
        if (column % step === 0) {
          const x = column / step
          for (let row = p - column * imageHeight; row < end - column * imageHeight; row++) {
            if (row % step === 0 && x < width && row / step < height) out.push((row / step) * width + x)
          }
        }
        p = end
      }
    }
    position += run
    isInside = !isInside
  }
  return Int32Array.from(out).sort()
}

/** A mask keeps its plane pixels when less than this share would be left: the object may be flat itself. */
const MIN_SHARE_OFF_PLANE = 0.04

/** Grid pixels of a trusted mask without the table or wall it also covers (a box drawn around the object does). */
export function trustedPixels(rle: Rle, scene: PreparedScene): Int32Array {
  const pixels = pixelsOfRle(rle, scene)
  const { planeMask } = scene
  const offPlane = pixels.filter((pixel) => planeMask[pixel] === 0 && scene.fine.depths[pixel] > 0)
  return offPlane.length >= MIN_SHARE_OFF_PLANE * pixels.length ? offPlane : pixels
}

/** Regions of the given detections, one each, in the given order. */
export function regionsOfDetections(scene: PreparedScene, detections: readonly Detection[]): SearchRegion[] {
  return detections.map(({ mask, source }, detectionIndex) => ({
    pixels: source === 'proposal' ? pixelsOfRle(mask, scene) : trustedPixels(mask, scene),
    detectionIndex,
  }))
}

/** Oriented, coloured points of a region, thinned to `voxel` mm, camera frame. */
export function samplePixels(scene: PreparedScene, pixels: Int32Array, voxel: number): OrientedPoints {
  const { camera, depths, normals, width } = scene.fine
  const positions = new Float32Array(3 * pixels.length)
  const directions = new Float32Array(3 * pixels.length)
  const chroma = new Float32Array(2 * pixels.length)
  let count = 0
  for (const pixel of pixels) {
    const z = depths[pixel]
    const n = 3 * pixel
    if (z === 0 || (normals[n] === 0 && normals[n + 1] === 0 && normals[n + 2] === 0)) continue
    positions[3 * count] = (((pixel % width) - camera.cx) / camera.fx) * z
    positions[3 * count + 1] = ((Math.floor(pixel / width) - camera.cy) / camera.fy) * z
    positions[3 * count + 2] = z
    directions[3 * count] = normals[n]
    directions[3 * count + 1] = normals[n + 1]
    directions[3 * count + 2] = normals[n + 2]
    chroma[2 * count] = scene.chroma[2 * pixel]
    chroma[2 * count + 1] = scene.chroma[2 * pixel + 1]
    count++
  }
  return clusterPoints({ count, positions, normals: directions, chroma }, voxel)
}
