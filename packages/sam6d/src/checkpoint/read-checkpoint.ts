import { PlatformError } from '@sextant/contracts'
import type { ByteSource } from './byte-source.ts'
import { parsePickle, type PickleValue } from './pickle.ts'
import { assertLayout, readElements } from './read-elements.ts'
import { refuseCheckpoint } from './refusal.ts'
import { readSafetensors, safetensorsHeaderLength } from './safetensors.ts'
import { ELEMENT_BYTES, type Parameter, type StateDict } from './state-dict.ts'
import { asTensor, createTorchRules, type PickledTensor, type Storage } from './torch-rules.ts'
import { readZipDirectory } from './zip-directory.ts'

const MAX_PICKLE = 64 * 1024 * 1024
/** Wrappers around the state dict, outermost first: gorilla and most trainers write one of them. */
const WRAPPERS = ['model', 'state_dict', 'model_state_dict']

/**
 * Opens a checkpoint: a PyTorch zip archive, a PyTorch file of before 1.6, or safetensors. Values are read when asked for.
 * A leading `module.` is stripped from all names when every name has it (DataParallel).
 *
 * @returns the state dict, unwrapped from `model`, `state_dict` or `model_state_dict` where present
 * @throws model.unreadable with the reason; nothing in the file is ever executed
 */
export async function readCheckpoint(source: ByteSource): Promise<StateDict> {
  try {
    if (source.size < 16) throw refuseCheckpoint(`it has ${source.size} bytes`)
    const magic = await source.read(0, 4)
    if (magic[0] === 0x50 && magic[1] === 0x4b) return await readTorchZip(source)
    const headerLength = await safetensorsHeaderLength(source)
    if (headerLength !== undefined) return await readSafetensors(source, headerLength)
    if (magic[0] === 0x80) return await readTorchLegacy(source)
    throw refuseCheckpoint('it is neither a PyTorch file nor safetensors')
  } catch (error) {
    if (error instanceof PlatformError) throw error
    throw refuseCheckpoint('it is damaged', error)
  }
}

async function readTorchZip(source: ByteSource): Promise<StateDict> {
  const members = await readZipDirectory(source)
  const pickles = [...members.keys()].filter((name) => name === 'data.pkl' || name.endsWith('/data.pkl'))
  const first = pickles[0]
  if (pickles.length !== 1) throw refuseCheckpoint('it holds no data.pkl, so it is no PyTorch file')
  const prefix = first.slice(0, -'data.pkl'.length)
  const order = members.get(`${prefix}byteorder`)
  if (
    order !== undefined &&
    new TextDecoder().decode(await source.read(order.offset, Math.min(order.size, 16))) !== 'little'
  ) {
    throw refuseCheckpoint('it is big-endian')
  }
  const pickle = members.get(first)!
  if (pickle.size > MAX_PICKLE) throw refuseCheckpoint('its pickle is too long')
  const { value } = parsePickle(await source.read(pickle.offset, pickle.size), createTorchRules())
  return collect(source, value, (storage) => {
    const member = members.get(`${prefix}data/${storage.key}`)
    if (member === undefined) throw refuseCheckpoint(`its storage ${storage.key.slice(0, 40)} is missing`)
    if (member.size !== storage.size * ELEMENT_BYTES[storage.elementType]) {
      throw refuseCheckpoint(`its storage ${storage.key.slice(0, 40)} has the wrong size`)
    }
    return member.offset
  })
}

/** Magic, protocol, system, object, then the keys of the storages in order, then each storage after its element count. */
async function readTorchLegacy(source: ByteSource): Promise<StateDict> {
  const head = await source.read(0, Math.min(source.size, MAX_PICKLE))
  const storages = new Map<string, Storage>()
  const torch = createTorchRules()
  const rules = {
    ...torch,
    persistent(id: PickleValue): PickleValue {
      const held = torch.persistent(id)
      const storage = (held as { value: Storage }).value
      storages.set(storage.key, storage)
      return held
    },
  }
  let at = 0
  const next = (): PickleValue => {
    const { value, length } = parsePickle(head.subarray(at), rules)
    at += length
    return value
  }
  if (next() !== 0x1950a86a20f9469cfc6cn) throw refuseCheckpoint('its magic number is unknown')
  if (next() !== 1001) throw refuseCheckpoint('its protocol is unknown')
  const system = next()
  if (system instanceof Map && system.get('little_endian') === false) throw refuseCheckpoint('it is big-endian')
  const value = next()
  const keys = next()
  if (!Array.isArray(keys)) throw refuseCheckpoint('its list of storages is missing')
  const offsets = new Map<string, number>()
  let offset = at
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined
    if (storage === undefined || offset + 8 > source.size)
      throw refuseCheckpoint('its storages are damaged (truncated?)')
    const count = new DataView((await source.read(offset, 8)).buffer).getBigUint64(0, true)
    if (count !== BigInt(storage.size)) throw refuseCheckpoint('a storage has the wrong size')
    offsets.set(storage.key, offset + 8)
    offset += 8 + storage.size * ELEMENT_BYTES[storage.elementType]
    if (offset > source.size) throw refuseCheckpoint('a storage reaches beyond the file (truncated?)')
  }
  return collect(source, value, (storage) => {
    const start = offsets.get(storage.key)
    if (start === undefined) throw refuseCheckpoint('a storage is missing')
    return start
  })
}

function collect(source: ByteSource, root: PickleValue, offsetOf: (storage: Storage) => number): StateDict {
  const found = [...tensorsOf(unwrap(root), '', new Set())]
  if (found.length === 0) throw refuseCheckpoint('it holds no tensors')
  const isPrefixed = found.every(([name]) => name.startsWith('module.'))
  const parameters = new Map<string, Parameter>()
  for (const [fullName, tensor] of found) {
    const name = isPrefixed ? fullName.slice('module.'.length) : fullName
    const layout = {
      elementType: tensor.storage.elementType,
      shape: tensor.shape,
      strides: tensor.strides,
      storageOffset: tensor.storageOffset,
      byteOffset: offsetOf(tensor.storage),
      storageSize: tensor.storage.size,
    }
    assertLayout(layout, name)
    const { elementType, shape } = layout
    parameters.set(name, { name, shape, elementType, read: () => readElements(source, layout) })
  }
  return parameters
}

function unwrap(root: PickleValue): PickleValue {
  if (!(root instanceof Map)) return root
  for (const key of WRAPPERS) {
    const inner = root.get(key)
    if (inner instanceof Map) return inner
  }
  return root
}

/** Tensors of nested dictionaries, lists and tuples, names joined by dots. */
function* tensorsOf(value: PickleValue, path: string, seen: Set<unknown>): Generator<[string, PickledTensor]> {
  const tensor = asTensor(value)
  if (tensor !== undefined) {
    yield [path, tensor]
    return
  }
  const entries = entriesOf(value)
  // A pickle may refer to itself.
  if (entries === undefined || seen.has(value) || seen.size > 100_000) return
  seen.add(value)
  for (const [key, item] of entries) yield* tensorsOf(item, path === '' ? key : `${path}.${key}`, seen)
}

function entriesOf(value: PickleValue): [string, PickleValue][] | undefined {
  if (value instanceof Map) {
    return [...value].flatMap(([key, item]) => (typeof key === 'string' ? [[key, item] as [string, PickleValue]] : []))
  }
  if (Array.isArray(value)) return value.map((item, i) => [String(i), item])
  if (typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'tuple') {
    return value.items.map((item, i) => [String(i), item])
  }
  return undefined
}
