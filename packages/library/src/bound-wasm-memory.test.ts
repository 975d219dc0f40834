import { expect, it } from 'vitest'
import { boundWasmMemory } from './bound-wasm-memory.ts'

interface Memory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: { Memory: new (descriptor: { initial: number }) => Memory }
}

it('a memory grows to the limit and no further', () => {
  const isRefused = boundWasmMemory(4 * 65536)
  const memory = new WebAssembly.Memory({ initial: 1 })
  expect(memory.grow(3)).toBe(1)
  expect(memory.buffer.byteLength).toBe(4 * 65536)
  expect(isRefused()).toBe(false)
  expect(() => memory.grow(1)).toThrow(RangeError)
  expect(memory.buffer.byteLength).toBe(4 * 65536)
  expect(isRefused()).toBe(true)
})
