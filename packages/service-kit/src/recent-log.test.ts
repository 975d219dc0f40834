import { describe, expect, it } from 'vitest'
import { createRecentLog } from './recent-log.ts'

const line = (n: number, more: object = {}) =>
  JSON.stringify({
    level: 30,
    time: Date.UTC(2026, 0, 1) + n,
    service: 'pem',
    reqId: `r${n % 2}`,
    msg: `m${n}`,
    ...more,
  })

describe('the recent log', () => {
  it('keeps the newest lines and gives them oldest first', () => {
    const log = createRecentLog(3)
    for (let n = 0; n < 5; n++) log.write(line(n))
    expect(log.read({ limit: 10 }).map(({ message }) => message)).toEqual(['m2', 'm3', 'm4'])
    expect(log.read({ limit: 2 }).map(({ message }) => message)).toEqual(['m3', 'm4'])
  })

  it('filters by request and by level', () => {
    const log = createRecentLog(10)
    for (let n = 0; n < 4; n++) log.write(line(n, { level: n === 2 ? 50 : 30 }))
    expect(log.read({ limit: 10, requestId: 'r1' }).map(({ message }) => message)).toEqual(['m1', 'm3'])
    expect(log.read({ limit: 10, level: 'warn' }).map(({ message }) => message)).toEqual(['m2'])
  })

  it('says when, how grave, and what else', () => {
    const log = createRecentLog(10)
    log.write(line(0, { stage: 'pose', ms: 12 }))
    log.write('not JSON')
    expect(log.read({ limit: 10 })).toEqual([
      {
        time: '2026-01-01T00:00:00.000Z',
        level: 'info',
        message: 'm0',
        requestId: 'r0',
        fields: { stage: 'pose', ms: 12 },
      },
    ])
  })
})
