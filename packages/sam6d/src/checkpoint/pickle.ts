import { refuseCheckpoint } from './refusal.ts'

/** What a pickle may hold. A `Global` is a name and nothing else: no code is ever looked up or run. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Tuple
  | Global
  | { readonly kind: 'object'; readonly value: unknown }

export interface Tuple {
  readonly kind: 'tuple'
  readonly items: readonly PickleValue[]
}

export interface Global {
  readonly kind: 'global'
  /** "module.name" */
  readonly name: string
}

/** What the reader does with the three openings of a pickle to the outside: a closed list, or a refusal. */
export interface PickleRules {
  /** Whether `module.name` may occur at all. */
  isAllowed(name: string): boolean
  /** The value of an allowed global called with arguments. */
  call(name: string, args: readonly PickleValue[]): PickleValue
  /** The value of a persistent id. */
  persistent(id: PickleValue): PickleValue
}

const MARK = Symbol('mark')
type Slot = PickleValue | typeof MARK
const MAX_STEPS = 20_000_000

/**
 * Reads one pickle (protocols 0 to 5, the opcodes torch.save writes) as plain values.
 *
 * @param bytes   one pickle; trailing bytes are left
 * @returns the value and the number of bytes read
 * @throws model.unreadable for any other opcode, global, or damage
 * @source Python pickletools, opcode table
 */
export function parsePickle(bytes: Uint8Array, rules: PickleRules): { value: PickleValue; length: number } {
  const machine = new PickleMachine(bytes, rules)
  return { value: machine.run(), length: machine.position }
}

export function isTuple(value: unknown): value is Tuple {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'tuple'
}

export function isGlobal(value: unknown): value is Global {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'global'
}

class PickleMachine {
  position = 0
  private readonly stack: Slot[] = []
  private readonly memo = new Map<number, PickleValue>()
  private readonly view: DataView
  private readonly text = new TextDecoder('utf-8', { fatal: true })

  private readonly bytes: Uint8Array
  private readonly rules: PickleRules

  constructor(bytes: Uint8Array, rules: PickleRules) {
    this.bytes = bytes
    this.rules = rules
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  run(): PickleValue {
    for (let step = 0; step < MAX_STEPS; step++) {
      const opcode = this.take(1)[0]
      if (opcode === 0x2e) return this.pop()
      this.step(opcode)
    }
    throw refuseCheckpoint('its pickle is too long')
  }

  private step(opcode: number): void {
    switch (opcode) {
      case 0x80: // PROTO
        if (this.byte() > 5) throw refuseCheckpoint('its pickle protocol is unknown')
        return
      case 0x95: // FRAME
        this.take(8)
        return
      case 0x28: // MARK
        this.stack.push(MARK)
        return
      case 0x30: // POP
        if (this.stack.pop() === undefined) throw refuseCheckpoint('its pickle is damaged')
        return
      case 0x31: // POP_MARK
        this.popMark()
        return
      case 0x32: // DUP
        this.stack.push(this.top())
        return
      case 0x4e:
        this.stack.push(null)
        return
      case 0x88:
        this.stack.push(true)
        return
      case 0x89:
        this.stack.push(false)
        return
      case 0x4b: // BININT1
        this.stack.push(this.byte())
        return
      case 0x4d: // BININT2
        this.stack.push(this.byte() | (this.byte() << 8))
        return
      case 0x4a: // BININT
        this.stack.push(this.viewOf(4).getInt32(0, true))
        return
      case 0x8a: // LONG1
        this.stack.push(this.long(this.byte()))
        return
      case 0x8b: // LONG4
        this.stack.push(this.long(this.viewOf(4).getInt32(0, true)))
        return
      case 0x47: // BINFLOAT
        this.stack.push(this.viewOf(8).getFloat64(0, false))
        return
      case 0x58: // BINUNICODE
        this.stack.push(this.string(this.length32()))
        return
      case 0x8c: // SHORT_BINUNICODE
        this.stack.push(this.string(this.byte()))
        return
      case 0x8d: // BINUNICODE8
        this.stack.push(this.string(this.length64()))
        return
      case 0x54: // BINSTRING
        this.stack.push(this.string(this.length32()))
        return
      case 0x55: // SHORT_BINSTRING
        this.stack.push(this.string(this.byte()))
        return
      case 0x42: // BINBYTES
        this.stack.push(this.take(this.length32()).slice())
        return
      case 0x43: // SHORT_BINBYTES
        this.stack.push(this.take(this.byte()).slice())
        return
      case 0x8e: // BINBYTES8
        this.stack.push(this.take(this.length64()).slice())
        return
      case 0x5d: // EMPTY_LIST
        this.stack.push([])
        return
      case 0x7d: // EMPTY_DICT
        this.stack.push(new Map())
        return
      case 0x8f: // EMPTY_SET
        this.stack.push([])
        return
      case 0x29: // EMPTY_TUPLE
        this.stack.push({ kind: 'tuple', items: [] })
        return
      case 0x85: // TUPLE1
        this.pushTuple(1)
        return
      case 0x86: // TUPLE2
        this.pushTuple(2)
        return
      case 0x87: // TUPLE3
        this.pushTuple(3)
        return
      case 0x74: // TUPLE
        this.stack.push({ kind: 'tuple', items: this.popMark() })
        return
      case 0x6c: // LIST
        this.stack.push(this.popMark())
        return
      case 0x64: {
        // DICT
        const map = new Map<PickleValue, PickleValue>()
        this.putItems(map, this.popMark())
        this.stack.push(map)
        return
      }
      case 0x61: // APPEND
        this.appendAll([this.pop()])
        return
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        this.appendAll(this.popMark())
        return
      case 0x73: {
        // SETITEM
        const value = this.pop()
        const key = this.pop()
        this.putItems(this.topMap(), [key, value])
        return
      }
      case 0x75: {
        // SETITEMS
        const items = this.popMark()
        this.putItems(this.topMap(), items)
        return
      }
      case 0x71: // BINPUT
        this.memo.set(this.byte(), this.top())
        return
      case 0x72: // LONG_BINPUT
        this.memo.set(this.length32(), this.top())
        return
      case 0x94: // MEMOIZE
        this.memo.set(this.memo.size, this.top())
        return
      case 0x68: // BINGET
        this.recall(this.byte())
        return
      case 0x6a: // LONG_BINGET
        this.recall(this.length32())
        return
      case 0x63: // GLOBAL
        this.pushGlobal(`${this.line()}.${this.line()}`)
        return
      case 0x93: {
        // STACK_GLOBAL
        const name = this.pop()
        const module = this.pop()
        if (typeof name !== 'string' || typeof module !== 'string') throw refuseCheckpoint('its pickle is damaged')
        this.pushGlobal(`${module}.${name}`)
        return
      }
      case 0x51: // BINPERSID
        this.stack.push(this.rules.persistent(this.pop()))
        return
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const args = this.pop()
        const callee = this.pop()
        if (!isGlobal(callee) || !isTuple(args)) throw refuseCheckpoint('its pickle calls what is no allowed global')
        this.stack.push(this.rules.call(callee.name, args.items))
        return
      }
      case 0x62: // BUILD: the attributes of an object (an OrderedDict's _metadata, a parameter's state) are of no use here
        this.pop()
        this.top()
        return
      default:
        throw refuseCheckpoint(`its pickle holds the opcode 0x${opcode.toString(16)}, which is not on the list`)
    }
  }

  private take(length: number): Uint8Array {
    const end = this.position + length
    if (!(length >= 0) || end > this.bytes.length) throw refuseCheckpoint('its pickle is truncated')
    this.position = end
    return this.bytes.subarray(end - length, end)
  }

  private viewOf(length: number): DataView {
    this.take(length)
    return new DataView(this.view.buffer, this.view.byteOffset + this.position - length, length)
  }

  private byte(): number {
    return this.take(1)[0]
  }

  private length32(): number {
    return this.viewOf(4).getUint32(0, true)
  }

  private length64(): number {
    const length = this.viewOf(8).getBigUint64(0, true)
    if (length > BigInt(this.bytes.length)) throw refuseCheckpoint('its pickle is truncated')
    return Number(length)
  }

  private long(length: number): PickleValue {
    if (length > 16) throw refuseCheckpoint('its pickle holds an absurd integer')
    const bytes = this.take(length)
    let value = 0n
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i])
    if (length > 0 && bytes[length - 1] >= 0x80) value -= 1n << BigInt(8 * length)
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
  }

  private string(length: number): string {
    const bytes = this.take(length)
    try {
      return this.text.decode(bytes)
    } catch (cause) {
      throw refuseCheckpoint('its pickle holds a damaged text', cause)
    }
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.position)
    if (end < 0 || end - this.position > 512) throw refuseCheckpoint('its pickle is damaged')
    const text = this.string(end - this.position)
    this.take(1)
    return text
  }

  private pop(): PickleValue {
    const value = this.stack.pop()
    if (value === undefined || value === MARK) throw refuseCheckpoint('its pickle is damaged')
    return value
  }

  private top(): PickleValue {
    const value = this.stack.at(-1)
    if (value === undefined || value === MARK) throw refuseCheckpoint('its pickle is damaged')
    return value
  }

  private topMap(): Map<PickleValue, PickleValue> {
    const map = this.top()
    if (!(map instanceof Map)) throw refuseCheckpoint('its pickle sets items of what is no dictionary')
    return map
  }

  private popMark(): PickleValue[] {
    const mark = this.stack.lastIndexOf(MARK)
    if (mark < 0) throw refuseCheckpoint('its pickle is damaged')
    const items = this.stack.splice(mark).slice(1) as PickleValue[]
    return items
  }

  private pushTuple(length: number): void {
    const items = Array.from({ length }, () => this.pop()).reverse()
    this.stack.push({ kind: 'tuple', items })
  }

  private appendAll(items: readonly PickleValue[]): void {
    const list = this.top()
    if (!Array.isArray(list)) throw refuseCheckpoint('its pickle appends to what is no list')
    for (const item of items) list.push(item)
  }

  private putItems(map: Map<PickleValue, PickleValue>, items: readonly PickleValue[]): void {
    if (items.length % 2 !== 0) throw refuseCheckpoint('its pickle is damaged')
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1])
  }

  private recall(index: number): void {
    const value = this.memo.get(index)
    if (value === undefined) throw refuseCheckpoint('its pickle is damaged')
    this.stack.push(value)
  }

  private pushGlobal(name: string): void {
    if (!this.rules.isAllowed(name)) throw refuseCheckpoint(`it names ${printable(name)}, which is not on the list`)
    this.stack.push({ kind: 'global', name })
  }
}

function printable(text: string): string {
  return JSON.stringify(text.slice(0, 80))
}
