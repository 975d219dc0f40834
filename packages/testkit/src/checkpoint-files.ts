import type { MeshFile as NamedFile } from './mesh-files.ts'

/** Writes a PyTorch zip archive: `writeCheckpoint` of packages/sam6d, which this package does not know. */
export type WriteCheckpoint = (
  tensors: Iterable<readonly [string, readonly number[], () => Float32Array]>,
  wrapper?: string,
) => AsyncIterable<Uint8Array>

const WEIGHT = Float32Array.from({ length: 6 }, (_, i) => i - 2.5)
const BIAS = Float32Array.of(7, 8)

/** Small valid checkpoints as a start for mutations: zip plain and wrapped, legacy, safetensors with several types. */
export async function createCheckpointFiles(write: WriteCheckpoint): Promise<NamedFile[]> {
  const tensors = [
    ['a.weight', [2, 3], () => WEIGHT],
    ['a.bias', [2], () => BIAS],
    ['count', [], () => Float32Array.of(1)],
  ] as const
  const zip = async (wrapper?: string): Promise<Uint8Array> => {
    const parts: Uint8Array[] = []
    for await (const part of write(tensors, wrapper)) parts.push(part)
    return Uint8Array.from(parts.flatMap((part) => [...part]))
  }
  return [
    { name: 'plain.pth', bytes: await zip() },
    { name: 'wrapped.pth', bytes: await zip('model') },
    { name: 'legacy.pth', bytes: legacyCheckpoint() },
    { name: 'types.safetensors', bytes: typedSafetensors() },
  ]
}

/** Eight bytes of header length, the header, the data. */
export function packSafetensors(header: string, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(header)
  const out = new Uint8Array(8 + text.length + data.length)
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true)
  out.set(text, 8)
  out.set(data, 8 + text.length)
  return out
}

function typedSafetensors(): Uint8Array {
  const data = new Uint8Array(32)
  new Float32Array(data.buffer, 0, 3).set([1, 2, 3])
  new Uint16Array(data.buffer, 12, 2).set([0x3fc0, 0xc000])
  new BigInt64Array(data.buffer, 16, 2).set([4n, -5n])
  const header = {
    __metadata__: { format: 'pt' },
    w: { dtype: 'F32', shape: [3], data_offsets: [0, 12] },
    h: { dtype: 'BF16', shape: [2, 1], data_offsets: [12, 16] },
    n: { dtype: 'I64', shape: [2], data_offsets: [16, 32] },
  }
  return packSafetensors(JSON.stringify(header), data)
}

/**
 * A file as torch.save wrote it before 1.6: five pickles (magic, protocol, system, object, keys of the storages), then
 * each storage after its element count.
 */
function legacyCheckpoint(): Uint8Array {
  const storages = [
    { key: '94', name: 'a.weight', shape: [2, 3], values: WEIGHT },
    { key: '95', name: 'a.bias', shape: [2], values: BIAS },
  ]
  const magic = pickle([0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19])
  const protocol = pickle([0x4d, 0xe9, 3])
  const system = pickle([0x7d, 0x28, ...text('protocol_version'), 0x4d, 0xe9, 3, ...text('little_endian'), 0x88, 0x75])
  const entries = storages.flatMap(({ key, name, shape, values }) => [
    ...text(name),
    ...global('torch._utils', '_rebuild_tensor_v2'),
    ...[0x28, 0x28, ...text('storage'), ...global('torch', 'FloatStorage'), ...text(key), ...text('cpu')],
    ...[0x4b, values.length, 0x4e, 0x74, 0x51, 0x4b, 0],
    ...tuple(shape),
    ...tuple(shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))),
    ...[0x89, ...global('collections', 'OrderedDict'), 0x29, 0x52, 0x74, 0x52],
  ])
  const object = pickle([...global('collections', 'OrderedDict'), 0x29, 0x52, 0x28, ...entries, 0x75])
  const keys = pickle([0x5d, 0x28, ...storages.flatMap(({ key }) => text(key)), 0x65])
  const data = storages.flatMap(({ values }) => [
    ...new Uint8Array(BigUint64Array.of(BigInt(values.length)).buffer),
    ...new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  ])
  return Uint8Array.from([...magic, ...protocol, ...system, ...object, ...keys, ...data])
}

function pickle(body: readonly number[]): number[] {
  return [0x80, 2, ...body, 0x2e]
}

function text(value: string): number[] {
  return [0x58, value.length, 0, 0, 0, ...new TextEncoder().encode(value)]
}

function global(module: string, name: string): number[] {
  return [0x63, ...new TextEncoder().encode(`${module}\n${name}\n`)]
}

function tuple(values: readonly number[]): number[] {
  return [0x28, ...values.flatMap((value) => [0x4b, value]), 0x74]
}
