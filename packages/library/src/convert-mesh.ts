import { createHash } from 'node:crypto'
import { isErrorCode, PlatformError, type ErrorCode } from '@sextant/contracts'
import { decodeColor } from '@sextant/image'
import { encodeCanonicalMesh, readMesh, type MeshLimits } from '@sextant/mesh'
import { boundWasmMemory } from './bound-wasm-memory.ts'
import { readSibling } from './read-sibling.ts'

/** What a converting thread is told. */
export interface ConversionTask {
  readonly bytes: Uint8Array
  readonly fileName: string
  /** absolute; materials and textures lie here */
  readonly directory: string
  readonly limits: Partial<MeshLimits>
  /** of WebAssembly */
  readonly maxMemoryBytes: number
}

/** A canonical PLY, or a refusal that keeps its code. */
export type ConversionAnswer =
  | { readonly ok: true; readonly ply: Uint8Array<ArrayBuffer> }
  | { readonly ok: false; readonly code: ErrorCode; readonly detail: string }

/** Reads a CAD file of any format and encodes it; for a thread of its own, whose WebAssembly memory it bounds. */
export async function convertMesh(task: ConversionTask): Promise<ConversionAnswer> {
  const { bytes, fileName, directory, limits, maxMemoryBytes } = task
  const isMemoryRefused = boundWasmMemory(maxMemoryBytes)
  const siblings: Record<string, string | null> = {}
  try {
    const read = await readMesh(bytes, fileName, {
      limits,
      decodeImage: decodeColor,
      async readSibling(name) {
        const found = await readSibling(directory, name)
        siblings[name] = found === null ? null : createHash('sha256').update(found).digest('hex')
        return found
      },
    })
    return { ok: true, ply: encodeCanonicalMesh({ read, siblings }) }
  } catch (error: unknown) {
    if (isMemoryRefused()) return { ok: false, code: 'mesh.too_large', detail: tooMuchMemory(fileName, maxMemoryBytes) }
    if (error instanceof PlatformError && isErrorCode(error.code)) {
      return { ok: false, code: error.code, detail: error.message }
    }
    // A foreign parser that fails in its own way: numbers of C++ exceptions, traps of WebAssembly.
    const reason = error instanceof Error ? error.message : String(error)
    return { ok: false, code: 'mesh.undecodable', detail: `${fileName} broke its parser: ${reason}` }
  }
}

export function tooMuchMemory(fileName: string, maxBytes: number): string {
  return `${fileName} needs more than ${Math.round(maxBytes / 2 ** 20)} MB to be read`
}
