import type { Rng } from '@sextant/geometry'
import { packSafetensors } from './checkpoint-files.ts'
import type { MeshFile as NamedFile } from './mesh-files.ts'
import { mutateBytes, mutateText } from './mutate-file.ts'

/** Opcodes that call, build, import, memoise, mark or name a storage: what an attack is made of. */
const OPCODES = [
  0x63, 0x93, 0x52, 0x62, 0x69, 0x6f, 0x81, 0x92, 0x51, 0x50, 0x28, 0x30, 0x31, 0x32, 0x68, 0x6a, 0x71, 0x72, 0x94,
  0x74, 0x75, 0x65, 0x85, 0x8a, 0x8b, 0x8e, 0x95, 0x97, 0x98, 0x2e,
] // prettier-ignore
const GLOBALS = ['os\nsystem\n', 'builtins\neval\n', 'posix\nsystem\n', 'torch\nload\n', '__builtin__\n__import__\n']

/**
 * Breaks a valid checkpoint: bits, bytes, numbers and pieces anywhere; opcodes; one global for another; the end cut off.
 * Half of the safetensors files are broken inside their header only, so that its length still fits.
 */
export function mutateCheckpoint({ name, bytes }: NamedFile, rng: Rng): Uint8Array {
  const kind = rng.next()
  if (name.endsWith('.safetensors') && kind < 0.5) {
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
    const header = mutateText(bytes.slice(8, 8 + length), rng)
    return packSafetensors(new TextDecoder().decode(header), bytes.subarray(8 + length))
  }
  if (kind < 0.1) return bytes.slice(0, rng.integer(bytes.length))
  // Lengths stay as they are, so that the container lets these pass.
  if (kind < 0.4) return overwrite(bytes, rng)
  return mutateBytes(bytes, rng)
}

function overwrite(bytes: Uint8Array, rng: Rng): Uint8Array {
  const out = bytes.slice()
  for (let times = 1 + rng.integer(3); times > 0; times--) {
    const at = rng.integer(out.length)
    const places = [...out.keys()].filter((i) => out[i] === 0x63 && out[i + 1] >= 0x61)
    const globalName = new TextEncoder().encode(GLOBALS[rng.integer(GLOBALS.length)])
    if (rng.next() < 0.3 && places.length > 0) {
      const from = places[rng.integer(places.length)] + 1
      out.set(globalName.subarray(0, out.length - from), from)
    } else out[at] = rng.next() < 0.5 ? OPCODES[rng.integer(OPCODES.length)] : rng.integer(256)
  }
  return out
}
