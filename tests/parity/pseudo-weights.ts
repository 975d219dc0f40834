import type { Parameter, StateDict } from '@sextant/sam6d'
import type { Golden } from './golden.ts'

/** FNV-1a, 32 bits. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

/** The i-th value of a name, in [-1, 1): a murmur3 finaliser over hash and index. */
export function pseudoValue(hash: number, index: number): number {
  let x = (hash + Math.imul(index, 0x9e3779b9)) | 0
  x ^= x >>> 16
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  x ^= x >>> 16
  return ((x >>> 0) / 2 ** 32) * 2 - 1
}

/** A reproducible value for every parameter: its range depends on what the parameter is. */
export function pseudoParameter(name: string, shape: readonly number[]): Parameter {
  return { name, shape, elementType: 'float32', read: () => Promise.resolve(pseudoValues(name, shape)) }
}

export function pseudoValues(name: string, shape: readonly number[]): Float32Array {
  const count = shape.reduce((a, b) => a * b, 1)
  const last = name.split('.').at(-1) ?? ''
  const out = new Float32Array(count)
  if (last === 'div_term') return out.map((_, m) => Math.exp((-2 * m * Math.log(10000)) / 256))
  const f = ruleOf(last, shape)
  const hash = hashName(name)
  for (let i = 0; i < count; i++) out[i] = f(pseudoValue(hash, i))
  return out
}

export function pseudoStateDict(parameters: Iterable<readonly [string, readonly number[]]>): StateDict {
  return new Map([...parameters].map(([name, shape]) => [name, pseudoParameter(name, shape)]))
}

function ruleOf(last: string, shape: readonly number[]): (u: number) => number {
  switch (last) {
    case 'num_batches_tracked':
      return () => 0
    case 'running_mean':
      return (u) => 0.1 * u
    case 'running_var':
      return (u) => 1 + 0.5 * Math.abs(u)
    case 'cls_token':
    case 'pos_embed':
    case 'bg_token':
    case 'mask_token':
    case 'register_tokens':
    case 'scale':
      return (u) => 0.5 * u
    case 'gamma':
      return (u) => 0.3 + 0.1 * u
    case 'rel_pos_h':
    case 'rel_pos_w':
      return (u) => 0.2 * u
    case 'positional_encoding_gaussian_matrix':
      return (u) => 1.5 * u
    case 'bias':
      return (u) => 0.05 * u
    default: {
      if (shape.length <= 1) return (u) => 1 + 0.1 * u
      const gain = Math.sqrt(3 / shape.slice(1).reduce((a, b) => a * b, 1))
      return (u) => gain * u
    }
  }
}

/** The pseudo-weights a folder was made with. */
export function weightsOf({ meta }: Golden): StateDict {
  return pseudoStateDict(meta.weights.params ?? [])
}
