import { open, mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError } from '@sextant/contracts'
import { request } from 'undici'
import { catalogueEntry, conversionOf } from './catalogue.ts'
import { digestOf } from './installed-model.ts'

export interface PullOptions {
  readonly onProgress?: (received: number, total: number | null) => void
  readonly signal?: AbortSignal
  /** instead of the catalogue's; for mirrors within a company */
  readonly url?: string
}

/**
 * Downloads a checkpoint from its owners, going on where an earlier attempt stopped, and compares its digest with the
 * catalogue's. Only ever called when a person asked for it.
 *
 * @returns path of the file
 * @throws model.missing when its owners offer no address, model.checksum_mismatch, upstream.bad_response
 */
export async function pullCheckpoint(name: string, modelsDir: string, options: PullOptions = {}): Promise<string> {
  const conversion = conversionOf(name)
  const { checkpoint, sha256 } = conversion
  const url = options.url ?? conversion.url
  if (url === null) {
    throw new PlatformError('model.missing', {
      detail: `${checkpoint} has no plain address: download it from ${catalogueEntry(name).page}, then run: sextant models convert ${name} <path>`,
    })
  }
  const folder = join(modelsDir, 'checkpoints')
  await mkdir(folder, { recursive: true })
  const target = join(folder, checkpoint)
  if ((await sizeOf(target)) > 0) return verified(target, sha256)
  const part = `${target}.part`
  await download(url, part, options)
  await rename(part, target)
  return verified(target, sha256)
}

async function download(url: string, part: string, { onProgress, signal }: PullOptions): Promise<void> {
  const from = await sizeOf(part)
  const answer = await request(url, {
    method: 'GET',
    headers: from > 0 ? { range: `bytes=${from}-` } : {},
    ...(signal === undefined ? {} : { signal }),
  })
  if (answer.statusCode !== 200 && answer.statusCode !== 206) {
    await answer.body.dump()
    throw new PlatformError('upstream.bad_response', {
      detail: `${new URL(url).host} answered ${answer.statusCode} for the checkpoint.`,
    })
  }
  const isContinued = answer.statusCode === 206
  const length = Number(answer.headers['content-length'])
  let received = isContinued ? from : 0
  const total = Number.isFinite(length) ? received + length : null
  const handle = await open(part, isContinued ? 'a' : 'w')
  try {
    for await (const chunk of answer.body) {
      const bytes = chunk as Uint8Array
      await handle.write(bytes)
      received += bytes.length
      onProgress?.(received, total)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  if (total !== null && received !== total) {
    throw new PlatformError('upstream.bad_response', {
      detail: `The download stopped at ${received} of ${total} bytes; run the command again to go on.`,
    })
  }
}

async function verified(path: string, expected: string | null): Promise<string> {
  if (expected === null) return path
  const found = await digestOf(path)
  if (found === expected) return path
  await rm(path, { force: true })
  throw new PlatformError('model.checksum_mismatch', {
    detail: `The file has the digest ${found}, not ${expected}; it was removed.`,
  })
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.size,
    () => 0,
  )
}
