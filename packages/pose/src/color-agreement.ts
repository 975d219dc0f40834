/** Running sums over the pixels where depth agrees. */
export interface ColorTally {
  count: number
  /** per channel: sum observed, sum model, squares observed, squares model, products */
  readonly sums: Float64Array
  /** [count, 2] chromaticity observed minus model; null: the picture has none */
  readonly chroma: Float32Array | null
}

/** Per-channel variance added to both sides: keeps noise on plain surfaces from correlating. */
const VARIANCE_REGULARISER = 40
const CHROMA_FULL = 0.12

export function createColorTally(pixels: number, hasChroma: boolean): ColorTally {
  return { count: 0, sums: new Float64Array(15), chroma: hasChroma ? new Float32Array(2 * pixels) : null }
}

export function resetColor(tally: ColorTally): void {
  tally.count = 0
  tally.sums.fill(0)
}

/** Adds the pixel at byte offset `i` of both images. */
export function addColor(tally: ColorTally, observed: Uint8Array, model: Uint8Array, i: number): void {
  const { chroma, sums } = tally
  for (let c = 0; c < 3; c++) {
    const o = observed[i + c]
    const m = model[i + c]
    sums[c] += o
    sums[3 + c] += m
    sums[6 + c] += o * o
    sums[9 + c] += m * m
    sums[12 + c] += o * m
  }
  if (chroma !== null) {
    const so = observed[i] + observed[i + 1] + observed[i + 2] + 30
    const sm = model[i] + model[i + 1] + model[i + 2] + 30
    chroma[2 * tally.count] = observed[i] / so - model[i] / sm
    chroma[2 * tally.count + 1] = observed[i + 1] / so - model[i + 1] / sm
  }
  tally.count++
}

/** How the colours of the drawing and the frame compare. */
export interface ColorAgreement {
  /** pooled over three channels, -1..1 */
  readonly correlation: number
  /** spread of the model's colours, 0..255 */
  readonly modelDeviation: number
  /** mean chromaticity difference, 0..1; null: the picture has none */
  readonly chroma: number | null
}

export function colorAgreementOf(tally: ColorTally): ColorAgreement {
  const { count: n, sums } = tally
  let covariance = 0
  let observedVariance = 0
  let modelVariance = 0
  for (let c = 0; c < 3; c++) {
    const o = sums[c] / n
    const m = sums[3 + c] / n
    observedVariance += sums[6 + c] / n - o * o
    modelVariance += sums[9 + c] / n - m * m
    covariance += sums[12 + c] / n - o * m
  }
  const regulariser = 3 * VARIANCE_REGULARISER
  const correlation = covariance / Math.sqrt((observedVariance + regulariser) * (modelVariance + regulariser))
  return {
    correlation,
    modelDeviation: Math.sqrt(Math.max(0, modelVariance / 3)),
    chroma: tally.chroma === null ? null : chromaDifference(tally.chroma, n),
  }
}

function chromaDifference(chroma: Float32Array, n: number): number {
  let offsetR = 0
  let offsetG = 0
  for (let k = 0; k < n; k++) {
    offsetR += chroma[2 * k]
    offsetG += chroma[2 * k + 1]
  }
  // Half of the mean offset is forgiven as white balance.
  offsetR /= 2 * n
  offsetG /= 2 * n
  let sum = 0
  for (let k = 0; k < n; k++) {
    const difference = Math.abs(chroma[2 * k] - offsetR) + Math.abs(chroma[2 * k + 1] - offsetG)
    sum += Math.min(1, difference / CHROMA_FULL)
  }
  return sum / n
}
