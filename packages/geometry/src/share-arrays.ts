const ALIGNMENT = 16

/** A copy of plain data with all typed arrays in one block of shared memory. */
export function shareArrays<T>(value: T): T {
  const arrays = new Set<ArrayBufferView>()
  collect(value, arrays, new Set())
  let total = 0
  const places = new Map<ArrayBufferView, number>()
  for (const array of arrays) {
    places.set(array, total)
    total += Math.ceil(array.byteLength / ALIGNMENT) * ALIGNMENT
  }
  const memory = new SharedArrayBuffer(total)
  const bytes = new Uint8Array(memory)
  const moved = new Map<ArrayBufferView, ArrayBufferView>()
  for (const [array, offset] of places) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset)
    // Node's Buffer is a Uint8Array that cannot be made over shared memory.
    const like = (array instanceof Uint8Array ? new Uint8Array(0) : array) as Uint8Array
    const Type = like.constructor as new (buffer: SharedArrayBuffer, offset: number, length: number) => ArrayBufferView
    moved.set(array, new Type(memory, offset, array.byteLength / like.BYTES_PER_ELEMENT))
  }
  return rebuild(value, moved, new Map()) as T
}

function collect(value: unknown, arrays: Set<ArrayBufferView>, seen: Set<object>): void {
  if (value === null || typeof value !== 'object' || seen.has(value)) return
  if (ArrayBuffer.isView(value)) {
    if (!(value.buffer instanceof SharedArrayBuffer)) arrays.add(value)
    return
  }
  seen.add(value)
  for (const part of Object.values(value)) collect(part, arrays, seen)
}

function rebuild(value: unknown, moved: Map<ArrayBufferView, ArrayBufferView>, made: Map<object, unknown>): unknown {
  if (value === null || typeof value !== 'object') return value
  if (ArrayBuffer.isView(value)) return moved.get(value) ?? value
  const known = made.get(value)
  if (known !== undefined) return known
  if (Array.isArray(value)) {
    const list = value.map((part) => rebuild(part, moved, made))
    made.set(value, list)
    return list
  }
  const copy = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, rebuild(part, moved, made)]))
  made.set(value, copy)
  return copy
}

/** Bytes of all typed arrays in plain data; what is met twice counts once. */
export function byteLengthOf(value: unknown): number {
  const seen = new Set<object>()
  let total = 0
  const visit = (part: unknown): void => {
    if (part === null || typeof part !== 'object' || seen.has(part)) return
    seen.add(part)
    if (ArrayBuffer.isView(part)) total += part.byteLength
    else Object.values(part).forEach(visit)
  }
  visit(value)
  return total
}
