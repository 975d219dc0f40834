import type { ByteSource } from './byte-source.ts'
import { assertLayout, readElements } from './read-elements.ts'
import { refuseCheckpoint } from './refusal.ts'
import { ELEMENT_BYTES, elementCount, type ElementType, type Parameter, type StateDict } from './state-dict.ts'

const TYPES: Readonly<Record<string, ElementType>> = {
  F32: 'float32',
  F64: 'float64',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
}
const MAX_HEADER = 100_000_000

/** Length of the header when the source looks like safetensors, else undefined. */
export async function safetensorsHeaderLength(source: ByteSource): Promise<number | undefined> {
  if (source.size < 10) return undefined
  const bytes = await source.read(0, 9)
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (bytes[8] !== 0x7b || length < 2n || length > BigInt(Math.min(MAX_HEADER, source.size - 8))) return undefined
  return Number(length)
}

/**
 * Reads a safetensors file: eight bytes of header length, a JSON header, then the data.
 *
 * @throws model.unreadable when header or offsets do not fit
 * @source safetensors format description
 */
export async function readSafetensors(source: ByteSource, headerLength: number): Promise<StateDict> {
  const header = parseHeader(await source.read(8, headerLength))
  const start = 8 + headerLength
  const parameters = new Map<string, Parameter>()
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const {
      dtype,
      shape,
      data_offsets: offsets,
    } = entry as { dtype?: unknown; shape?: unknown; data_offsets?: unknown }
    const elementType = typeof dtype === 'string' ? (TYPES[dtype] as ElementType | undefined) : undefined
    if (elementType === undefined || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
      throw refuseCheckpoint(`the tensor ${name.slice(0, 80)} is described in an unknown way`)
    }
    const bytes = elementCount(shape) * ELEMENT_BYTES[elementType]
    if (offsets[1] - offsets[0] !== bytes || start + offsets[1] > source.size) {
      throw refuseCheckpoint(`the tensor ${name.slice(0, 80)} reaches beyond its data (truncated?)`)
    }
    const layout = {
      elementType,
      shape,
      strides: shape.map((_, axis) => elementCount(shape.slice(axis + 1))),
      storageOffset: 0,
      byteOffset: start + offsets[0],
      storageSize: elementCount(shape),
    }
    assertLayout(layout, name)
    parameters.set(name, { name, shape, elementType, read: () => readElements(source, layout) })
  }
  return parameters
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (
      typeof value === 'object' &&
      value !== null &&
      Object.values(value).every((entry) => typeof entry === 'object' && entry !== null)
    ) {
      return value as Record<string, unknown>
    }
  } catch (cause) {
    throw refuseCheckpoint('its header is no JSON', cause)
  }
  throw refuseCheckpoint('its header is no list of tensors')
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 8 && value.every((item) => Number.isSafeInteger(item) && item >= 0)
}
