import { luminanceOf, type Rng, type TriangleMesh } from '@sextant/geometry'

/**
 * Relative deviation of each side (standard deviation), and amplitude of dents in sides, of the worst CAD. Cups, cans and
 * tools in real frames lie 0.7 to 2 % of their diameter beside their own meshes.
 */
const SCALE_DEVIATION = 0.012
const DENT_AMPLITUDE = 0.014
const DENTS = 3

/**
 * The thing as it left the factory and aged: sides off by a percent or two, shallow dents, colours faded, richer, darker
 * or tinted against the CAD; some CAD is nearly exact, some is not. Without it, generated scenes promise fits that no real
 * frame gives.
 *
 * @param mesh  mm, object; left as it is
 */
export function asBuilt(mesh: TriangleMesh, rng: Rng): TriangleMesh {
  return {
    positions: deformed(mesh.positions, rng.next(), rng),
    faces: mesh.faces,
    ...(mesh.colors === undefined ? {} : { colors: faded(mesh.colors, rng) }),
  }
}

function deformed(positions: Float32Array, severity: number, rng: Rng): Float32Array {
  const scale = [0, 1, 2].map(() => 1 + severity * SCALE_DEVIATION * rng.normal())
  const size = sizeOf(positions)
  const waves = Array.from({ length: DENTS }, () => ({
    ...drawWave(1, size, rng),
    shift: [0, 1, 2].map(() => severity * (DENT_AMPLITUDE / DENTS) * size * rng.normal()),
  }))
  const out = new Float32Array(positions.length)
  for (let i = 0; i < positions.length; i += 3) {
    const point = positions.subarray(i, i + 3)
    for (let axis = 0; axis < 3; axis++) out[i + axis] = (scale[axis] ?? 1) * (point[axis] ?? 0)
    for (const wave of waves) {
      const height = heightOf(wave, point)
      for (let axis = 0; axis < 3; axis++) out[i + axis] = (out[i + axis] ?? 0) + height * (wave.shift[axis] ?? 0)
    }
  }
  return out
}

/** A wave through space. */
interface Wave {
  /** radians per mm */
  readonly direction: readonly number[]
  readonly phase: number
}

/** @param frequency  how many half waves cross a body of `size` mm, typically */
function drawWave(frequency: number, size: number, rng: Rng): Wave {
  return {
    direction: [0, 1, 2].map(() => (frequency * rng.normal() * Math.PI) / size),
    phase: 2 * Math.PI * rng.next(),
  }
}

/** -1..1 */
function heightOf({ direction, phase }: Wave, point: Float32Array): number {
  return Math.sin(phase + direction.reduce((sum, value, axis) => sum + value * (point[axis] ?? 0), 0))
}

/** Of the cube about the origin that holds the body, mm. */
function sizeOf(positions: Float32Array): number {
  return 2 * positions.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6)
}

/** sRGB values through a gamma, a contrast, a saturation and a tint of their own. */
function faded(colors: Uint8Array, rng: Rng): Uint8Array {
  const gamma = Math.exp(0.25 * rng.normal())
  const contrast = 1 - 0.35 * rng.next() ** 2
  const saturation = Math.exp(0.35 * rng.normal())
  const tints = [0, 1, 2].map(() => 1 + 0.08 * rng.normal())
  const gray = 110 + 60 * rng.next()
  const out = new Uint8Array(colors.length)
  for (let i = 0; i < colors.length; i += 3) {
    const luminance = luminanceOf(colors, i)
    for (let c = 0; c < 3; c++) {
      const rich = Math.max(0, luminance + saturation * ((colors[i + c] ?? 0) - luminance))
      const toned = 255 * (rich / 255) ** gamma * (tints[c] ?? 1)
      out[i + c] = Math.min(255, Math.max(0, Math.round(gray + contrast * (toned - gray))))
    }
  }
  return out
}

/** Waves that cut the surface into patches, about two to a side each. */
const PATCH_WAVES = 3
const CHANGED_PATCHES = 0.6

/**
 * Another edition of the print: in more than half of the patches of the surface, the colours of some other place.
 *
 * @param mesh  left as it is
 */
export function reprinted(mesh: TriangleMesh, rng: Rng): TriangleMesh {
  const { positions, colors } = mesh
  if (colors === undefined) return mesh
  const size = sizeOf(positions)
  const waves = Array.from({ length: PATCH_WAVES }, () => drawWave(2, size, rng))
  const count = colors.length / 3
  const shifts = Array.from({ length: 1 << PATCH_WAVES }, () => (rng.next() < CHANGED_PATCHES ? rng.integer(count) : 0))
  const out = new Uint8Array(colors.length)
  for (let i = 0; i < count; i++) {
    const point = positions.subarray(3 * i, 3 * i + 3)
    const patch = waves.reduce((code, wave) => 2 * code + (heightOf(wave, point) > 0 ? 1 : 0), 0)
    const source = 3 * ((i + (shifts[patch] ?? 0)) % count)
    out.set(colors.subarray(source, source + 3), 3 * i)
  }
  return { ...mesh, colors: out }
}
