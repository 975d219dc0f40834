/** [256] sRGB to the linear colours three works with. */
const LINEAR = Uint8Array.from({ length: 256 }, (_, i) => Math.round(255 * srgbToLinear(i / 255)))

/** @param colors  [n, 4] sRGB @returns [n, 3] linear */
export function linearColors(colors: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = colors.length / 4
  const linear = new Uint8Array(3 * count)
  for (let i = 0; i < count; i++) for (let k = 0; k < 3; k++) linear[3 * i + k] = LINEAR[colors[4 * i + k] ?? 0] ?? 0
  return linear
}

function srgbToLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}
