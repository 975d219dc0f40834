import { createReadStream, createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

export interface DailyLogOptions {
  readonly directory: string
  /** files are <prefix>_YYYYMMDD.log */
  readonly prefix: string
  /** older files are removed; 0 = never */
  readonly retentionDays: number
  readonly now: () => Date
}

/** A log file a day; days that are over are compressed, and removed after some time. */
export interface DailyLog {
  write(line: string): void
  /** Settles when old files are compressed and removed. */
  readonly tidied: () => Promise<void>
  close(): Promise<void>
}

const MILLISECONDS_PER_DAY = 86_400_000

/** `YYYYMMDD` in local time, as the file names have it. */
function dayOf(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`
}

/** Opens today's file. rotating-file-stream cannot keep the date in the name of the file being written, hence this. */
export function openDailyLog(options: DailyLogOptions): DailyLog {
  const { directory, prefix, retentionDays, now } = options
  mkdirSync(directory, { recursive: true })
  let day = ''
  let file: WriteStream | null = null
  let tidying = Promise.resolve()
  const open = (today: string): WriteStream => {
    file?.end()
    day = today
    const stream = createWriteStream(join(directory, `${prefix}_${today}.log`), { flags: 'a' })
    // A full disk costs the log, never the service.
    stream.on('error', () => undefined)
    tidying = tidying
      .then(() => tidy(directory, prefix, today, oldestKept(now(), retentionDays)))
      .catch(() => undefined)
    return stream
  }
  file = open(dayOf(now()))
  return {
    write(line) {
      const today = dayOf(now())
      if (today !== day) file = open(today)
      file?.write(line)
    },
    tidied: () => tidying,
    async close() {
      await new Promise<void>((resolve) => {
        if (file === null) resolve()
        else file.end(resolve)
      })
      await tidying
    },
  }
}

function oldestKept(now: Date, retentionDays: number): string {
  return retentionDays === 0 ? '' : dayOf(new Date(now.getTime() - retentionDays * MILLISECONDS_PER_DAY))
}

async function tidy(directory: string, prefix: string, today: string, oldest: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const match = /^(.+)_(\d{8})[.]log([.]gz)?$/.exec(name)
    if (match?.[1] !== prefix || match[2] === undefined || match[2] === today) continue
    const path = join(directory, name)
    if (match[2] < oldest) await rm(path, { force: true })
    else if (match[3] === undefined) {
      const staging = `${path}.gz.part`
      await pipeline(createReadStream(path), createGzip(), createWriteStream(staging))
      await rename(staging, `${path}.gz`)
      await rm(path, { force: true })
    }
  }
}
