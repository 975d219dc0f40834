import { z } from 'zod'
import { describe, expect, it } from 'vitest'
import { booleanField, logLevelField, parseConfig, portField } from './config.ts'

const schema = z.object({ PORT: portField(8001), SAVE: booleanField(false), LOG_LEVEL: logLevelField })

describe('parseConfig', () => {
  it('has defaults, and empty means unset', () => {
    expect(parseConfig(schema, { PORT: '', OTHER: 'x' })).toEqual({ PORT: 8001, SAVE: false, LOG_LEVEL: 'info' })
  })

  it('reads the names of the contract', () => {
    expect(parseConfig(schema, { PORT: '9', SAVE: 'True', LOG_LEVEL: 'warning' })).toEqual({
      PORT: 9,
      SAVE: true,
      LOG_LEVEL: 'warn',
    })
  })

  it('lists every bad variable at once', () => {
    const read = () => parseConfig(schema, { PORT: 'eighty', SAVE: 'maybe', LOG_LEVEL: 'loud' })
    expect(read).toThrow(/PORT[\s\S]*SAVE[\s\S]*LOG_LEVEL/)
  })
})
