import type { Session, Tensor } from '@sextant/inference'
import type { DetectorPorts } from './installed-model.ts'

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
      if (image === undefined) throw new TypeError('the network takes an image')
      const answer = await session.run({ [ports.input]: image }, [ports.detections, ports.prototypes])
      return { detections: required(answer[ports.detections]), prototypes: required(answer[ports.prototypes]) }
    },
  }
}

/** Pixels of a side of the square image that a detector takes. */
export function detectorSide(session: Session, input: string): number {
  return session.inputDims(input)?.[2] ?? DEFAULT_SIDE
}

function required(value: Tensor | undefined): Tensor {
  if (value === undefined) throw new TypeError('the network left out an output')
  return value
}
