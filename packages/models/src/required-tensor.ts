import type { Tensor } from '@sextant/inference'

/** @throws {TypeError} a network was not given it, or left it out */
export function requiredTensor(value: Tensor | undefined, name: string): Tensor {
  if (value === undefined) throw new TypeError(`${name} is missing`)
  return value
}
