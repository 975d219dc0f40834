import { elementCount } from './state-dict.ts'

/**
 * A PyTorch zip archive of float32 tensors, as torch.save lays it out: for tests and for handing a state dict to PyTorch.
 * The bytes come piece by piece, so that a file of gigabytes needs no more memory than its largest tensor.
 *
 * @param wrapper  key of the state dict in an outer dictionary (gorilla: "model"); none when absent
 */
export async function* writeCheckpoint(
  tensors: Iterable<readonly [string, readonly number[], () => Float32Array | Promise<Float32Array>]>,
  wrapper?: string,
): AsyncGenerator<Uint8Array> {
  const list = [...tensors]
  const directory: Uint8Array[] = []
  let offset = 0
  const member = function* (name: string, bytes: Uint8Array): Generator<Uint8Array> {
    const header = localHeader(name, bytes)
    directory.push(centralHeader(name, bytes, offset))
    offset += header.length + bytes.length
    yield header
    yield bytes
  }
  const shapes = list.map(([name, shape]) => [name, shape] as const)
  yield* member('archive/data.pkl', pickleOf(shapes, wrapper))
  yield* member('archive/byteorder', new TextEncoder().encode('little'))
  for (const [key, [, , produce]] of list.entries()) {
    const values = await produce()
    yield* member(`archive/data/${key}`, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }
  yield* member('archive/version', new TextEncoder().encode('3\n'))
  const size = directory.reduce((sum, entry) => sum + entry.length, 0)
  yield* directory
  yield endRecord(directory.length, size, offset)
}

function pickleOf(shapes: readonly (readonly [string, readonly number[]])[], wrapper: string | undefined): Uint8Array {
  const out: number[] = [0x80, 2]
  const text = (value: string): void => {
    const bytes = new TextEncoder().encode(value)
    out.push(0x58, ...bytesOf(bytes.length, 4), ...bytes)
  }
  const global = (module: string, name: string): void => {
    out.push(0x63, ...new TextEncoder().encode(`${module}\n${name}\n`))
  }
  const integer = (value: number): void => {
    out.push(0x4a, ...bytesOf(value, 4))
  }
  const tuple = (values: readonly number[]): void => {
    out.push(0x28)
    values.forEach(integer)
    out.push(0x74)
  }
  if (wrapper !== undefined) {
    out.push(0x7d, 0x28)
    text(wrapper)
  }
  global('collections', 'OrderedDict')
  out.push(0x29, 0x52, 0x28)
  shapes.forEach(([name, shape], key) => {
    text(name)
    global('torch._utils', '_rebuild_tensor_v2')
    out.push(0x28, 0x28)
    text('storage')
    global('torch', 'FloatStorage')
    text(String(key))
    text('cpu')
    integer(elementCount(shape))
    out.push(0x74, 0x51)
    integer(0)
    tuple(shape)
    tuple(shape.map((_, axis) => elementCount(shape.slice(axis + 1))))
    out.push(0x89)
    global('collections', 'OrderedDict')
    out.push(0x29, 0x52, 0x74, 0x52)
  })
  out.push(0x75)
  if (wrapper !== undefined) out.push(0x75)
  out.push(0x2e)
  return Uint8Array.from(out)
}

function bytesOf(value: number, length: number): number[] {
  return Array.from({ length }, (_, i) => Math.floor(value / 256 ** i) % 256)
}

function localHeader(name: string, bytes: Uint8Array): Uint8Array {
  const nameBytes = new TextEncoder().encode(name)
  const sizes = [...bytesOf(bytes.length, 4), ...bytesOf(bytes.length, 4)]
  const head = [0x50, 0x4b, 3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 33, 0, ...bytesOf(crc32(bytes), 4), ...sizes]
  return Uint8Array.from([...head, ...bytesOf(nameBytes.length, 2), 0, 0, ...nameBytes])
}

/** Offsets beyond 4 GB go into a zip64 field. */
function centralHeader(name: string, bytes: Uint8Array, offset: number): Uint8Array {
  const nameBytes = new TextEncoder().encode(name)
  const isFar = offset >= 0xffffffff
  const extra = isFar ? [1, 0, 8, 0, ...bytesOf(offset, 8)] : []
  const sizes = [...bytesOf(bytes.length, 4), ...bytesOf(bytes.length, 4)]
  const head = [0x50, 0x4b, 1, 2, 45, 0, 20, 0, 0, 0, 0, 0, 0, 0, 33, 0, ...bytesOf(crc32(bytes), 4), ...sizes]
  const lengths = [...bytesOf(nameBytes.length, 2), ...bytesOf(extra.length, 2), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  return Uint8Array.from([...head, ...lengths, ...bytesOf(isFar ? 0xffffffff : offset, 4), ...nameBytes, ...extra])
}

function endRecord(count: number, size: number, offset: number): Uint8Array {
  const wide = [0x50, 0x4b, 6, 6, ...bytesOf(44, 8), 45, 0, 45, 0, ...bytesOf(0, 8)]
  const wideRest = [...bytesOf(count, 8), ...bytesOf(count, 8), ...bytesOf(size, 8), ...bytesOf(offset, 8)]
  const locator = [0x50, 0x4b, 6, 7, 0, 0, 0, 0, ...bytesOf(offset + size, 8), 1, 0, 0, 0]
  const end = [
    0x50, 0x4b, 5, 6, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0,
  ]
  return Uint8Array.from([...wide, ...wideRest, ...locator, ...end])
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = (c & 1) !== 0 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff
  for (let i = 0; i < bytes.length; i++) c = CRC_TABLE[(c ^ bytes[i]) & 255] ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}
