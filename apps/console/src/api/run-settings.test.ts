import { runRequestV2 } from '@sextant/contracts'
import { describe, expect, it } from 'vitest'
import { offeredEngines, SETTINGS_DEFAULTS, toRunFields } from './run-settings.ts'

describe('the request of a run', () => {
  const objects = [{ className: 'c', objectName: 'a' }]

  it('names the engine that was chosen', () => {
    const fields = toRunFields({ ...SETTINGS_DEFAULTS, engine: 'sam6d', tag: 'cell 3' })
    expect(runRequestV2.parse({ objects, ...fields })).toMatchObject({ engine: 'sam6d', tag: 'cell 3' })
  })

  it('says nothing of the engine when the servers are to decide', () => {
    const fields = toRunFields(SETTINGS_DEFAULTS)
    expect(fields).not.toHaveProperty('engine')
    expect(fields.tag).toBeNull()
  })
})

describe('the engines offered', () => {
  const geometric = { engine: 'geometric', model_loaded: true }
  const networks = { engine: 'sam6d', model_loaded: true }
  const loading = { engine: 'sam6d', model_loaded: false }
  const silent = { engine: null, model_loaded: null }

  it.each([
    ['both stages have networks', [networks, networks], ['geometric', 'sam6d', 'auto']],
    ['one has none', [geometric, networks], ['geometric', 'auto']],
    ['one has not loaded them', [networks, loading], ['geometric', 'auto']],
    ['one does not say', [silent, networks], ['geometric', 'sam6d', 'auto']],
    ['nothing is known', [], ['geometric', 'sam6d', 'auto']],
  ])('%s', (_case, stages, offered) => {
    expect(offeredEngines(stages)).toEqual(offered)
  })
})
