/** An instance of a module and the memory that it alone works in. */
export interface WasmInstance<Exports> {
  readonly exports: Exports
  readonly memory: ArrayBuffer
}

/** What is used of the WebAssembly API; TypeScript declares it for browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

const PAGE_BYTES = 2 ** 16

/**
 * Makes instances of a kernel that imports its memory as `env.memory`. The module is compiled once per thread: an
 * instance of the same module starts with code that is already optimised.
 *
 * @param code  the module, base64
 * @returns makes an instance with zeroed memory of its own, which never grows, so that views of it stay valid;
 *   throws RangeError when there is no such amount of memory
 */
export function wasmInstances<Exports>(code: string): (byteLength: number) => WasmInstance<Exports> {
  let compiled: object | null = null
  return (byteLength) => {
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(code), (character) => character.charCodeAt(0)))
    const pages = Math.ceil(byteLength / PAGE_BYTES)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory } })
    return { exports: exports as Exports, memory: memory.buffer }
  }
}
