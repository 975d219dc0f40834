import { NumberBuffer } from './mesh-builder.ts'
import type { SurfacePart } from './surface-part.ts'

/** Halving a longest edge this often makes the metre a micrometre. */
const MAX_ROUNDS = 20

/**
 * Halves edges longer than `step` until none is left, so that a texture on few large faces survives as vertex colours.
 * Whether an edge is halved depends on its length alone: two faces, or two parts, that share it agree, and no crack
 * opens.
 *
 * @param step      mm
 * @param maxFaces  no further round is begun above this
 */
export function subdividePart(part: SurfacePart, step: number, maxFaces: number): SurfacePart {
  let current = part
  for (let round = 0; round < MAX_ROUNDS && current.faces.length / 3 < maxFaces; round++) {
    const next = halveEdges(current, step)
    if (next === current) break
    current = next
  }
  return current
}

function halveEdges(part: SurfacePart, step: number): SurfacePart {
  const { positions, faces } = part
  const vertexCount = positions.length / 3
  /** [.., 2] the ends of the edge that each new vertex halves */
  const ends = new NumberBuffer()
  const middles = new Map<number, number>()
  const middleOf = (a: number, b: number): number => {
    const key = Math.min(a, b) * vertexCount + Math.max(a, b)
    let middle = middles.get(key)
    if (middle === undefined) {
      middle = isLonger(positions, a, b, step) ? vertexCount + ends.length / 2 : -1
      middles.set(key, middle)
      if (middle >= 0) {
        ends.push(a)
        ends.push(b)
      }
    }
    return middle
  }
  const out = new NumberBuffer()
  const emit = (a: number, b: number, c: number): void => {
    out.push(a)
    out.push(b)
    out.push(c)
  }
  for (let f = 0; f < faces.length; f += 3) {
    let [a, b, c] = [faces[f], faces[f + 1], faces[f + 2]]
    let [ab, bc, ca] = [middleOf(a, b), middleOf(b, c), middleOf(c, a)]
    const halved = Number(ab >= 0) + Number(bc >= 0) + Number(ca >= 0)
    if (halved === 0) emit(a, b, c)
    else if (halved === 3) {
      emit(a, ab, ca)
      emit(b, bc, ab)
      emit(c, ca, bc)
      emit(ab, bc, ca)
    } else {
      // Turn the corners until ab is halved and ca is not; then bc may or may not be.
      while (!(ab >= 0 && ca < 0)) {
        ;[a, b, c] = [b, c, a]
        ;[ab, bc, ca] = [bc, ca, ab]
      }
      if (bc < 0) {
        emit(a, ab, c)
        emit(ab, b, c)
      } else {
        emit(ab, b, bc)
        emit(a, ab, bc)
        emit(a, bc, c)
      }
    }
  }
  if (ends.length === 0) return part
  const pairs = ends.view()
  const extend = <T extends Float64Array | Float32Array>(values: T, make: (length: number) => T, width: number): T => {
    const grown = make(values.length + (width * pairs.length) / 2)
    grown.set(values)
    for (let i = 0; i < pairs.length / 2; i++) {
      for (let k = 0; k < width; k++) {
        const middle = (values[width * pairs[2 * i] + k] + values[width * pairs[2 * i + 1] + k]) / 2
        grown[values.length + width * i + k] = middle
      }
    }
    return grown
  }
  return {
    ...part,
    positions: extend(positions, (length) => new Float64Array(length), 3),
    faces: Uint32Array.from(out.view()),
    uvs: part.uvs === null ? null : extend(part.uvs, (length) => new Float64Array(length), 2),
    tints: part.tints === null ? null : extend(part.tints, (length) => new Float32Array(length), 3),
  }
}

function isLonger(p: Float64Array, a: number, b: number, step: number): boolean {
  const dx = p[3 * a] - p[3 * b]
  const dy = p[3 * a + 1] - p[3 * b + 1]
  const dz = p[3 * a + 2] - p[3 * b + 2]
  return dx * dx + dy * dy + dz * dz > step * step
}
