/** A seeded source of random numbers; the only one the cores ever see. */
export interface Rng {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, bound). */
  integer(bound: number): number
  /** Standard normal. */
  normal(): number
}

/**
 * sfc32 seeded through splitmix32: small, fast, passes PractRand; identical on every platform.
 * @source Chris Doty-Humphrey, PractRand (sfc32)
 */
export function createRng(seed: number): Rng {
  let s = seed | 0
  const split = (): number => {
    s = (s + 0x9e3779b9) | 0
    let t = s ^ (s >>> 16)
    t = Math.imul(t, 0x21f0aaad)
    t ^= t >>> 15
    t = Math.imul(t, 0x735a2d97)
    return (t ^ (t >>> 15)) | 0
  }
  let a = split()
  let b = split()
  let c = split()
  let d = 1
  let spare = Number.NaN
  const bits = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) bits()
  const next = (): number => bits() / 4294967296
  return {
    next,
    integer: (bound) => Math.floor(next() * bound),
    normal() {
      if (!Number.isNaN(spare)) {
        const value = spare
        spare = Number.NaN
        return value
      }
      let u = 0
      while (u === 0) u = next()
      const radius = Math.sqrt(-2 * Math.log(u))
      const angle = 2 * Math.PI * next()
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
  }
}
