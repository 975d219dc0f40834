/** The part of a WebAssembly memory that matters here; Node's types do not name it. */
interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

const PAGE_BYTES = 65536

/**
 * Refuses to grow WebAssembly memories of this thread beyond a limit: a thread's resource limits do not count them.
 * What asks for more sees an allocation that failed.
 *
 * @returns whether a growth was refused so far
 */
export function boundWasmMemory(maxBytes: number): () => boolean {
  const { prototype } = (globalThis as unknown as { WebAssembly: { Memory: { prototype: WasmMemory } } }).WebAssembly
    .Memory
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its memory below
  const { grow } = prototype
  let isRefused = false
  prototype.grow = function (this: WasmMemory, pages: number): number {
    if (this.buffer.byteLength + pages * PAGE_BYTES <= maxBytes) return grow.call(this, pages)
    isRefused = true
    throw new RangeError(`WebAssembly memory is limited to ${maxBytes} bytes`)
  }
  return () => isRefused
}
