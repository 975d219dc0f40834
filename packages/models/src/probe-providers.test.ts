import { describe, expect, it } from 'vitest'
import { probeProviders } from './probe-providers.ts'

describe('probeProviders', () => {
  it('finds the CPU usable, and says why a provider that this build lacks is not', async () => {
    // TensorRT has no library of its own in the npm package: no machine has it without further steps.
    const [cpu, tensorrt] = await probeProviders(['cpu', 'tensorrt'])
    expect(cpu).toEqual({ provider: 'cpu', problem: null })
    expect(tensorrt?.provider).toBe('tensorrt')
    expect(tensorrt?.problem).toMatch(/provider/i)
  })
})
