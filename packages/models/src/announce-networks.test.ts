import { describe, expect, it } from 'vitest'
import { announceNetworks } from './announce-networks.ts'
import type { NetworkInfo } from './network-host.ts'

const INFO: NetworkInfo = { provider: 'cpu', refusals: [], parameters: 3, loadingSeconds: 1.25, warmUpSeconds: 2 }

async function linesOf(load: () => Promise<NetworkInfo>): Promise<string[]> {
  const lines: string[] = []
  await announceNetworks(
    { load },
    {
      info: (_, message) => lines.push(`info ${message}`),
      warn: (_, message) => lines.push(`warn ${message}`),
    },
  )
  return lines
}

describe('announceNetworks', () => {
  it('says in one line where networks run and why not elsewhere', async () => {
    expect(await linesOf(() => Promise.resolve(INFO))).toEqual([
      'info networks loaded on cpu in 1.3 s, run once in 2.0 s',
    ])
    const refusals = ['tensorrt: not in this build', 'cuda: libcublas is not there']
    expect(await linesOf(() => Promise.resolve({ ...INFO, refusals }))).toEqual([
      'warn networks loaded on cpu in 1.3 s, run once in 2.0 s; passed over: tensorrt: not in this build; cuda: libcublas is not there',
    ])
  })

  it('says what is wrong when they are not loaded, and does not reject', async () => {
    const load = (): Promise<never> => Promise.reject(new Error('The network pem is not installed.'))
    expect(await linesOf(load)).toEqual(['warn The network pem is not installed.'])
  })
})
