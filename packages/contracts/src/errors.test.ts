import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ERRORS, isErrorCode, PlatformError } from './errors.ts'

const document = readFileSync(fileURLToPath(new URL('../../../docs/errors.md', import.meta.url)), 'utf8')

describe('the error table', () => {
  it('equals docs/errors.md, both ways', () => {
    const documented = [...document.matchAll(/^\| `([a-z._]+)` +\| (\d+) +\| (yes|no) +\| (.+?) +\|/gm)].map(
      ([, code, status, retryable, title]) => [code, { title, status: Number(status), retryable: retryable === 'yes' }],
    )
    expect(Object.fromEntries(documented)).toEqual(ERRORS)
  })

  it('gives an error its status', () => {
    const error = new PlatformError('capacity.queue_full', { detail: 'try again' })
    expect([error.status, error.retryable, error.message]).toEqual([503, true, 'try again'])
  })

  it('knows its own codes only', () => {
    expect(isErrorCode('depth.empty')).toBe(true)
    expect(isErrorCode('toString')).toBe(false)
  })
})
