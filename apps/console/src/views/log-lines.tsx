import { Text as Words } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { logsQuery, type ServerName } from '../api/queries.ts'
import { useLanguage, useText } from '../text/text.tsx'
import { ProblemAlert } from './problem-alert.tsx'

interface LogLinesProps {
  readonly servers: readonly ServerName[]
  readonly requestId: string
  readonly level: string
  readonly isLive: boolean
  readonly height: number | string
}

const LEVEL_COLORS: Readonly<Record<string, string>> = {
  warn: 'light-dark(#8a5200, #ffd43b)',
  error: 'light-dark(#a61e1e, #ffa8a8)',
  fatal: 'light-dark(#a61e1e, #ffa8a8)',
}

/** Lines of several servers in the order of time; stays at the end while it is followed. */
export function LogLines({ servers, requestId, level, isLive, height }: LogLinesProps) {
  const text = useText()
  const { language } = useLanguage()
  const box = useRef<HTMLDivElement>(null)
  const logs = useQueries({ queries: servers.map((server) => logsQuery(server, { requestId, level, isLive })) })
  const lines = logs
    .flatMap(({ data }, i) => (data ?? []).map((line) => ({ ...line, server: servers[i] ?? 'main' })))
    .sort((a, b) => (a.time < b.time ? -1 : 1))
  const count = lines.length
  useEffect(() => {
    const element = box.current
    if (element !== null && isLive) element.scrollTop = element.scrollHeight
  }, [count, isLive])
  const time = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hour12: false,
  })
  return (
    <div>
      {logs.map(({ error }, i) => (error === null ? null : <ProblemAlert key={servers[i]} error={error} />))}
      <div
        ref={box}
        className="log"
        style={{ maxHeight: height, minHeight: 60 }}
        tabIndex={0}
        role="log"
        aria-label={text.logs.title}
      >
        {lines.map((line, i) => (
          <div key={`${line.time}${i}`} className="log-line">
            <span>{time.format(new Date(line.time))}</span>
            <span>{line.server}</span>
            <span style={{ color: LEVEL_COLORS[line.level] ?? 'inherit' }}>{line.level}</span>
            <span>
              {line.message} <span style={{ color: 'var(--mantine-color-dimmed)' }}>{fieldsOf(line.fields)}</span>
            </span>
          </div>
        ))}
        {count === 0 && (
          <Words fz="xs" c="dimmed" p="sm">
            {text.logs.empty}
          </Words>
        )}
      </div>
    </div>
  )
}

const MAX_VALUE = 300

function fieldsOf(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([key, value]) => `${key}=${(typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MAX_VALUE)}`)
    .join(' ')
}
