import type { ColorImage, Mask } from '@sextant/geometry'
import { floatsOf, tensor, type Session } from '@sextant/inference'
import { decodeMask, selectDetections } from './detect-masks.ts'
import { letterbox, type Letterbox } from './letterbox.ts'
import type { ProposalSource } from './proposal-source.ts'
import type { Corners } from './suppress-overlaps.ts'

/** FastSAM: a YOLO segmentation network with one class, "thing". */
export interface FastSamNetwork {
  /** image [1, 3, side, side] → detections [1, 37, n], prototypes [1, 32, side / 4, side / 4] */
  readonly detector: Session
  /** pixels of a side of its input */
  readonly side: number
}

/**
 * Proposals of FastSAM.
 *
 * @source Zhao et al. 2023, Fast Segment Anything; Ultralytics 8 around its network
 */
export function createFastSamProposer({ detector, side }: FastSamNetwork): ProposalSource {
  const run = (planes: Float32Array) => detector.run({ image: tensor(planes, [1, 3, side, side]) })
  return {
    async propose(color, mode) {
      // The demo hands the network blue first: its predictor takes every array for OpenCV's.
      const image = letterbox(color, side, mode === 'parity')
      const { detections, prototypes } = await run(image.planes)
      const scratch = new Float32Array(side * side)
      return selectDetections(floatsOf(detections)).flatMap((detection) => {
        const mask = decodeMask(scratch, detection, floatsOf(prototypes), side)
        // The box may hold no cell, or none that is more likely in than out.
        return mask.includes(1) ? [{ mask: cutGrey(mask, image), box: boxInImage(detection.box, image, color) }] : []
      })
    },
    async warmUp() {
      await run(new Float32Array(3 * side * side))
    },
  }
}

/** The part of the square that is the image. */
function cutGrey(mask: Uint8Array, { side, left, top, innerWidth, innerHeight }: Letterbox): Mask {
  const data = new Uint8Array(innerWidth * innerHeight)
  for (let v = 0; v < innerHeight; v++) {
    const from = (top + v) * side + left
    data.set(mask.subarray(from, from + innerWidth), v * innerWidth)
  }
  return { width: innerWidth, height: innerHeight, data }
}

function boxInImage(box: Corners, { left, top, gain }: Letterbox, { width, height }: ColorImage): Corners {
  const [x, y] = [
    (value: number) => clip((value - left) / gain, width),
    (value: number) => clip((value - top) / gain, height),
  ]
  return [x(box[0]), y(box[1]), x(box[2]), y(box[3])]
}

function clip(value: number, most: number): number {
  return Math.trunc(Math.min(Math.max(value, 0), most))
}
