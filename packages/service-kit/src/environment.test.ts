import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { readEnvironment } from './environment.ts'

it('reads the file of the app, of development when asked, and lets the process win', async () => {
  const app = await mkdtemp(join(tmpdir(), 'sextant-app-'))
  await mkdir(join(app, 'dist'))
  const main = pathToFileURL(join(app, 'dist/main.js')).href
  try {
    expect(readEnvironment({ PORT: '1' }, main)).toEqual({ PORT: '1' })
    await writeFile(join(app, 'config.env'), '# comment\nPORT=8001\nLOG_LEVEL="INFO"\nHOST=0.0.0.0\n')
    await writeFile(join(app, 'config_dev.env'), 'LOG_LEVEL=DEBUG\n')
    expect(readEnvironment({ PORT: '1', HOST: '' }, main)).toEqual({ PORT: '1', LOG_LEVEL: 'INFO', HOST: '0.0.0.0' })
    expect(readEnvironment({ APP_ENV: 'dev' }, main)).toEqual({ APP_ENV: 'dev', LOG_LEVEL: 'DEBUG' })
  } finally {
    await rm(app, { recursive: true })
  }
})
