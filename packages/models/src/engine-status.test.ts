import { describe, expect, it } from 'vitest'
import { engineInUse, engineStatusOf, networkInUse } from './engine-status.ts'
import type { NetworkInfo } from './network-host.ts'

const LOADED: NetworkInfo = {
  provider: 'cpu',
  refusals: ['cuda: libcublas is not there'],
  parameters: 3,
  loadingSeconds: 1,
  warmUpSeconds: 1,
}
const host = (info: NetworkInfo | null, problem: string | null = null) => ({ info: () => info, problem: () => problem })

describe('engineInUse', () => {
  it('is the configured one, and with auto the networks once they are loaded', () => {
    expect(engineInUse('sam6d', host(null))).toBe('sam6d')
    expect(engineInUse('auto', null)).toBe('geometric')
    expect(engineInUse('auto', host(null))).toBe('geometric')
    expect(engineInUse('auto', host(LOADED))).toBe('sam6d')
  })
})

describe('networkInUse', () => {
  it('is the networks where they are to answer, and refuses what the service runs without', () => {
    const loaded = host(LOADED)
    expect(networkInUse('sam6d', loaded, 'PEM_ENGINE')).toBe(loaded)
    expect(networkInUse('auto', loaded, 'PEM_ENGINE')).toBe(loaded)
    expect(networkInUse('geometric', loaded, 'PEM_ENGINE')).toBeNull()
    expect(networkInUse('auto', null, 'PEM_ENGINE')).toBeNull()
    expect(() => networkInUse('sam6d', null, 'PEM_ENGINE')).toThrow(
      expect.objectContaining({ code: 'engine.unavailable', message: expect.stringContaining('PEM_ENGINE=sam6d') }),
    )
  })
})

describe('engineStatusOf', () => {
  it('names the provider taken and why others were not', () => {
    expect(engineStatusOf('auto', host(LOADED))).toEqual({
      engine: 'sam6d',
      device: 'cpu',
      modelLoaded: true,
      gpuMemory: null,
      networks: { refusals: ['cuda: libcublas is not there'], problem: null },
    })
  })

  it('says why networks are not loaded, even while the geometric engine answers', () => {
    expect(engineStatusOf('auto', host(null, 'The network pem is not installed.'))).toMatchObject({
      engine: 'geometric',
      modelLoaded: true,
      networks: { refusals: [], problem: 'The network pem is not installed.' },
    })
    expect(engineStatusOf('sam6d', host(null))).toMatchObject({ device: null, modelLoaded: false })
  })

  it('has nothing to say about networks without any', () => {
    expect(engineStatusOf('geometric', null).networks).toBeNull()
  })
})
