import type { TriangleMesh } from '@sextant/geometry'
import { addRevolution, createPartBuilder, type Rgb } from './part-builder.ts'

const RADIUS = 40
const INNER_RADIUS = 35.6
const HEIGHT = 95
const FLOOR = 6
const SEGMENTS = 72
const HANDLE = { x: 37.8, z: 49, reach: 29, rise: 27, radiusAcross: 7.5, radiusAlong: 5 }

const GLAZE: Rgb = [232, 230, 222]
const BAND: Rgb = [36, 84, 150]
const MARK: Rgb = [222, 96, 40]
const INSIDE: Rgb = [214, 214, 210]

/** A mug, 80 mm wide and 95 mm high, with a handle towards +x, a blue band and an orange mark away from the handle. */
export function createMug(): TriangleMesh {
  const builder = createPartBuilder()
  const profile = mugProfile()
  addRevolution(builder, profile, SEGMENTS, (angle, index) => {
    const [radius, z] = profile[index]
    if (radius < RADIUS - 2) return INSIDE
    if (z < 58 || z > 82) return z > 10 && z < 16 ? BAND : GLAZE
    // The mark: three slanted strokes on the side opposite the handle, nearer to +y.
    const across = (angle - 2.2) * RADIUS - 0.6 * (z - 70)
    return Math.abs(across) < 16 && Math.abs(across % 11) < 3.6 ? MARK : BAND
  })
  addHandle(builder)
  return builder.build()
}

/** (radius, z) along the outside, over the rim, down to the middle of the inner floor. */
function mugProfile(): [number, number][] {
  const profile: [number, number][] = [
    [0, 0],
    [RADIUS - 4, 0],
  ]
  for (let k = 1; k <= 4; k++) {
    const angle = (k / 4) * (Math.PI / 2)
    profile.push([RADIUS - 4 + 4 * Math.sin(angle), 4 - 4 * Math.cos(angle)])
  }
  const rim = (RADIUS - INNER_RADIUS) / 2
  const steps = 36
  for (let k = 1; k <= steps; k++) profile.push([RADIUS, 4 + ((HEIGHT - rim - 4) * k) / steps])
  for (let k = 1; k <= 8; k++) {
    const angle = (k / 8) * Math.PI
    profile.push([RADIUS - rim + rim * Math.cos(angle), HEIGHT - rim + rim * Math.sin(angle)])
  }
  for (let k = 1; k <= 6; k++) profile.push([INNER_RADIUS, HEIGHT - rim + ((FLOOR + 3 - HEIGHT + rim) * k) / 6])
  profile.push([INNER_RADIUS - 3, FLOOR], [0, FLOOR])
  return profile
}

/** An elliptic bow whose ends lie inside the wall. */
function addHandle(builder: ReturnType<typeof createPartBuilder>): void {
  const at = (along: number, around: number, share: number): [number, number, number] => {
    const angle = Math.PI * (along - 0.5)
    const bow = [HANDLE.x + HANDLE.reach * Math.cos(angle), HANDLE.z + HANDLE.rise * Math.sin(angle)] as const
    // Unit vector across the bow, in its plane.
    const length = Math.hypot(HANDLE.rise * Math.cos(angle), HANDLE.reach * Math.sin(angle))
    const out = [(HANDLE.rise * Math.cos(angle)) / length, (HANDLE.reach * Math.sin(angle)) / length] as const
    const turn = 2 * Math.PI * around
    const offset = share * HANDLE.radiusAlong * Math.cos(turn)
    return [bow[0] + offset * out[0], share * HANDLE.radiusAcross * Math.sin(turn), bow[1] + offset * out[1]]
  }
  builder.patch(
    20,
    32,
    (u, v) => at(v, u, 1),
    () => GLAZE,
  )
  builder.patch(
    20,
    1,
    (u, v) => at(0, u, v),
    () => GLAZE,
  )
  builder.patch(
    20,
    1,
    (u, v) => at(1, u, 1 - v),
    () => GLAZE,
  )
}
