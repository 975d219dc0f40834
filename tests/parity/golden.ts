import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { numberOfHalf } from '@sextant/image'
import { hashName, pseudoValue } from './pseudo-weights.ts'

/** Folder of the reference tensors, when the checkout has one beside it. */
export const GOLDEN_ROOT = resolve(fileURLToPath(new URL('../../../shared/sam6d/golden', import.meta.url)))
export const hasGolden = existsSync(GOLDEN_ROOT)

export interface GoldenArray {
  readonly shape: readonly number[]
  readonly data: Float64Array
}

interface GoldenEntry {
  readonly name: string
  readonly file: string | null
  readonly shape: number[]
  readonly generated?: { readonly hash_name: string; readonly scale: number }
  readonly full_shape?: number[]
  readonly stored_slice?: string
  readonly suggested_atol?: number
}

interface GoldenMeta {
  readonly inputs: readonly GoldenEntry[]
  readonly outputs: readonly GoldenEntry[]
  readonly weights: { readonly params?: readonly [string, number[]][] }
}

/** One folder of reference tensors. */
export class Golden {
  readonly name: string
  readonly meta: GoldenMeta
  constructor(name: string) {
    this.name = name
    this.meta = JSON.parse(readFileSync(join(GOLDEN_ROOT, name, 'meta.json'), 'utf8')) as GoldenMeta
  }

  input(name: string): GoldenArray {
    return this.read(find(this.meta.inputs, name))
  }

  output(name: string): GoldenArray {
    return this.read(find(this.meta.outputs, name))
  }

  floats(name: string): Float32Array {
    return Float32Array.from(this.input(name).data)
  }

  tolerance(name: string): number | undefined {
    return find(this.meta.outputs, name).suggested_atol
  }

  /** The part of a full result that the folder keeps. */
  sliced(name: string, full: ArrayLike<number>, fullShape?: readonly number[]): Float64Array {
    const entry = find(this.meta.outputs, name)
    if (entry.stored_slice === undefined) return Float64Array.from(full)
    return takeSlice(full, fullShape ?? entry.full_shape ?? [], entry.stored_slice)
  }

  file(name: string): Uint8Array {
    return readFileSync(join(GOLDEN_ROOT, this.name, name))
  }

  private read(entry: GoldenEntry): GoldenArray {
    if (entry.generated !== undefined) {
      const hash = hashName(entry.generated.hash_name)
      const scale = entry.generated.scale
      const count = entry.shape.reduce((a, b) => a * b, 1)
      return {
        shape: entry.shape,
        data: Float64Array.from({ length: count }, (_, i) => Math.fround(scale * pseudoValue(hash, i))),
      }
    }
    return readNpy(readFileSync(join(GOLDEN_ROOT, this.name, entry.file ?? '')))
  }
}

function find(entries: readonly GoldenEntry[], name: string): GoldenEntry {
  const entry = entries.find((one) => one.name === name)
  if (entry === undefined) throw new Error(`no ${name} here`)
  return entry
}

/** NumPy arrays of any of the types the folders use. */
export function readNpy(bytes: Uint8Array): GoldenArray {
  const length = bytes[6] === 1 ? bytes[8]! + 256 * bytes[9]! : bytes[8]! + 256 * bytes[9]! + 65536 * bytes[10]!
  const start = bytes[6] === 1 ? 10 : 12
  const header = new TextDecoder().decode(bytes.subarray(start, start + length))
  const type = /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? ''
  const shape = [...(/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? '').matchAll(/\d+/g)].map((match) =>
    Number(match[0]),
  )
  const count = shape.reduce((a, b) => a * b, 1)
  // A Buffer would give a view of a larger pool.
  const body = new Uint8Array(bytes).slice(start + length).buffer
  const data = ((): Float64Array => {
    switch (type) {
      case '<f4':
        return Float64Array.from(new Float32Array(body, 0, count))
      case '<f8':
        return new Float64Array(body, 0, count)
      case '<f2':
        return Float64Array.from(new Uint16Array(body, 0, count), numberOfHalf)
      case '<i2':
        return Float64Array.from(new Int16Array(body, 0, count))
      case '<i4':
        return Float64Array.from(new Int32Array(body, 0, count))
      case '<i8':
        return Float64Array.from(new BigInt64Array(body, 0, count), Number)
      case '|u1':
      case '|b1':
        return Float64Array.from(new Uint8Array(body, 0, count))
      default:
        throw new Error(`type ${type}`)
    }
  })()
  return { shape, data }
}

/** A NumPy slice text such as "0,0::8,::" of an array. */
function takeSlice(full: ArrayLike<number>, shape: readonly number[], text: string): Float64Array {
  const axes = text.split(',').map((part, axis) => {
    const size = shape[axis] ?? 1
    if (!part.includes(':')) return [Number(part)]
    const [from, to, step] = part.split(':').map((word) => (word === '' ? undefined : Number(word)))
    const list: number[] = []
    for (let i = from ?? 0; i < (to ?? size); i += step ?? 1) list.push(i)
    return list
  })
  for (let axis = axes.length; axis < shape.length; axis++) axes.push([...Array(shape[axis] ?? 0).keys()])
  let offsets = [0]
  axes.forEach((list, axis) => {
    const stride = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
    offsets = offsets.flatMap((offset) => list.map((index) => offset + index * stride))
  })
  return Float64Array.from(offsets, (offset) => full[offset] ?? Number.NaN)
}
