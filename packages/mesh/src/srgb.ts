/** Linear light 0..1 of each sRGB byte. */
const LINEAR_OF_BYTE = Float32Array.from({ length: 256 }, (_, byte) => linearOfSrgb(byte / 255))

/** Bytes by linear light in steps of 1/16383: fine enough that every byte survives the round trip. */
const STEPS = 16383
const BYTE_OF_LINEAR = Uint8Array.from({ length: STEPS + 1 }, (_, step) => Math.round(255 * srgbOfLinear(step / STEPS)))

/** Linear light of an sRGB byte, 0..1. */
export function linearOfByte(byte: number): number {
  return LINEAR_OF_BYTE[byte]
}

/** sRGB byte of linear light; what lies outside 0..1 is clamped, NaN is black. */
export function byteOfLinear(value: number): number {
  return value > 0 ? BYTE_OF_LINEAR[Math.min(STEPS, Math.round(value * STEPS))] : 0
}

/** Linear light of an sRGB value, both 0..1. @source IEC 61966-2-1 */
export function linearOfSrgb(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

/** sRGB value of linear light, both 0..1. */
export function srgbOfLinear(value: number): number {
  return value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055
}
