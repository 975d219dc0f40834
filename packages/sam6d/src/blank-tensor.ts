import { tensor, type Tensor } from '@sextant/inference'

/** Zeros of a shape. */
export function blankTensor(...dims: readonly number[]): Tensor {
  return tensor(new Float32Array(dims.reduce((product, size) => product * size, 1)), dims)
}
