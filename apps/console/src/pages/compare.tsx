import { Anchor, Stack, Table, Text as Words, Title } from '@mantine/core'
import type { PoseV2, RunV2 } from '@sextant/contracts'
import { Link } from 'wouter'
import { keyOf, useRun } from '../api/queries.ts'
import { secondsOf } from '../overlay/pose-text.ts'
import { useText } from '../text/text.tsx'
import { Panel } from '../views/panel.tsx'
import { ProblemAlert } from '../views/problem-alert.tsx'
import { RunViewer } from '../views/run-viewer.tsx'
import { StatusBadge } from '../views/status-badge.tsx'

const DEGREES = 180 / Math.PI

/** Two runs side by side: what each found, by how much the poses differ, which options do. */
export function ComparePage({ left, right }: { readonly left: string; readonly right: string }) {
  const text = useText()
  const a = useRun(left)
  const b = useRun(right)
  const error = a.error ?? b.error
  if (error !== null) return <ProblemAlert error={error} />
  if (a.data === undefined || b.data === undefined) return null
  const keys = [...new Set([...a.data.objects, ...b.data.objects].map(keyOf))]
  const changed = changedOptions(a.data, b.data)
  return (
    <Stack gap="md">
      <Title order={1}>{text.compare.title}</Title>
      <div className="two-columns">
        {[a.data, b.data].map((run) => (
          <div key={run.id}>
            <Words fz="xs" mb={6} className="numbers">
              <Anchor component={Link} href={`/runs/${run.id}`} fz="xs">
                {run.id}
              </Anchor>{' '}
              <StatusBadge status={run.status} /> {secondsOf(run)?.toFixed(2)} s {run.tag}
            </Words>
            <RunViewer run={run} selected={null} hasKeys={false} />
          </div>
        ))}
      </div>
      <Panel title={text.compare.difference} isFlush>
        <Table.ScrollContainer minWidth={560}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{text.history.objects}</Table.Th>
                <Table.Th>{left.slice(-6)}</Table.Th>
                <Table.Th>{right.slice(-6)}</Table.Th>
                <Table.Th ta="right">{text.compare.translation}</Table.Th>
                <Table.Th ta="right">{text.compare.rotation}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {keys.map((key) => {
                const [one, other] = [a.data, b.data].map(({ objects }) =>
                  objects.find((object) => keyOf(object) === key),
                )
                const difference = differenceOf(one?.poses[0], other?.poses[0])
                return (
                  <Table.Tr key={key}>
                    <Table.Td>{key}</Table.Td>
                    {[one, other].map((object, i) => (
                      <Table.Td key={i} className="numbers">
                        {object === undefined ? '–' : <StatusBadge status={object.status} />}{' '}
                        {object?.poses[0]?.score.toFixed(2)}
                      </Table.Td>
                    ))}
                    <Table.Td ta="right" className="numbers">
                      {difference === null ? '–' : `${difference.mm.toFixed(2)} mm`}
                    </Table.Td>
                    <Table.Td ta="right" className="numbers">
                      {difference === null ? '–' : `${difference.degrees.toFixed(2)}°`}
                    </Table.Td>
                  </Table.Tr>
                )
              })}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Panel>
      <Panel title={text.compare.options}>
        <Words fz="sm">{changed.length === 0 ? text.compare.same : changed.join(' · ')}</Words>
      </Panel>
    </Stack>
  )
}

/** Angle of the turn between two poses and the distance of their origins. */
function differenceOf(a: PoseV2 | undefined, b: PoseV2 | undefined): { mm: number; degrees: number } | null {
  if (a === undefined || b === undefined) return null
  const trace = a.rotation.reduce((sum, value, i) => sum + value * (b.rotation[i] ?? 0), 0)
  const mm = Math.hypot(...a.translation.map((value, i) => value - (b.translation[i] ?? 0)))
  return { mm, degrees: Math.acos(Math.max(-1, Math.min(1, (trace - 1) / 2))) * DEGREES }
}

function changedOptions(a: RunV2, b: RunV2): string[] {
  return Object.entries(a.options).flatMap(([key, value]) => {
    const other = b.options[key as keyof RunV2['options']]
    return value === other ? [] : [`${key}: ${value ?? '–'} → ${other ?? '–'}`]
  })
}
