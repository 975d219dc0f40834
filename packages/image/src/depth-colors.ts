/** Depths between which the colours are spread, mm: the 2nd and 98th percentile of those present. */
export function depthRange(depths: Float32Array): readonly [near: number, far: number] {
  const stride = Math.max(1, Math.floor(depths.length / 20_000))
  const sample: number[] = []
  for (let i = 0; i < depths.length; i += stride) if (depths[i] > 0) sample.push(depths[i])
  if (sample.length === 0) return [0, 1]
  sample.sort((a, b) => a - b)
  const near = sample[Math.floor(0.02 * (sample.length - 1))]
  const far = sample[Math.ceil(0.98 * (sample.length - 1))]
  return far > near ? [near, far] : [near, near + 1]
}

/**
 * Near is red, far is blue, in even steps of perceived lightness.
 *
 * @returns sRGB 0..255
 * @source Anton Mikhailov, "Turbo, an improved rainbow colormap", polynomial approximation (2019)
 */
export function colorOfDepth(depth: number, near: number, far: number): readonly [number, number, number] {
  const x = 1 - Math.min(1, Math.max(0, (depth - near) / (far - near)))
  const polynomial = (...coefficients: readonly number[]): number => {
    const value = coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0)
    return Math.round(255 * Math.min(1, Math.max(0, value)))
  }
  return [
    polynomial(0.13572138, 4.6153926, -42.66032258, 132.13108234, -152.94239396, 59.28637943),
    polynomial(0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604),
    polynomial(0.1066733, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973),
  ]
}
