import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertCheckpoint, inspectModel } from '@sextant/models'
import { writeCheckpoint } from '@sextant/sam6d'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../src/app.ts'
import { compose } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-sam6d-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function start(engine: string) {
  const config = readConfig({ SEXTANT_STATIC_DIR: root, PEM_ENGINE: engine, LOG_LEVEL: 'silent', LOG_TO_FILE: 'false' })
  return buildApp(config, compose(config))
}

describe('the sam6d engine without its networks', () => {
  it('says in three lines what to do, stays alive, and is not "loaded"', async () => {
    const app = await start('sam6d')
    const load = (await app.inject({ method: 'POST', url: '/api/v1/model/load' })).json()
    expect(load).toMatchObject({ success: false })
    const lines = load.message.split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toContain('The network pem')
    expect(lines[1]).toContain('sam-6d-pem-base.pth')
    expect(lines[2]).toBe('Then run: sextant models convert pem <path of sam-6d-pem-base.pth>')
    expect((await app.inject('/api/v1/model/status')).json()).toMatchObject({ loaded: false })
    const status = (await app.inject('/api/v2/status')).json()
    expect(status).toMatchObject({ engine: 'sam6d', modelLoaded: false, networks: { refusals: [] } })
    expect(status.networks.problem).toContain('sextant models convert')
    expect((await app.inject('/api/v1/model/info')).json()).toMatchObject({
      model_name: 'sam6d',
      device: null,
      provider_refusals: [],
      network_problem: status.networks.problem,
    })
    expect((await app.inject('/api/v1/health')).json()).toMatchObject({ status: 'healthy' })
    await app.close()
  })

  it('auto answers with the geometric engine', async () => {
    const app = await start('auto')
    expect((await app.inject('/api/v2/status')).json()).toMatchObject({ engine: 'geometric', modelLoaded: true })
    await app.close()
  })
})

describe('conversion', () => {
  it('refuses a checkpoint of another network by name, and leaves nothing behind', async () => {
    const path = join(root, 'other.pth')
    const parts: Uint8Array[] = []
    for await (const part of writeCheckpoint([['conv.weight', [1, 1], () => Float32Array.of(1)]])) parts.push(part)
    await writeFile(path, Buffer.concat(parts))
    const conversion = convertCheckpoint(path, 'pem', join(root, 'models'))
    await expect(conversion).rejects.toMatchObject({ code: 'model.parameters_mismatch' })
    await expect(conversion).rejects.toThrow(/cls_token is missing; .* and 4\d\d more/)
    expect(await inspectModel(join(root, 'models'), 'pem')).toMatchObject({ state: 'missing' })
  })

  it('refuses what is no checkpoint, or not there', async () => {
    const path = join(root, 'text.pth')
    await writeFile(path, 'a text file that was renamed')
    await expect(convertCheckpoint(path, 'pem', root)).rejects.toMatchObject({ code: 'model.unreadable' })
    await expect(convertCheckpoint(join(root, 'none.pth'), 'pem', root)).rejects.toThrow(/cannot be opened/)
  })
})
