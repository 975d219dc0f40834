import { Button, Group, Pagination, Select, Stack, Text as Words, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { runStatusV2 } from '@sextant/contracts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { runsQuery } from '../api/queries.ts'
import { useText } from '../text/text.tsx'
import { Empty } from '../views/empty.tsx'
import { ProblemAlert } from '../views/problem-alert.tsx'
import { RunRows } from '../views/run-rows.tsx'
import { SearchField } from '../views/search-field.tsx'

const PAGE_SIZE = 25
const TYPING_MS = 250

/** Every run that was kept: filter, open, compare. */
export function HistoryPage() {
  const text = useText()
  const [, navigate] = useLocation()
  const [search, setSearch] = useState('')
  const [status, setStatus] = useState<string | null>(null)
  const [page, setPage] = useState(1)
  const [selected, setSelected] = useState<readonly string[]>([])
  const [wanted] = useDebouncedValue(search, TYPING_MS)
  const runs = useQuery(runsQuery({ text: wanted, status, offset: (page - 1) * PAGE_SIZE, limit: PAGE_SIZE }))
  const [left, right] = selected
  const isFiltered = wanted !== '' || status !== null
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1}>{text.history.title}</Title>
        <Group gap="sm">
          <Words fz="xs" c="dimmed">
            {selected.length < 2 ? text.history.compareHint : ''}
          </Words>
          <Button
            variant="default"
            disabled={right === undefined}
            onClick={() => {
              navigate(`/compare/${left}/${right}`)
            }}
          >
            {text.history.compare}
          </Button>
        </Group>
      </Group>
      <Group gap="xs">
        <SearchField
          w={280}
          label={text.history.search}
          value={search}
          onChange={(value) => {
            setSearch(value)
            setPage(1)
          }}
        />
        <Select
          w={150}
          aria-label={text.history.status}
          placeholder={text.history.any}
          clearable
          value={status}
          data={runStatusV2.options.map((value) => ({ value, label: text.result.status[value] ?? value }))}
          onChange={(value) => {
            setStatus(value)
            setPage(1)
          }}
        />
        <Words fz="xs" c="dimmed">
          {runs.data !== undefined && text.history.total(runs.data.total)}
        </Words>
      </Group>
      {runs.error !== null && runs.data === undefined && <ProblemAlert error={runs.error} />}
      {runs.data !== undefined && (
        <div className="panel">
          {runs.data.total === 0 ? (
            <Empty
              title={isFiltered ? text.history.nothing : text.history.empty}
              {...(!isFiltered && { hint: text.history.emptyHint })}
            />
          ) : (
            <RunRows
              runs={runs.data.runs}
              selected={selected}
              onSelect={(id) => {
                setSelected((known) =>
                  known.includes(id) ? known.filter((item) => item !== id) : [...known, id].slice(-2),
                )
              }}
            />
          )}
        </div>
      )}
      {runs.data !== undefined && runs.data.total > PAGE_SIZE && (
        <Pagination
          size="sm"
          value={page}
          onChange={setPage}
          total={Math.ceil(runs.data.total / PAGE_SIZE)}
          getControlProps={(control) => ({ 'aria-label': control })}
          getItemProps={(item) => ({ 'aria-label': `${item}` })}
        />
      )}
    </Stack>
  )
}
