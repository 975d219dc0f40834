import type { Session } from '@sextant/inference'
import type { DetectorPorts } from './installed-model.ts'
import { requiredTensor } from './required-tensor.ts'

/** The side of networks whose export leaves it open: the one SAM-6D asks for. */
const DEFAULT_SIDE = 640

/** A public export behind our names: `image` in, `detections` [1, 37, n] and `prototypes` [1, 32, side / 4, side / 4] out. */
export function adaptDetector(session: Session, ports: DetectorPorts): Session {
  return {
    ...session,
    inputNames: ['image'],
    outputNames: ['detections', 'prototypes'],
    inputDims: (name) => (name === 'image' ? session.inputDims(ports.input) : undefined),
    async run({ image }) {
      const { input, detections, prototypes } = ports
      const answer = await session.run({ [input]: requiredTensor(image, 'image') }, [detections, prototypes])
      return {
        detections: requiredTensor(answer[detections], detections),
        prototypes: requiredTensor(answer[prototypes], prototypes),
      }
    },
  }
}

/** Pixels of a side of the square image that a detector takes. */
export function detectorSide(session: Session, input: string): number {
  return session.inputDims(input)?.[2] ?? DEFAULT_SIDE
}
