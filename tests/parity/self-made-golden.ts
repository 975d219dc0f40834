import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readNpy } from './golden.ts'
import type { SelfMadeName } from './self-made-cases.ts'

export const SELF_MADE_ROOT = fileURLToPath(new URL('./golden/', import.meta.url))
/** Most values kept of one output. */
const KEPT = 2000

/**
 * Every k-th value, k odd: widths are powers of two, so that all channels and all rows are met.
 */
export function sampled(values: Float32Array): Float32Array {
  let step = Math.ceil(values.length / KEPT)
  if (step % 2 === 0) step++
  return values.filter((_, i) => i % step === 0)
}

/** The values kept of one output. */
export function readSelfMade(name: SelfMadeName, output: string): Float32Array {
  return Float32Array.from(readNpy(readFileSync(`${SELF_MADE_ROOT}${name}/${output}.npy`)).data)
}

/** One dimension of float32, NumPy's format 1.0. */
export function encodeNpy(values: Float32Array): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${values.length},), }`
  const header = `${text.padEnd(128 - 10 - 1)}\n`
  const out = new Uint8Array(128 + 4 * values.length)
  out.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, header.length, 0])
  out.set(new TextEncoder().encode(header), 10)
  const view = new DataView(out.buffer, 128)
  values.forEach((value, i) => {
    view.setFloat32(4 * i, value, true)
  })
  return out
}
