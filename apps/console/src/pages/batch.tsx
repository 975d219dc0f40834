import {
  Alert,
  Anchor,
  Button,
  Group,
  NumberInput,
  Progress,
  SegmentedControl,
  Stack,
  Table,
  Text as Words,
  Title,
} from '@mantine/core'
import { IconDownload, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'wouter'
import type { FrameChoice } from '../api/queries.ts'
import { SETTINGS_DEFAULTS } from '../api/run-settings.ts'
import { framesOfFiles, type FrameFiles } from '../frames/frames-of-files.ts'
import { toBatchSummary } from '../batch/batch-summary.ts'
import { statisticsOf } from '../batch/statistics.ts'
import { useBatch, type BatchFrame } from '../batch/use-batch.ts'
import { toBopLines } from '../overlay/pose-text.ts'
import { useText } from '../text/text.tsx'
import { CameraInput, DropZone } from '../views/frame-input.tsx'
import { ObjectPicker } from '../views/object-picker.tsx'
import { OptionsForm } from '../views/options-form.tsx'
import { Panel } from '../views/panel.tsx'
import { ProblemAlert } from '../views/problem-alert.tsx'
import { StatusBadge } from '../views/status-badge.tsx'
import type { ObjectReferenceV2 } from '@sextant/contracts'

const MAX_CAMERA_FRAMES = 500

/** Many frames, one after the other. */
export function BatchPage() {
  const text = useText()
  const [source, setSource] = useState<'folder' | 'camera'>('folder')
  const [files, setFiles] = useState<readonly FrameFiles[] | null>(null)
  const [camera, setCamera] = useState<FrameChoice | null>(null)
  const [count, setCount] = useState(10)
  const [pause, setPause] = useState(0)
  const [objects, setObjects] = useState<readonly ObjectReferenceV2[]>([])
  const [settings, setSettings] = useState({ ...SETTINGS_DEFAULTS, tag: 'batch' })
  const batch = useBatch()
  const usable = (files ?? []).filter(({ camParams }) => camParams !== null)
  const skipped = (files ?? []).filter(({ camParams }) => camParams === null)
  const frames: BatchFrame[] =
    source === 'folder'
      ? usable.map(({ name, color, depth, camParams }) => ({
          name,
          choice: { kind: 'files', color, depth, camParams: camParams ?? {} },
        }))
      : camera === null
        ? []
        : Array.from({ length: count }, (_, i) => ({ name: `#${i + 1}`, choice: camera }))
  const missing = frames.length === 0 ? text.run.needFrame : objects.length === 0 ? text.run.needObject : null
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <div>
          <Title order={1}>{text.batch.title}</Title>
          <Words fz="xs" c="dimmed">
            {text.batch.text}
          </Words>
        </div>
        <Group gap="sm">
          <Words fz="xs" c="dimmed">
            {missing}
          </Words>
          {batch.isRunning ? (
            <Button variant="default" leftSection={<IconPlayerStop size={14} />} onClick={batch.stop}>
              {text.batch.stop}
            </Button>
          ) : (
            <Button
              size="sm"
              leftSection={<IconPlayerPlay size={16} />}
              disabled={missing !== null}
              onClick={() => {
                batch.start(frames, objects, settings, source === 'camera' ? pause : 0)
              }}
            >
              {text.batch.start}
            </Button>
          )}
        </Group>
      </Group>
      <BatchResults batch={batch} />
      <div className="new-run-grid">
        <Panel title={text.batch.source}>
          <Stack gap="sm">
            <SegmentedControl
              aria-label={text.batch.source}
              value={source}
              data={[
                { value: 'folder', label: text.batch.folder },
                { value: 'camera', label: text.batch.camera },
              ]}
              onChange={(value) => {
                setSource(value)
              }}
            />
            {source === 'folder' ? (
              <>
                <DropZone
                  title={text.run.drop}
                  hint={text.run.dropHint}
                  canChooseFolder
                  onFiles={(dropped) => void framesOfFiles(dropped).then(setFiles)}
                />
                {files !== null && <Words fz="sm">{text.batch.found(usable.length)}</Words>}
                {skipped.length > 0 && (
                  <Alert color="yellow">{text.batch.skipped(skipped.map(({ name }) => name).join(', '))}</Alert>
                )}
              </>
            ) : (
              <>
                <CameraInput onChange={setCamera} />
                <Group grow>
                  <NumberInput
                    label={text.batch.count}
                    min={1}
                    max={MAX_CAMERA_FRAMES}
                    allowDecimal={false}
                    value={count}
                    onChange={(value) => {
                      if (typeof value === 'number') setCount(value)
                    }}
                  />
                  <NumberInput
                    label={text.batch.interval}
                    min={0}
                    value={pause}
                    onChange={(value) => {
                      if (typeof value === 'number') setPause(value)
                    }}
                  />
                </Group>
              </>
            )}
          </Stack>
        </Panel>
        <Panel title={text.run.objects}>
          <ObjectPicker selected={objects} onChange={setObjects} />
        </Panel>
        <Panel title={text.run.options}>
          <OptionsForm settings={settings} onChange={setSettings} />
        </Panel>
      </div>
    </Stack>
  )
}

function BatchResults({ batch }: { readonly batch: ReturnType<typeof useBatch> }) {
  const text = useText()
  const { items, isRunning, error } = batch
  if (items.length === 0) return error === null ? null : <ProblemAlert error={error} />
  const runs = items.flatMap(({ run }) => run ?? [])
  const done = items.filter(({ run, error: failure }) => run !== null || failure !== null).length
  const rows = statisticsOf(runs)
  return (
    <Panel
      title={text.batch.summary}
      actions={
        <Group gap="xs">
          <Words fz="xs" className="numbers" data-testid="batch-progress">
            {text.batch.progress(done, items.length)}
          </Words>
          <Save
            name="rss_batch_summary.json"
            label={text.batch.exportSummary}
            type="application/json"
            content={() => JSON.stringify(toBatchSummary(runs), null, 2)}
            isDisabled={runs.length === 0}
          />
          <Save
            name="sextant_batch-test.csv"
            label={text.batch.exportBop}
            type="text/csv"
            content={() => toBopLines(runs)}
            isDisabled={runs.length === 0}
          />
        </Group>
      }
    >
      <Progress
        value={(100 * done) / items.length}
        animated={isRunning}
        mb="sm"
        aria-label={text.batch.progress(done, items.length)}
      />
      {error !== null && <ProblemAlert error={error} />}
      <div className="two-columns">
        <Table.ScrollContainer minWidth={420}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{text.batch.object}</Table.Th>
                <Table.Th ta="right">{text.batch.estimated}</Table.Th>
                <Table.Th ta="right">{text.batch.notFound}</Table.Th>
                <Table.Th ta="right">{text.batch.rejected}</Table.Th>
                <Table.Th ta="right">{text.batch.failed}</Table.Th>
                <Table.Th ta="right">{text.batch.meanScore}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Table.Tr key={row.key}>
                  <Table.Td>{row.key}</Table.Td>
                  <Table.Td ta="right">{row.estimated}</Table.Td>
                  <Table.Td ta="right">{row.notFound}</Table.Td>
                  <Table.Td ta="right">{row.rejected}</Table.Td>
                  <Table.Td ta="right">{row.failed}</Table.Td>
                  <Table.Td ta="right" className="numbers">
                    {row.meanScore?.toFixed(2) ?? '–'}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        <div style={{ maxHeight: 300, overflow: 'auto' }} tabIndex={0} role="group" aria-label={text.batch.source}>
          <Table>
            <Table.Tbody>
              {items.map(({ name, run, error: failure }, i) => (
                <Table.Tr key={i}>
                  <Table.Td>
                    {run === null ? (
                      name
                    ) : (
                      <Anchor component={Link} href={`/runs/${run.id}`} fz="sm">
                        {name}
                      </Anchor>
                    )}
                  </Table.Td>
                  <Table.Td>
                    {run !== null && <StatusBadge status={run.status} />}
                    {failure !== null && <Words fz="xs">{failure}</Words>}
                  </Table.Td>
                  <Table.Td className="numbers">
                    {run?.objects.map(({ poses }) => poses[0]?.score.toFixed(2) ?? '–').join('  ')}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      </div>
    </Panel>
  )
}

function Save(props: {
  readonly name: string
  readonly label: string
  readonly type: string
  readonly content: () => string
  readonly isDisabled: boolean
}) {
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={14} />}
      disabled={props.isDisabled}
      onClick={() => {
        const url = URL.createObjectURL(new Blob([props.content()], { type: props.type }))
        const link = document.createElement('a')
        link.href = url
        link.download = props.name
        link.click()
        URL.revokeObjectURL(url)
      }}
    >
      {props.label}
    </Button>
  )
}
