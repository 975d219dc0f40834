import {
  Alert,
  Button,
  Checkbox,
  Group,
  Modal,
  Progress,
  Select,
  Stack,
  Table,
  Text as Words,
  TextInput,
  Title,
} from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { lengthUnitV2, objectReportV2, workflowResponseV1 } from '@sextant/contracts'
import { CAD_EXTENSIONS } from '@sextant/mesh/cad-extensions'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { asProblem, send, type Problem } from '../api/http.ts'
import { keyOf, libraryQuery, samplesQuery, type LibraryEntry } from '../api/queries.ts'
import type { DroppedFile } from '../frames/frames-of-files.ts'
import { useText } from '../text/text.tsx'
import { Dot } from '../views/dot.tsx'
import { Empty } from '../views/empty.tsx'
import { DropZone } from '../views/frame-input.tsx'
import { InstallSample } from '../views/install-sample.tsx'
import { ObjectThumbnail } from '../views/object-thumbnail.tsx'
import { Panel } from '../views/panel.tsx'
import { ProblemAlert } from '../views/problem-alert.tsx'
import { SearchField } from '../views/search-field.tsx'

const isCad = ({ name }: File): boolean => CAD_EXTENSIONS.some((extension) => name.toLowerCase().endsWith(extension))

/** What can be looked for, by class. */
export function ObjectsPage() {
  const text = useText()
  const [search, setSearch] = useState('')
  const [dropped, setDropped] = useState<readonly File[]>([])
  const library = useQuery(libraryQuery)
  const sample = useQuery(samplesQuery).data?.find(({ objects }) => objects.length > 0)
  const entries = library.data ?? []
  const wanted = search.trim().toLowerCase()
  const shown = entries.filter((entry) => keyOf(entry).toLowerCase().includes(wanted))
  const add = (files: readonly DroppedFile[]): void => {
    setDropped(files.map(({ file }) => file).filter(isCad))
  }
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1}>{text.objects.title}</Title>
        <Group gap="xs">
          <RenderMissing entries={entries} />
          <SearchField w={220} label={text.objects.search} value={search} onChange={setSearch} />
        </Group>
      </Group>
      <DropZone
        title={text.objects.dropHere}
        hint="PLY · OBJ · STL · GLB · STEP · …"
        accept={CAD_EXTENSIONS.join()}
        onFiles={add}
      />
      {library.error !== null && <ProblemAlert error={library.error} onRetry={() => void library.refetch()} />}
      {library.data?.length === 0 && (
        <div className="panel">
          <Empty title={text.objects.empty} hint={text.objects.emptyHint}>
            {sample !== undefined && <InstallSample name={sample.name} />}
          </Empty>
        </div>
      )}
      {entries.length > 0 && shown.length === 0 && <Empty title={text.objects.nothingFound} />}
      {[...new Set(shown.map(({ className }) => className))].map((className) => (
        <Panel key={className} title={className}>
          <div className="card-grid">
            {shown
              .filter((entry) => entry.className === className)
              .map((entry) => (
                <ObjectCard key={keyOf(entry)} entry={entry} />
              ))}
          </div>
        </Panel>
      ))}
      {dropped.length > 0 && (
        <AddModal
          files={dropped}
          classes={[...new Set(entries.map(({ className }) => className))]}
          onClose={() => setDropped([])}
        />
      )}
    </Stack>
  )
}

export const objectPath = ({ className, objectName }: { className: string; objectName: string }): string =>
  `/objects/${encodeURIComponent(className)}/${encodeURIComponent(objectName)}`

function ObjectCard({ entry }: { readonly entry: LibraryEntry }) {
  const text = useText()
  return (
    <Link href={objectPath(entry)} className="panel object-card" data-testid="object-card">
      <ObjectThumbnail object={entry} version={entry.modifiedAt} />
      <Words fz="sm" fw={600} mt={6} className="grow" title={entry.objectName}>
        {entry.objectName}
      </Words>
      <Group gap={6} wrap="nowrap">
        <Dot state={entry.hasTemplates ? 'good' : 'idle'} label="" />
        <Words fz="xs" c="dimmed" className="grow">
          {entry.hasTemplates ? text.objects.ready : text.objects.needsTemplates}
        </Words>
      </Group>
    </Link>
  )
}

/** @throws {Problem} of the request, or of what the answer says failed */
export async function renderTemplates(
  object: { className: string; objectName: string },
  force: boolean,
): Promise<void> {
  const { success, message, results } = await send(
    'POST',
    '/api/v1/workflow/render-template-single',
    { class_name: object.className, object_name: object.objectName, force },
    workflowResponseV1,
  )
  if (success) return
  const items = results?.results as { error?: string; message?: string }[] | undefined
  throw new Error(items?.[0]?.error ?? items?.[0]?.message ?? message)
}

function RenderMissing({ entries }: { readonly entries: readonly LibraryEntry[] }) {
  const text = useText()
  const client = useQueryClient()
  const [progress, setProgress] = useState<{ done: number; total: number } | null>(null)
  const [failures, setFailures] = useState<readonly Problem[]>([])
  const missing = entries.filter(({ hasTemplates }) => !hasTemplates)
  const render = async (): Promise<void> => {
    const failed: Problem[] = []
    for (const [done, entry] of missing.entries()) {
      setProgress({ done, total: missing.length })
      await renderTemplates(entry, false).catch((error: unknown) => failed.push(asProblem(error)))
    }
    setProgress(null)
    setFailures(failed)
    await client.invalidateQueries({ queryKey: ['library'] })
  }
  if (progress !== null) {
    const label = text.objects.rendering(progress.done + 1, progress.total)
    return (
      <Group gap="xs">
        <Progress w={120} value={(100 * progress.done) / progress.total} animated aria-label={label} />
        <Words fz="xs">{label}</Words>
      </Group>
    )
  }
  return (
    <>
      {failures.length > 0 && <Words fz="xs">{failures.map(({ message }) => message).join('; ')}</Words>}
      {missing.length > 0 && (
        <Button variant="default" title={text.objects.notNeeded} onClick={() => void render()}>
          {text.objects.renderMissing(missing.length)}
        </Button>
      )}
    </>
  )
}

interface AddModalProps {
  readonly files: readonly File[]
  readonly classes: readonly string[]
  readonly onClose: () => void
}

const stemOf = (name: string): string => name.replace(/\.[^.]*$/, '')

/** Class, unit and names of the files to add; each is inspected by the server before it becomes an object. */
function AddModal({ files, classes, onClose }: AddModalProps) {
  const text = useText()
  const client = useQueryClient()
  const [className, setClassName] = useState(classes[0] ?? 'parts')
  const [unit, setUnit] = useState<string | null>(null)
  const [isReplacing, setReplacing] = useState(false)
  const [names, setNames] = useState<readonly string[]>(files.map(({ name }) => stemOf(name)))
  const [problems, setProblems] = useState<readonly (Problem | null)[]>([])
  const add = useMutation({
    mutationFn: async () => {
      const found: (Problem | null)[] = []
      for (const [i, file] of files.entries()) {
        const form = new FormData()
        if (unit !== null) form.set('unit', unit)
        form.set('file', file)
        const path = `/api/v2/objects/${encodeURIComponent(className)}/${encodeURIComponent(names[i] ?? '')}`
        found.push(
          await send('POST', `${path}${isReplacing ? '?replace=true' : ''}`, form, objectReportV2).then(
            () => null,
            (error: unknown) => asProblem(error),
          ),
        )
      }
      await client.invalidateQueries({ queryKey: ['library'] })
      return found
    },
    onSuccess: (found) => {
      setProblems(found)
      if (found.every((problem) => problem === null)) onClose()
    },
  })
  const failed = problems.flatMap((problem) => problem ?? [])
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={text.objects.add}
      closeButtonProps={{ 'aria-label': text.common.close }}
    >
      <Stack gap="sm">
        <Group grow align="start">
          <TextInput
            label={text.objects.className}
            list="known-classes"
            value={className}
            onChange={(event) => setClassName(event.currentTarget.value.trim())}
          />
          <datalist id="known-classes">
            {classes.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          <Select
            label={text.objects.unit}
            placeholder={text.objects.unitAuto}
            clearable
            value={unit}
            data={lengthUnitV2.options}
            onChange={setUnit}
          />
        </Group>
        <Table>
          <Table.Tbody>
            {files.map(({ name }, i) => (
              <Table.Tr key={name}>
                <Table.Td>{name}</Table.Td>
                <Table.Td>
                  <TextInput
                    aria-label={`${text.objects.objectName}: ${name}`}
                    value={names[i] ?? ''}
                    onChange={(event) => {
                      const value = event.currentTarget.value.trim()
                      setNames((known) => known.map((item, k) => (k === i ? value : item)))
                    }}
                  />
                </Table.Td>
                <Table.Td>{problems[i] === null ? '✓' : ''}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Checkbox
          label={text.objects.replace}
          checked={isReplacing}
          onChange={(event) => setReplacing(event.currentTarget.checked)}
        />
        {failed.map((problem, i) => (
          <ProblemAlert key={i} error={problem} />
        ))}
        {add.error !== null && <Alert color="red">{add.error.message}</Alert>}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {text.common.cancel}
          </Button>
          <Button
            leftSection={<IconPlus size={14} />}
            loading={add.isPending}
            disabled={className === '' || names.some((name) => name === '')}
            onClick={() => add.mutate()}
          >
            {text.objects.upload}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
