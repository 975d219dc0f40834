import { Redis } from 'ioredis'

const CONNECT_TIMEOUT_MS = 10 ** 4

/**
 * Connects to Redis; a connection that is lost later is mended by itself.
 * @throws {Error} Redis cannot be reached
 */
export async function connectRedis(url: string, onError: (error: Error) => void): Promise<Redis> {
  // BullMQ's blocking commands need requests that are never given up.
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: null, connectTimeout: CONNECT_TIMEOUT_MS })
  const ignore = (): void => undefined
  redis.on('error', ignore)
  try {
    await redis.connect()
  } catch (cause) {
    redis.disconnect()
    const { host, port } = redis.options
    throw new Error(`Redis cannot be reached at ${host ?? ''}:${port ?? ''}.`, { cause })
  }
  redis.off('error', ignore)
  redis.on('error', onError)
  return redis
}
