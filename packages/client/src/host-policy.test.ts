import { describe, expect, it } from 'vitest'
import { createHostPolicy } from './host-policy.ts'

describe('createHostPolicy', () => {
  const policy = createHostPolicy(['private'])

  it.each(['127.0.0.1', 'localhost', '192.168.0.197', '10.1.2.3', '172.31.0.1', '[::1]', '[::ffff:10.0.0.1]'])(
    'lets %s through',
    async (host) => expect((await policy.resolve(host)).length).toBeGreaterThan(0),
  )

  it.each(['8.8.8.8', '169.254.169.254', '172.32.0.1', '0.0.0.0', '[::ffff:8.8.8.8]', '[fe80::1]', '[2001:db8::1]'])(
    'refuses %s',
    async (host) => expect(policy.resolve(host)).rejects.toMatchObject({ code: 'camera.forbidden' }),
  )

  it('takes names, addresses, ranges and everything', async () => {
    const listed = createHostPolicy(['8.8.8.0/24', '1.1.1.1', 'Localhost'])
    await listed.resolve('8.8.8.8')
    await listed.resolve('1.1.1.1')
    await listed.resolve('LOCALHOST')
    await expect(listed.resolve('127.0.0.1')).rejects.toMatchObject({ code: 'camera.forbidden' })
    await createHostPolicy(['*']).resolve('8.8.8.8')
    expect(() => createHostPolicy(['not a host'])).toThrow(RangeError)
  })

  it('says when a name does not resolve', async () => {
    await expect(policy.resolve('no-such-host.invalid')).rejects.toMatchObject({ code: 'camera.unreachable' })
  })
})
