import { isGlobal, isTuple, type PickleRules, type PickleValue } from './pickle.ts'
import { refuseCheckpoint } from './refusal.ts'
import type { ElementType } from './state-dict.ts'

/** A storage named by a pickle: `key` is its member in a zip archive, or its place in a legacy file. */
export interface Storage {
  readonly key: string
  readonly elementType: ElementType
  /** in elements */
  readonly size: number
}

/** A tensor as the pickle describes it. */
export interface PickledTensor {
  readonly storage: Storage
  readonly storageOffset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

const STORAGE_TYPES: Readonly<Record<string, ElementType>> = {
  'torch.FloatStorage': 'float32',
  'torch.DoubleStorage': 'float64',
  'torch.HalfStorage': 'float16',
  'torch.BFloat16Storage': 'bfloat16',
  'torch.LongStorage': 'int64',
  'torch.IntStorage': 'int32',
  'torch.ShortStorage': 'int16',
  'torch.CharStorage': 'int8',
  'torch.ByteStorage': 'uint8',
  'torch.BoolStorage': 'bool',
}

const CALLABLE = new Set([
  'collections.OrderedDict',
  'torch._utils._rebuild_tensor',
  'torch._utils._rebuild_tensor_v2',
  'torch._utils._rebuild_parameter',
  'torch.Size',
  'torch.device',
])

/**
 * The closed list of globals a checkpoint of tensors may name, and what each stands for. Nothing outside the list is
 * resolved; nothing on it runs code of the file.
 */
export function createTorchRules(): PickleRules {
  return {
    isAllowed: (name) => CALLABLE.has(name) || Object.hasOwn(STORAGE_TYPES, name),
    call(name, args) {
      switch (name) {
        case 'collections.OrderedDict':
          return new Map()
        case 'torch._utils._rebuild_tensor':
        case 'torch._utils._rebuild_tensor_v2':
          return { kind: 'object', value: toTensor(args) }
        case 'torch._utils._rebuild_parameter':
          return args[0] ?? null
        case 'torch.Size':
        case 'torch.device':
          return args[0] ?? null
        default:
          throw refuseCheckpoint(`it calls ${name}, which is not on the list`)
      }
    },
    persistent: (id) => ({ kind: 'object', value: toStorage(id) }),
  }
}

export function asTensor(value: PickleValue): PickledTensor | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'object') return undefined
  return isPickledTensor(value.value) ? value.value : undefined
}

function isPickledTensor(value: unknown): value is PickledTensor {
  return typeof value === 'object' && value !== null && 'storage' in value && 'strides' in value
}

/** ('storage', type, key, device, element count), and a view entry in legacy files. */
function toStorage(id: PickleValue): Storage {
  if (!isTuple(id)) throw refuseCheckpoint('it names a storage in an unknown way')
  const [word, type, key, , size] = id.items
  if (word !== 'storage' || !isGlobal(type) || typeof key !== 'string' || typeof size !== 'number') {
    throw refuseCheckpoint('it names a storage in an unknown way')
  }
  if (id.items.length > 5 && id.items[5] !== null)
    throw refuseCheckpoint('it uses views on storages, which are not supported')
  const elementType = STORAGE_TYPES[type.name]
  if (!Object.hasOwn(STORAGE_TYPES, type.name)) throw refuseCheckpoint(`it uses ${type.name} as a storage`)
  return { key, elementType, size }
}

function toTensor(args: readonly PickleValue[]): PickledTensor {
  const [holder, storageOffset, shape, strides] = args
  const storage = storageOf(holder)
  if (storage === undefined || typeof storageOffset !== 'number') throw refuseCheckpoint('it holds a damaged tensor')
  return { storage, storageOffset, shape: numbers(shape), strides: numbers(strides) }
}

function storageOf(value: PickleValue | undefined): Storage | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'object') return undefined
  const held = value.value
  return typeof held === 'object' && held !== null && 'key' in held ? (held as Storage) : undefined
}

function numbers(value: PickleValue | undefined): number[] {
  if (!isTuple(value)) throw refuseCheckpoint('it holds a damaged tensor')
  return value.items.map((item) => {
    if (typeof item !== 'number') throw refuseCheckpoint('it holds a damaged tensor')
    return item
  })
}
