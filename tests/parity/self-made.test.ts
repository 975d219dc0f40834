// The chain from a checkpoint's bytes to numbers, on every machine: pseudo-weights of small networks are written, read,
// turned into ONNX and run; golden/PROVENANCE.md says where the values compared with come from.
import { describe, expect, it } from 'vitest'
import { runSelfMade } from './run-case.ts'
import { SELF_MADE_NAMES } from './self-made-cases.ts'
import { readSelfMade, sampled } from './self-made-golden.ts'

/** Largest difference, of the rms of the output: float32 sums in another order differ by about 1e-5. */
const TOLERANCE = 1e-3

describe.each(SELF_MADE_NAMES)('%s', (name) => {
  it('gives the kept numbers', async () => {
    const outputs = await runSelfMade(name)
    expect(Object.keys(outputs).length).toBeGreaterThan(0)
    for (const [output, { data }] of Object.entries(outputs)) {
      const kept = readSelfMade(name, output)
      const actual = sampled(data)
      expect(actual.length, output).toBe(kept.length)
      const rms = Math.sqrt(kept.reduce((sum, value) => sum + value * value, 0) / kept.length)
      expect(rms, `${output} is not empty`).toBeGreaterThan(0)
      const worst = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - (kept[i] ?? Infinity))), 0)
      expect(worst / rms, output).toBeLessThan(TOLERANCE)
    }
  })
})
