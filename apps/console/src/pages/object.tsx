import {
  Alert,
  Anchor,
  Badge,
  Button,
  Group,
  Modal,
  Select,
  Stack,
  Text as Words,
  TextInput,
  Title,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlayerPlay, IconRefresh, IconTrash } from '@tabler/icons-react'
import { lengthUnitV2, objectReportV2, type ObjectPatchV2, type ObjectReportV2 } from '@sextant/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { z } from 'zod'
import { get, send } from '../api/http.ts'
import { useMeshes } from '../api/queries.ts'
import { useText } from '../text/text.tsx'
import { ConfirmDelete } from '../views/confirm-modal.tsx'
import { Empty } from '../views/empty.tsx'
import { Facts, type Fact } from '../views/facts.tsx'
import { Panel } from '../views/panel.tsx'
import { ProblemAlert } from '../views/problem-alert.tsx'
import { objectPath, renderTemplates } from './objects.tsx'

const ModelView = lazy(() => import('../views/model-view.tsx').then((view) => ({ default: view.ModelView })))

interface ObjectPageProps {
  readonly className: string
  readonly objectName: string
}

/** One object: its model with symmetries, what the inspection found, its templates. */
export function ObjectPage({ className, objectName }: ObjectPageProps) {
  const text = useText()
  const path = `/api/v2/objects/${encodeURIComponent(className)}/${encodeURIComponent(objectName)}`
  const report = useQuery({
    queryKey: ['object', className, objectName],
    queryFn: ({ signal }) => get(path, objectReportV2, signal),
  })
  const mesh = useMeshes([{ className, objectName }]).get(`${className}/${objectName}`)
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <div>
          <Anchor component={Link} href="/objects" fz="xs">
            ← {text.objects.back}
          </Anchor>
          <Title order={1}>
            {className} / {objectName}
          </Title>
        </div>
        <ObjectActions
          className={className}
          objectName={objectName}
          hasTemplates={report.data?.hasTemplates ?? false}
        />
      </Group>
      {report.error !== null && <ProblemAlert error={report.error} onRetry={() => void report.refetch()} />}
      <div className="two-columns">
        <Panel title={text.objects.model} isFlush>
          {mesh === undefined ? (
            <Empty title={text.common.loading} />
          ) : (
            <Suspense fallback={<Empty title={text.common.loading} />}>
              <ModelView mesh={mesh} symmetries={report.data?.symmetries ?? null} />
            </Suspense>
          )}
        </Panel>
        <Panel title={text.objects.report}>
          {report.data === undefined ? (
            <Words c="dimmed">{text.common.loading}</Words>
          ) : (
            <Report report={report.data} path={path} />
          )}
        </Panel>
      </div>
      <Panel title={text.objects.contactSheet}>
        {report.data?.hasTemplates === true ? (
          <img
            src={`${path}/contact-sheet.png?v=${report.data.digest.slice(0, 12)}`}
            alt={text.objects.contactSheet}
            style={{ maxWidth: '100%', borderRadius: 4 }}
            data-testid="contact-sheet"
          />
        ) : (
          <Empty title={text.objects.noSheet} hint={text.objects.notNeeded} />
        )}
      </Panel>
    </Stack>
  )
}

function ObjectActions({ className, objectName, hasTemplates }: ObjectPageProps & { readonly hasTemplates: boolean }) {
  const text = useText()
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const [isDeleting, deleting] = useDisclosure(false)
  const [isRenaming, renaming] = useDisclosure(false)
  const path = `/api/v2/objects/${encodeURIComponent(className)}/${encodeURIComponent(objectName)}`
  const refresh = (): Promise<void> => client.invalidateQueries()
  const render = useMutation({
    mutationFn: () => renderTemplates({ className, objectName }, hasTemplates),
    onSuccess: refresh,
  })
  const remove = useMutation({
    mutationFn: () => send('DELETE', path, null, z.unknown()),
    onSuccess: async () => {
      navigate('/objects')
      await refresh()
    },
  })
  const error = render.error ?? remove.error
  return (
    <Stack gap={4} align="end">
      <Group gap="xs">
        <Button
          component={Link}
          href={`/run?object=${encodeURIComponent(`${className}/${objectName}`)}`}
          leftSection={<IconPlayerPlay size={14} />}
        >
          {text.objects.run}
        </Button>
        <Button
          variant="default"
          leftSection={<IconRefresh size={14} />}
          loading={render.isPending}
          onClick={() => render.mutate()}
        >
          {hasTemplates ? text.objects.renderAgain : text.objects.render}
        </Button>
        <Button variant="default" onClick={renaming.open}>
          {text.objects.rename}
        </Button>
        <Button variant="default" leftSection={<IconTrash size={14} />} onClick={deleting.open}>
          {text.common.delete}
        </Button>
      </Group>
      {error !== null && <ProblemAlert error={error} />}
      <ConfirmDelete
        isOpen={isDeleting}
        title={text.objects.deleteTitle(objectName)}
        explanation={text.objects.deleteText}
        isPending={remove.isPending}
        onClose={deleting.close}
        onConfirm={() => remove.mutate()}
      />
      {isRenaming && <RenameModal className={className} objectName={objectName} path={path} onClose={renaming.close} />}
    </Stack>
  )
}

function RenameModal(props: ObjectPageProps & { readonly path: string; readonly onClose: () => void }) {
  const text = useText()
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const [className, setClassName] = useState(props.className)
  const [name, setName] = useState(props.objectName)
  const rename = useMutation({
    mutationFn: () => send('PATCH', props.path, { className, name } satisfies ObjectPatchV2, objectReportV2),
    onSuccess: async (report) => {
      props.onClose()
      navigate(objectPath({ className: report.className, objectName: report.name }))
      await client.invalidateQueries()
    },
  })
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={text.objects.rename}
      closeButtonProps={{ 'aria-label': text.common.close }}
    >
      <Stack gap="sm">
        <TextInput
          label={text.objects.className}
          value={className}
          onChange={(event) => setClassName(event.currentTarget.value.trim())}
        />
        <TextInput
          label={text.objects.objectName}
          value={name}
          onChange={(event) => setName(event.currentTarget.value.trim())}
        />
        {rename.error !== null && <ProblemAlert error={rename.error} />}
        <Group justify="end">
          <Button variant="default" onClick={props.onClose}>
            {text.common.cancel}
          </Button>
          <Button loading={rename.isPending} disabled={name === '' || className === ''} onClick={() => rename.mutate()}>
            {text.objects.rename}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

/** The inspection, with the unit to be put right in place. */
function Report({ report, path }: { readonly report: ObjectReportV2; readonly path: string }) {
  const text = useText()
  const client = useQueryClient()
  const { mesh, unit, symmetries } = report
  const change = useMutation({
    mutationFn: (patch: ObjectPatchV2) => send('PATCH', path, patch, objectReportV2),
    onSuccess: () => client.invalidateQueries(),
  })
  const size = mesh.boundingBox.size.map((value) => value.toFixed(1)).join(' × ')
  const rows: Fact[] = [
    [text.objects.file, `${report.cadFile}, ${(report.sizeBytes / 1024).toFixed(0)} KiB`],
    [text.objects.size, `${size} mm`],
    [text.objects.diameter, text.common.millimeters(mesh.diameter)],
    [text.objects.vertices, mesh.vertexCount.toLocaleString()],
    [text.objects.faces, mesh.faceCount.toLocaleString()],
    [text.objects.degenerate, mesh.degenerateFaceCount.toLocaleString()],
    [text.objects.watertight, mesh.isWatertight ? text.objects.yes : text.objects.no],
    [text.objects.colors, text.objects.colorKinds[mesh.colors] ?? mesh.colors],
    [text.objects.symmetries, symmetryText(report, text)],
    [text.objects.digest, report.digest.slice(0, 16)],
  ]
  return (
    <Stack gap="sm">
      <Alert color={unit.verdict === 'ask' ? 'yellow' : 'horizon'} variant="light" p="xs">
        <Group gap="xs" align="center">
          <Select
            w={110}
            aria-label={text.objects.unit}
            value={unit.unit}
            allowDeselect={false}
            data={lengthUnitV2.options}
            onChange={(value) => {
              change.mutate({ unit: value })
            }}
          />
          <Badge variant="outline" tt="none" color="gray">
            {text.objects.verdicts[unit.verdict]}
          </Badge>
        </Group>
        {unit.reasons.map((reason) => (
          <Words key={reason} fz="xs" mt={4}>
            {reason}
          </Words>
        ))}
      </Alert>
      {change.error !== null && <ProblemAlert error={change.error} />}
      <Facts rows={rows} labelWidth={150} />
      {symmetries.source === 'manifest' ? (
        <Group>
          <Button variant="default" loading={change.isPending} onClick={() => change.mutate({ symmetries: null })}>
            {text.objects.symmetriesFromGeometry}
          </Button>
        </Group>
      ) : (
        symmetries.symmetries_discrete.length + symmetries.symmetries_continuous.length > 0 && (
          <Group>
            <Button
              variant="default"
              loading={change.isPending}
              onClick={() => change.mutate({ symmetries: { symmetries_discrete: [], symmetries_continuous: [] } })}
            >
              {text.objects.symmetriesNone}
            </Button>
          </Group>
        )
      )}
      {report.warnings.map((warning) => (
        <Alert key={warning} color="yellow" variant="light" p="xs">
          {warning}
        </Alert>
      ))}
    </Stack>
  )
}

function symmetryText({ symmetries }: ObjectReportV2, text: ReturnType<typeof useText>): string {
  const { symmetries_discrete: discrete, symmetries_continuous: continuous, source } = symmetries
  const parts = continuous.map(({ axis }) =>
    text.objects.symmetryAxis(`(${axis.map((value) => value.toFixed(2)).join(', ')})`),
  )
  if (discrete.length > 0) parts.push(text.objects.symmetryDiscrete(discrete.length))
  const found = parts.length === 0 ? text.objects.noSymmetries : parts.join(', ')
  return source === 'manifest' ? `${found} · library.json` : found
}
