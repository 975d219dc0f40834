/** Keys' cubic convolution with a = -0.75. @source Keys 1981; the value PyTorch uses */
const A = -0.75

/**
 * Resizes DINOv2's position embedding: the class row as it is, the grid bicubically with the scale factor
 * (target + 0.1) / side that the official code passes to the interpolation.
 *
 * @param values  [1 + side², width]
 * @returns [1 + target², width]
 */
export function resizePositionEmbedding(
  values: Float32Array,
  side: number,
  target: number,
  width: number,
): Float32Array {
  const out = new Float32Array((1 + target * target) * width)
  out.set(values.subarray(0, width))
  const axis = Array.from({ length: target }, (_, i) => cubicTaps(i, side, (target + 0.1) / side))
  for (let row = 0; row < target; row++) {
    for (let column = 0; column < target; column++) {
      const to = (1 + row * target + column) * width
      for (let i = 0; i < 4; i++) {
        for (let j = 0; j < 4; j++) {
          const weight = axis[row].weights[i] * axis[column].weights[j]
          const from = (1 + axis[row].indices[i] * side + axis[column].indices[j]) * width
          for (let c = 0; c < width; c++) out[to + c] += weight * values[from + c]
        }
      }
    }
  }
  return out
}

function cubicTaps(index: number, size: number, scale: number): { indices: number[]; weights: number[] } {
  const position = (index + 0.5) / scale - 0.5
  const base = Math.floor(position)
  const t = position - base
  const weights = [far(t + 1), near(t), near(1 - t), far(2 - t)]
  const indices = [-1, 0, 1, 2].map((step) => Math.min(Math.max(base + step, 0), size - 1))
  return { indices, weights }
}

function near(x: number): number {
  return ((A + 2) * x - (A + 3)) * x * x + 1
}

function far(x: number): number {
  return ((A * x - 5 * A) * x + 8 * A) * x - 4 * A
}
