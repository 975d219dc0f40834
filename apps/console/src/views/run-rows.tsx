import { Anchor, Checkbox, Table, Text as Words } from '@mantine/core'
import type { RunSummaryV2 } from '@sextant/contracts'
import { Link } from 'wouter'
import { useLanguage, useText } from '../text/text.tsx'
import { StatusBadge } from './status-badge.tsx'

interface RunRowsProps {
  readonly runs: readonly RunSummaryV2[]
  /** time, objects and outcome only */
  readonly isShort?: boolean
  readonly selected?: readonly string[]
  readonly onSelect?: (id: string) => void
}

const NAMED_OBJECTS = 2

/** Runs, newest first. */
export function RunRows({ runs, isShort = false, selected = [], onSelect }: RunRowsProps) {
  const text = useText()
  const { language } = useLanguage()
  const time = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' })
  return (
    <Table.ScrollContainer minWidth={isShort ? 380 : 720}>
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            {onSelect !== undefined && <Table.Th w={30} aria-label={text.history.compare} />}
            <Table.Th>{text.history.time}</Table.Th>
            <Table.Th>{text.history.objects}</Table.Th>
            <Table.Th>{text.history.outcome}</Table.Th>
            <Table.Th ta="right">{text.history.best}</Table.Th>
            <Table.Th ta="right">{text.history.duration}</Table.Th>
            {!isShort && <Table.Th>{text.history.tag}</Table.Th>}
            {!isShort && <Table.Th>{text.history.source}</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <Table.Tr key={run.id} data-testid="run-row">
              {onSelect !== undefined && (
                <Table.Td>
                  <Checkbox
                    aria-label={text.history.select(run.id)}
                    checked={selected.includes(run.id)}
                    onChange={() => onSelect(run.id)}
                  />
                </Table.Td>
              )}
              <Table.Td className="numbers" style={{ whiteSpace: 'nowrap' }}>
                <Anchor component={Link} href={`/runs/${run.id}`} fz="sm">
                  {time.format(new Date(run.createdAt))}
                </Anchor>
              </Table.Td>
              <Table.Td>{namesOf(run, text.history.more)}</Table.Td>
              <Table.Td>
                <StatusBadge status={outcomeOf(run)} />
                {run.errorCode !== null && (
                  <Words component="span" fz="xs" c="dimmed" ml={6}>
                    {run.errorCode}
                  </Words>
                )}
              </Table.Td>
              <Table.Td ta="right" className="numbers">
                {bestOf(run)?.toFixed(2) ?? '–'}
              </Table.Td>
              <Table.Td ta="right" className="numbers" style={{ whiteSpace: 'nowrap' }}>
                {run.seconds === null ? '–' : text.common.seconds(run.seconds)}
              </Table.Td>
              {!isShort && <Table.Td>{run.tag ?? ''}</Table.Td>}
              {!isShort && <Table.Td>{run.source}</Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

function namesOf({ objects }: RunSummaryV2, more: (count: number) => string): string {
  const names = objects.slice(0, NAMED_OBJECTS).map(({ className, objectName }) => `${className}/${objectName}`)
  const rest = objects.length - names.length
  return names.join(', ') + (rest > 0 ? ` ${more(rest)}` : '')
}

/** What became of a finished run is what became of its objects. */
function outcomeOf({ status, objects }: RunSummaryV2): string {
  if (status !== 'succeeded') return status
  if (objects.some((object) => object.status === 'estimated')) return 'estimated'
  return objects.some((object) => object.status === 'rejected') ? 'rejected' : 'not_found'
}

function bestOf({ objects }: RunSummaryV2): number | null {
  const scores = objects.flatMap(({ bestScore }) => bestScore ?? [])
  return scores.length === 0 ? null : Math.max(...scores)
}
