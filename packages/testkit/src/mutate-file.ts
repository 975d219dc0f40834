import type { Rng } from '@sextant/geometry'
import { packGlb, type MeshFile } from './mesh-files.ts'

/** Words that readers of numbers stumble over. */
const WORDS = [
  '-1', '0', '1', '999999999', '4294967295', '1e999', '-1e308', '1e-320', 'nan', 'inf', '', '0x10', '1/0/-9', '\0',
  'null', '[]', '{}', '""', 'true', '-0', '4e9', '2147483648', '∞',
] // prettier-ignore
const INTEGERS = [0, 1, 3, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0x7f800000, 0x7fc00000, 0x00ffffff]

/**
 * Breaks a valid file in one to six places: bits, bytes, words, numbers, pieces cut out, doubled, moved, or the end cut
 * off. Half of the GLB files are broken inside their JSON only, so that the container lets them pass.
 */
export function mutateFile({ name, bytes }: MeshFile, rng: Rng): Uint8Array {
  if (name.endsWith('.glb') && rng.next() < 0.5) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true)
    const json = mutateText(bytes.slice(20, 20 + length), rng)
    return packGlb(new TextDecoder().decode(json), bytes.subarray(28 + length))
  }
  const isText = /ascii|textured|[.]obj$/.test(name)
  return isText && rng.next() < 0.7 ? mutateText(bytes, rng) : mutateBytes(bytes, rng)
}

export function mutateBytes(bytes: Uint8Array, rng: Rng): Uint8Array {
  let out = Buffer.from(bytes)
  for (let times = 1 + rng.integer(1 + rng.integer(6)); times > 0 && out.length > 8; times--) {
    const at = rng.integer(out.length)
    const length = 1 + rng.integer(Math.min(64, out.length))
    switch (rng.integer(8)) {
      case 0:
        out[at] = (out[at] ?? 0) ^ (1 << rng.integer(8))
        break
      case 1:
        out[at] = rng.integer(256)
        break
      case 2:
        out.writeUInt32LE(INTEGERS[rng.integer(INTEGERS.length)] ?? 0, rng.integer(out.length - 4))
        break
      case 3:
        out = Buffer.concat([out.subarray(0, at), out.subarray(at + length)])
        break
      case 4:
        out = Buffer.concat([out.subarray(0, at), out.subarray(at, at + length), out.subarray(at)])
        break
      case 5:
        out.copy(out, rng.integer(out.length), at, at + length)
        break
      case 6:
        out.fill(rng.integer(256), at, Math.min(out.length, at + length))
        break
      default:
        if (rng.next() < 0.3) out = out.subarray(0, at)
    }
  }
  return new Uint8Array(out)
}

/** Words are numbers, names and punctuation of any text format, JSON included. */
export function mutateText(bytes: Uint8Array, rng: Rng): Uint8Array {
  const words = new TextDecoder().decode(bytes).split(/([\s,:[\]{}/]+)/)
  for (let times = 1 + rng.integer(1 + rng.integer(6)); times > 0; times--) {
    const at = rng.integer(words.length)
    const other = rng.integer(words.length)
    switch (rng.integer(5)) {
      case 0:
        words[at] = WORDS[rng.integer(WORDS.length)] ?? ''
        break
      case 1:
        words[at] = words[other] ?? ''
        break
      case 2:
        words.splice(at, 1 + rng.integer(4))
        break
      case 3:
        words.splice(at, 0, ...words.slice(other, other + rng.integer(12)))
        break
      default:
        words[at] = String(Math.round(rng.normal() * 10 ** rng.integer(10)))
    }
  }
  return new TextEncoder().encode(words.join(''))
}
