import type { TriangleMesh } from '@sextant/geometry'

/** Every triangle becomes four; shape and colours stay. */
export function subdivided({ positions, faces, colors }: TriangleMesh): TriangleMesh {
  const points = [...positions]
  const tones = colors === undefined ? null : [...colors]
  const middles = new Map<number, number>()
  const count = positions.length / 3
  const middle = (a: number, b: number): number => {
    const key = Math.min(a, b) * count + Math.max(a, b)
    const known = middles.get(key)
    if (known !== undefined) return known
    for (let k = 0; k < 3; k++) points.push(((positions[3 * a + k] ?? 0) + (positions[3 * b + k] ?? 0)) / 2)
    if (tones !== null && colors !== undefined)
      for (let k = 0; k < 3; k++) tones.push(((colors[3 * a + k] ?? 0) + (colors[3 * b + k] ?? 0)) >> 1)
    const made = points.length / 3 - 1
    middles.set(key, made)
    return made
  }
  const out: number[] = []
  for (let f = 0; f < faces.length; f += 3) {
    const [a = 0, b = 0, c = 0] = faces.subarray(f, f + 3)
    const [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)]
    out.push(a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca)
  }
  return {
    positions: Float32Array.from(points),
    faces: Uint32Array.from(out),
    ...(tones === null ? {} : { colors: Uint8Array.from(tones) }),
  }
}
