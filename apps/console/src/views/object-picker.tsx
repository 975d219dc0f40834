import { Button, Checkbox, Group, ScrollArea, Stack, Text as Words } from '@mantine/core'
import type { ObjectReferenceV2 } from '@sextant/contracts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { keyOf, libraryQuery } from '../api/queries.ts'
import { useText } from '../text/text.tsx'
import { Empty } from './empty.tsx'
import { ObjectThumbnail } from './object-thumbnail.tsx'
import { ProblemAlert } from './problem-alert.tsx'
import { SearchField } from './search-field.tsx'

interface ObjectPickerProps {
  readonly selected: readonly ObjectReferenceV2[]
  readonly onChange: (selected: readonly ObjectReferenceV2[]) => void
}

/** Objects by class: one, several, or a whole class. */
export function ObjectPicker({ selected, onChange }: ObjectPickerProps) {
  const text = useText()
  const [search, setSearch] = useState('')
  const library = useQuery(libraryQuery)
  if (library.error !== null) return <ProblemAlert error={library.error} onRetry={() => void library.refetch()} />
  const wanted = search.trim().toLowerCase()
  const entries = (library.data ?? []).filter((entry) => keyOf(entry).toLowerCase().includes(wanted))
  const chosen = new Set(selected.map(keyOf))
  const toggle = (objects: readonly ObjectReferenceV2[], isOn: boolean): void => {
    const rest = selected.filter((object) => !objects.some((item) => keyOf(item) === keyOf(object)))
    const added = objects.map(({ className, objectName }) => ({ className, objectName }))
    onChange(isOn ? [...rest, ...added] : rest)
  }
  if (library.data?.length === 0) {
    return (
      <Empty title={text.objects.empty}>
        <Button component={Link} href="/objects" variant="default">
          {text.objects.add}
        </Button>
      </Empty>
    )
  }
  return (
    <Stack gap="xs">
      <Group gap="xs" wrap="nowrap">
        <SearchField style={{ flex: 1 }} label={text.run.pick} value={search} onChange={setSearch} />
        <Words fz="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {text.run.picked(selected.length)}
        </Words>
        {selected.length > 0 && (
          <Button variant="subtle" onClick={() => onChange([])}>
            {text.run.clear}
          </Button>
        )}
      </Group>
      <ScrollArea.Autosize
        mah={430}
        type="auto"
        viewportProps={{ tabIndex: 0, role: 'group', 'aria-label': text.run.objects }}
      >
        {[...new Set(entries.map(({ className }) => className))].map((className) => {
          const members = entries.filter((entry) => entry.className === className)
          const count = members.filter((member) => chosen.has(keyOf(member))).length
          return (
            <div key={className}>
              <Checkbox
                py={6}
                label={
                  <>
                    <b>{className}</b> · {text.run.wholeClass} ({members.length})
                  </>
                }
                checked={count === members.length}
                indeterminate={count > 0 && count < members.length}
                onChange={(event) => {
                  toggle(members, event.currentTarget.checked)
                }}
              />
              {members.map((member) => (
                <Group key={keyOf(member)} gap={8} wrap="nowrap" pl="lg" py={2}>
                  <Checkbox
                    style={{ flex: 1, minWidth: 0 }}
                    label={member.objectName}
                    checked={chosen.has(keyOf(member))}
                    onChange={(event) => {
                      toggle([member], event.currentTarget.checked)
                    }}
                  />
                  <ObjectThumbnail object={member} size={28} />
                </Group>
              ))}
            </div>
          )
        })}
      </ScrollArea.Autosize>
      {selected.length > 1 && (
        <Words fz="xs" c="dimmed">
          {text.run.several}
        </Words>
      )}
    </Stack>
  )
}
