import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDailyLog } from './daily-log.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sextant-log-'))
})
afterEach(() => rm(directory, { recursive: true }))

it('writes a file a day, compresses the days before and removes old ones, but nothing of others', async () => {
  let now = new Date(2026, 10, 26, 23, 59)
  await writeFile(join(directory, 'main_server_20261001.log'), 'long ago\n')
  await writeFile(join(directory, 'main_server_20261120.log'), 'six days ago\n')
  await writeFile(join(directory, 'pem_server_20261001.log'), 'not mine\n')
  const log = openDailyLog({ directory, prefix: 'main_server', retentionDays: 30, now: () => now })
  log.write('before midnight\n')
  await log.tidied()
  now = new Date(2026, 10, 27, 0, 1)
  log.write('after midnight\n')
  await log.close()
  expect((await readdir(directory)).sort()).toEqual([
    'main_server_20261120.log.gz',
    'main_server_20261126.log.gz',
    'main_server_20261127.log',
    'pem_server_20261001.log',
  ])
  expect(await readFile(join(directory, 'main_server_20261127.log'), 'utf8')).toBe('after midnight\n')
  const packed = gunzipSync(await readFile(join(directory, 'main_server_20261126.log.gz')))
  expect(packed.toString()).toBe('before midnight\n')
})

it('goes on with the file of today after a restart', async () => {
  const options = { directory, prefix: 'ism_server', retentionDays: 0, now: () => new Date(2026, 0, 5) }
  for (const line of ['one\n', 'two\n']) {
    const log = openDailyLog(options)
    log.write(line)
    await log.close()
  }
  expect(await readFile(join(directory, 'ism_server_20260105.log'), 'utf8')).toBe('one\ntwo\n')
})
