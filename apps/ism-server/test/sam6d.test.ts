import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../src/app.ts'
import { compose } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-ism-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function start(engine: string) {
  const config = readConfig({ SEXTANT_STATIC_DIR: root, ISM_ENGINE: engine, LOG_LEVEL: 'silent', LOG_TO_FILE: 'false' })
  const deps = compose(config)
  return { app: await buildApp(config, deps), deps }
}

describe('the sam6d engine of ISM without its networks', () => {
  it('says in three lines what to do, stays alive, and is not "loaded"', async () => {
    const { app, deps } = await start('sam6d')
    const error = await deps.network!.load().catch((refusal: unknown) => refusal)
    expect(error).toMatchObject({ code: 'model.missing' })
    expect((error as Error).message.split('\n')).toEqual([
      expect.stringContaining('The network sam-vit-h'),
      expect.stringContaining('sextant models pull sam-vit-h'),
      'Then run: sextant models convert sam-vit-h <path of sam_vit_h_4b8939.pth>',
    ])
    expect((await app.inject('/api/v1/status')).json()).toMatchObject({ server: 'running', model_loaded: false })
    const status = (await app.inject('/api/v2/status')).json()
    expect(status).toMatchObject({ engine: 'sam6d', modelLoaded: false, networks: { refusals: [] } })
    expect(status.networks.problem).toContain('sextant models convert')
    await app.close()
  })

  it('auto answers with the geometric engine', async () => {
    const { app } = await start('auto')
    expect((await app.inject('/api/v2/status')).json()).toMatchObject({ engine: 'geometric', modelLoaded: true })
    await app.close()
  })
})
