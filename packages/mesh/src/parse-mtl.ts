import { linearOfSrgb } from './srgb.ts'
import type { SurfaceMaterial } from './surface-part.ts'

/** A picture that a material names. */
export interface ObjTexture {
  readonly file: string
  readonly scale: readonly [number, number]
  readonly offset: readonly [number, number]
  readonly isClamped: boolean
}

export interface ObjMaterial {
  /** linear; Kd is written as sRGB */
  readonly color: SurfaceMaterial['color']
  readonly texture: ObjTexture | null
}

/** Options of a map statement that take one word; -o, -s and -t take up to three numbers, -mm takes two. */
const ONE_WORD = /^-(blendu|blendv|cc|clamp|texres|bm|imfchan|boost|type)$/

/**
 * Parses a material library: Kd and map_Kd of each material; everything else is about light.
 * @source Wavefront, MTL material format, 1995
 */
export function parseMtl(bytes: Uint8Array): Map<string, ObjMaterial> {
  const materials = new Map<string, ObjMaterial>()
  let name: string | null = null
  for (const line of new TextDecoder().decode(bytes).split(/\r?\n/)) {
    const [keyword = '', ...words] = line.trim().split(/\s+/)
    if (keyword === 'newmtl') {
      name = words.join(' ')
      materials.set(name, { color: null, texture: null })
      continue
    }
    const known = name === null ? undefined : materials.get(name)
    if (name === null || known === undefined) continue
    if (keyword === 'Kd') {
      const values = words.slice(0, 3).map(Number)
      if (values.length === 3 && values.every(Number.isFinite)) {
        const [r, g, b] = values.map((value) => linearOfSrgb(Math.min(1, Math.max(0, value))))
        materials.set(name, { ...known, color: [r, g, b] })
      }
    } else if (keyword.toLowerCase() === 'map_kd') materials.set(name, { ...known, texture: parseMap(words) })
  }
  return materials
}

function parseMap(words: readonly string[]): ObjTexture | null {
  let scale: [number, number] = [1, 1]
  let offset: [number, number] = [0, 0]
  let isClamped = false
  let at = 0
  while (at < words.length && /^-[a-z]/i.test(words[at])) {
    const option = words[at++].toLowerCase()
    if (ONE_WORD.test(option)) {
      if (option === '-clamp') isClamped = words[at] === 'on'
      at++
      continue
    }
    const numbers: number[] = []
    while (numbers.length < 3 && at < words.length && Number.isFinite(Number(words[at])))
      numbers.push(Number(words[at++]))
    if (option === '-s') scale = [numbers.at(0) ?? 1, numbers.at(1) ?? numbers.at(0) ?? 1]
    else if (option === '-o') offset = [numbers.at(0) ?? 0, numbers.at(1) ?? 0]
  }
  const file = words.slice(at).join(' ')
  return file === '' ? null : { file, scale, offset, isClamped }
}
