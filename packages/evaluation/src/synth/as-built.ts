import type { Rng, TriangleMesh } from '@sextant/geometry'

/** Relative deviation of each side (standard deviation), and amplitude of dents in sides, of the worst CAD. */
const SCALE_DEVIATION = 0.009
const DENT_AMPLITUDE = 0.006
const DENTS = 3

/**
 * The thing as it left the factory and aged: sides off by up to a percent, shallow dents, colours faded, darker or
 * tinted against the CAD; some CAD is nearly exact, some is not. Without it, generated scenes promise fits that no real
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
  const size = 2 * positions.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6)
  const waves = Array.from({ length: DENTS }, () => ({
    direction: [0, 1, 2].map(() => (rng.normal() * Math.PI) / size),
    phase: 2 * Math.PI * rng.next(),
    shift: [0, 1, 2].map(() => severity * (DENT_AMPLITUDE / DENTS) * size * rng.normal()),
  }))
  const out = new Float32Array(positions.length)
  for (let i = 0; i < positions.length; i += 3) {
    const point = positions.subarray(i, i + 3)
    for (let axis = 0; axis < 3; axis++) out[i + axis] = (scale[axis] ?? 1) * (point[axis] ?? 0)
    for (const { direction, phase, shift } of waves) {
      const wave = Math.sin(phase + direction.reduce((sum, value, axis) => sum + value * (point[axis] ?? 0), 0))
      for (let axis = 0; axis < 3; axis++) out[i + axis] = (out[i + axis] ?? 0) + wave * (shift[axis] ?? 0)
    }
  }
  return out
}

/** sRGB values through a gamma, a contrast and a tint of their own. */
function faded(colors: Uint8Array, rng: Rng): Uint8Array {
  const gamma = Math.exp(0.2 * rng.normal())
  const contrast = 1 - 0.35 * rng.next() ** 2
  const tints = [0, 1, 2].map(() => 1 + 0.06 * rng.normal())
  const gray = 110 + 60 * rng.next()
  return Uint8Array.from(colors, (value, i) => {
    const toned = 255 * (value / 255) ** gamma * (tints[i % 3] ?? 1)
    return Math.min(255, Math.max(0, Math.round(gray + contrast * (toned - gray))))
  })
}
