import type { LogLineV2 } from '@sextant/contracts'

/** The newest lines of a service's log, in memory. */
export interface RecentLog {
  /** @param line  one JSON line as the logger writes it */
  write(line: string): void
  /** Oldest first. */
  read(filter: LogFilter): LogLineV2[]
}

export interface LogFilter {
  readonly requestId?: string | undefined
  /** this level and those above */
  readonly level?: LogLineV2['level'] | undefined
  readonly limit: number
}

const LEVELS: readonly LogLineV2['level'][] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']
const LEVEL_STEP = 10

/** @param capacity  lines kept; the oldest go first */
export function createRecentLog(capacity: number): RecentLog {
  const lines: string[] = []
  let next = 0
  return {
    write(line) {
      lines[next] = line
      next = (next + 1) % capacity
    },
    read({ requestId, level, limit }) {
      const least = level === undefined ? 0 : LEVELS.indexOf(level)
      const found: LogLineV2[] = []
      // From the newest back: `next - 1`, `next - 2` ...
      for (let back = 1; back <= lines.length && found.length < limit; back++) {
        const text = lines[(next - back + capacity) % capacity]
        const line = text === undefined ? null : parseLine(text)
        if (line === null || LEVELS.indexOf(line.level) < least) continue
        if (requestId !== undefined && line.requestId !== requestId) continue
        found.push(line)
      }
      return found.reverse()
    },
  }
}

function parseLine(text: string): LogLineV2 | null {
  try {
    const { time, level, msg, reqId, service: _, ...fields } = JSON.parse(text) as Record<string, unknown>
    return {
      time: new Date(Number(time)).toISOString(),
      level: LEVELS[Number(level) / LEVEL_STEP - 1] ?? 'info',
      message: typeof msg === 'string' ? msg : '',
      requestId: typeof reqId === 'string' ? reqId : null,
      fields,
    }
  } catch {
    return null
  }
}
