const LINEAR_STEPS = 4095

/** sRGB byte to linear light 0..1 (IEC 61966-2-1). */
export const LINEAR_OF_SRGB: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
})

/** [4096] sRGB byte of linear light 0..1, evenly spaced. */
export const SRGB_OF_LINEAR: Uint8Array = Uint8Array.from({ length: LINEAR_STEPS + 1 }, (_, step) => {
  const value = step / LINEAR_STEPS
  return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055))
})

/** Linear light to the nearest sRGB byte; values outside 0..1 are clamped. 4096 steps keep the error within one count. */
export function srgbByteOf(linear: number): number {
  const step = linear * LINEAR_STEPS + 0.5
  return SRGB_OF_LINEAR[step < 0 ? 0 : step > LINEAR_STEPS ? LINEAR_STEPS : step | 0]
}
