import { numberOfHalf } from '@sextant/image'
import type { ByteSource } from './byte-source.ts'
import { refuseCheckpoint } from './refusal.ts'
import { ELEMENT_BYTES, elementCount, type ElementType } from './state-dict.ts'

/** Where a tensor's elements lie: a strided window on a storage of the file. */
export interface TensorLayout {
  readonly elementType: ElementType
  readonly shape: readonly number[]
  /** in elements */
  readonly strides: readonly number[]
  /** in elements, from the storage's start */
  readonly storageOffset: number
  /** bytes, from the start of the source */
  readonly byteOffset: number
  /** in elements */
  readonly storageSize: number
}

/** @throws model.unreadable when the window leaves the storage or has an impossible shape */
export function assertLayout(layout: TensorLayout, name: string): void {
  const { shape, strides, storageOffset, storageSize } = layout
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
  if (shape.length !== strides.length || shape.length > 8 || ![...shape, ...strides, storageOffset].every(isCount)) {
    throw refuseCheckpoint(`the tensor ${name} has an impossible shape`)
  }
  if (shape.includes(0)) return
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis], storageOffset)
  // A broadcast (stride 0) tensor could name more elements than the file holds.
  if (last >= storageSize || elementCount(shape) > storageSize) {
    throw refuseCheckpoint(`the tensor ${name} reaches beyond its storage`)
  }
}

/** The tensor's elements in C order as float32; reads only the window's own range. */
export async function readElements(source: ByteSource, layout: TensorLayout): Promise<Float32Array> {
  const { shape, strides, storageOffset, elementType } = layout
  const count = elementCount(shape)
  if (count === 0) return new Float32Array(0)
  const span = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis], 0) + 1
  const width = ELEMENT_BYTES[elementType]
  const flat = toFloat32(await source.read(layout.byteOffset + storageOffset * width, span * width), elementType)
  if (isContiguous(shape, strides)) return flat
  const out = new Float32Array(count)
  const index = new Array<number>(shape.length).fill(0)
  for (let i = 0, at = 0; i < count; i++) {
    out[i] = flat[at]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]
      if (++index[axis] < shape[axis]) break
      at -= shape[axis] * strides[axis]
      index[axis] = 0
    }
  }
  return out
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false
    expected *= shape[axis]
  }
  return true
}

/** Little-endian bytes as float32. */
export function toFloat32(bytes: Uint8Array, type: ElementType): Float32Array {
  const buffer = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
  const at = buffer.byteOffset
  const count = buffer.byteLength / ELEMENT_BYTES[type]
  switch (type) {
    case 'float32':
      return new Float32Array(buffer.buffer, at, count)
    case 'float64':
      return Float32Array.from(new Float64Array(buffer.buffer, at, count))
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer.buffer, at, count), numberOfHalf)
    case 'bfloat16': {
      const bits = Uint32Array.from(new Uint16Array(buffer.buffer, at, count), (half) => half * 65536)
      return new Float32Array(bits.buffer)
    }
    case 'int64':
      return Float32Array.from(new BigInt64Array(buffer.buffer, at, count), Number)
    case 'int32':
      return Float32Array.from(new Int32Array(buffer.buffer, at, count))
    case 'int16':
      return Float32Array.from(new Int16Array(buffer.buffer, at, count))
    case 'int8':
      return Float32Array.from(new Int8Array(buffer.buffer, at, count))
    case 'uint8':
    case 'bool':
      return Float32Array.from(buffer)
  }
}
