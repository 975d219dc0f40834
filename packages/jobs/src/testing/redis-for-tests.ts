import { Redis } from 'ioredis'
import { spawn, spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'

/** A Redis to test with, or why there is none. */
export type TestRedis =
  { readonly url: string; readonly close: () => Promise<void> } | { readonly url: null; readonly reason: string }

/**
 * REDIS_URL when set, else a redis-server of its own that keeps nothing on disk.
 * @param freePort  where that one may listen
 */
export async function openTestRedis(
  configured: string | undefined,
  freePort: () => Promise<number>,
): Promise<TestRedis> {
  if (configured) return { url: configured, close: () => Promise.resolve() }
  if (spawnSync('redis-server', ['--version']).status !== 0) {
    return { url: null, reason: 'no REDIS_URL and no redis-server' }
  }
  const port = await freePort()
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', tmpdir()],
    {
      stdio: 'ignore',
    },
  )
  const url = `redis://127.0.0.1:${port}`
  const probe = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
  probe.on('error', () => undefined)
  await probe.ping()
  probe.disconnect()
  return {
    url,
    async close() {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill()
      await ended
    },
  }
}
