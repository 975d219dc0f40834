import type { Vector3 } from '@sextant/geometry'

/** What a ray meets when it meets no prop. */
export interface Backdrop {
  /** depth factor along the ray */
  readonly distance: number
  readonly point: Vector3
  /** linear reflectance */
  readonly albedo: Vector3
  readonly isTable: boolean
}

/** What the table looks like. */
export interface TableTop {
  readonly pattern: 'wood' | 'plain' | 'cloth'
  /** factors on the linear reflectance */
  readonly tint: Vector3
}

export const EXAMPLE_TABLE: TableTop = { pattern: 'wood', tint: [1, 1, 1] }

/** Table plane z = 0 between these corners; the floor lies below, mm, world. */
const TABLE = { x0: -640, x1: 700, y0: -560, y1: 395 }
const FLOOR_Z = -730

/** Follows a ray to the table or past its edge to the floor. @param direction  scaled so that camera z is 1 */
export function meetBackdrop(eye: Vector3, direction: Vector3, table: TableTop = EXAMPLE_TABLE): Backdrop | null {
  if (direction[2] >= -1e-6) return null
  const at = (height: number): { distance: number; point: Vector3 } => {
    const distance = (height - eye[2]) / direction[2]
    return {
      distance,
      point: [eye[0] + distance * direction[0], eye[1] + distance * direction[1], height],
    }
  }
  const onTable = at(0)
  const [x, y] = onTable.point
  if (x > TABLE.x0 && x < TABLE.x1 && y > TABLE.y0 && y < TABLE.y1) {
    const [r, g, b] = PATTERNS[table.pattern](x, y)
    return { ...onTable, albedo: [r * table.tint[0], g * table.tint[1], b * table.tint[2]], isTable: true }
  }
  const floor = at(FLOOR_Z)
  return { ...floor, albedo: carpet(floor.point[0], floor.point[1]), isTable: false }
}

/** Boards along x with grain: stretched noise bends the rings, fine noise makes the pores. */
function wood(x: number, y: number): Vector3 {
  const board = Math.floor((y + 2000) / 118)
  const inBoard = (y + 2000) % 118
  const shift = 977 * board
  const bend = 26 * smoothNoise((x + shift) / 260, y / 60 + board) + 7 * smoothNoise((x + shift) / 70, y / 16)
  const ring = 0.5 + 0.5 * Math.sin((inBoard + bend) * 0.42 + board)
  const pores = smoothNoise((x + shift) / 22, y * 0.9)
  const tone = 0.82 + 0.14 * hash(board, 5) + 0.14 * ring - 0.1 * pores
  const seam = inBoard < 1.2 ? 0.45 : 1
  return [0.43 * tone * seam, 0.27 * tone * tone * seam, 0.15 * tone * tone * seam]
}

/** Painted board: even, slightly cloudy. */
function plain(x: number, y: number): Vector3 {
  const tone = 0.42 + 0.04 * smoothNoise(x / 90, y / 90)
  return [tone, tone, tone]
}

/** Woven checks. */
function cloth(x: number, y: number): Vector3 {
  const isDark = (Math.floor((x + 4000) / 34) + Math.floor((y + 4000) / 34)) % 2 === 0
  const tone = (isDark ? 0.18 : 0.55) + 0.1 * smoothNoise(x / 2, y / 2)
  return [tone, 0.9 * tone, 0.8 * tone]
}

const PATTERNS = { wood, plain, cloth }

function carpet(x: number, y: number): Vector3 {
  const tone = 0.09 + 0.035 * smoothNoise(x / 9, y / 9) + 0.02 * smoothNoise(x / 160, y / 160)
  return [tone, tone * 1.02, tone * 1.1]
}

/** Value noise in 0..1. */
export function smoothNoise(x: number, y: number): number {
  const x0 = Math.floor(x)
  const y0 = Math.floor(y)
  const u = ease(x - x0)
  const v = ease(y - y0)
  const low = hash(x0, y0) * (1 - u) + hash(x0 + 1, y0) * u
  const high = hash(x0, y0 + 1) * (1 - u) + hash(x0 + 1, y0 + 1) * u
  return low * (1 - v) + high * v
}

const ease = (t: number): number => t * t * (3 - 2 * t)

/** Integer lattice to 0..1. */
function hash(x: number, y: number): number {
  let h = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296
}
