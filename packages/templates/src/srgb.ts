import { linearOfSrgb, srgbOfLinear } from '@sextant/mesh'

const LINEAR_STEPS = 4095

/** sRGB byte to linear light 0..1. */
export const LINEAR_OF_SRGB: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => linearOfSrgb(byte / 255))

/** [4096] sRGB byte of linear light 0..1, evenly spaced. */
export const SRGB_OF_LINEAR: Uint8Array = Uint8Array.from({ length: LINEAR_STEPS + 1 }, (_, step) =>
  Math.round(255 * srgbOfLinear(step / LINEAR_STEPS)),
)

/** Linear light to the nearest sRGB byte; values outside 0..1 are clamped. 4096 steps keep the error within one count. */
export function srgbByteOf(linear: number): number {
  const step = linear * LINEAR_STEPS + 0.5
  return SRGB_OF_LINEAR[step < 0 ? 0 : step > LINEAR_STEPS ? LINEAR_STEPS : step | 0]
}
