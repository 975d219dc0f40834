import { Alert, Button, Code, Group, Loader, Modal, Progress, Stack, Tabs, Text as Words, Title } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { IconDownload, IconPlayerStop, IconRepeat, IconTrash } from '@tabler/icons-react'
import { runV2, type RunV2 } from '@sextant/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { z } from 'zod'
import { send } from '../api/http.ts'
import { isOver, SERVERS, startRun, useRun, type RunProgress } from '../api/queries.ts'
import { toRunFields, type RunSettings } from '../api/run-settings.ts'
import { choicesOf, isSame, poseOf, type PoseChoice } from '../overlay/drawings.ts'
import { secondsOf } from '../overlay/pose-text.ts'
import { useLanguage, useText } from '../text/text.tsx'
import { ConfirmDelete } from '../views/confirm-modal.tsx'
import { Empty } from '../views/empty.tsx'
import { Flame } from '../views/flame.tsx'
import { LogLines } from '../views/log-lines.tsx'
import { OptionsForm } from '../views/options-form.tsx'
import { Panel } from '../views/panel.tsx'
import { PoseNumbers, PoseScore } from '../views/pose-details.tsx'
import { ProblemAlert } from '../views/problem-alert.tsx'
import { RunObjects } from '../views/run-objects.tsx'
import { RunViewer } from '../views/run-viewer.tsx'
import { StatusBadge } from '../views/status-badge.tsx'

/** One run: under way, or what came of it. */
export function RunPage({ id }: { readonly id: string }) {
  const text = useText()
  const run = useRun(id)
  const [chosen, setChosen] = useState<PoseChoice | null>(null)
  const choices = run.data === undefined ? [] : choicesOf(run.data)
  const selected = chosen ?? choices[0] ?? null
  const step = (by: number): void => {
    const at = choices.findIndex((choice) => isSame(choice, selected))
    setChosen(choices[Math.min(choices.length - 1, Math.max(0, at + by))] ?? null)
  }
  useHotkeys([
    ['ArrowDown', () => step(1)],
    ['ArrowUp', () => step(-1)],
  ])
  if (run.data === undefined) {
    if (run.error === null) return <Loader aria-label={text.common.loading} />
    return <ProblemAlert error={run.error} onRetry={() => void run.refetch()} />
  }
  const found = poseOf(run.data, selected)
  return (
    <Stack gap="md">
      <RunHeader run={run.data} />
      {run.data.error !== null && (
        <Alert color="red" variant="light" role="alert">
          <Code>{run.data.error.code}</Code> {run.data.error.detail}
          {text.problem.next[run.data.error.code] !== undefined && (
            <Words fz="sm" mt={4}>
              <b>{text.problem.nextStep}:</b> {text.problem.next[run.data.error.code]}
            </Words>
          )}
        </Alert>
      )}
      {!isOver(run.data) && <RunProgressPanel run={run.data} progress={run.progress} />}
      <div className="run-grid">
        <Stack gap="md">
          <RunViewer run={run.data} selected={selected} />
          <Panel title={text.result.timing}>
            <Flame objects={run.data.objects} />
          </Panel>
          <Panel title={text.result.log} isFlush>
            <LogLines
              servers={SERVERS}
              requestId={run.data.requestId}
              level="debug"
              isLive={!isOver(run.data)}
              height={220}
            />
          </Panel>
        </Stack>
        <Stack gap="md">
          <Panel title={text.result.objectsTitle} isFlush>
            <RunObjects run={run.data} selected={selected} onSelect={setChosen} />
          </Panel>
          <Panel title={text.result.details} isFlush>
            <Tabs defaultValue="pose" keepMounted={false}>
              <Tabs.List>
                <Tabs.Tab value="pose">{text.result.pose}</Tabs.Tab>
                <Tabs.Tab value="score">{text.result.score}</Tabs.Tab>
                <Tabs.Tab value="facts">{text.result.options}</Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="pose" p="sm">
                {found === null ? (
                  <Words c="dimmed">{text.result.noPose}</Words>
                ) : (
                  <PoseNumbers run={run.data} {...found} />
                )}
              </Tabs.Panel>
              <Tabs.Panel value="score" p="sm">
                {found === null ? <Words c="dimmed">{text.result.noPose}</Words> : <PoseScore pose={found.pose} />}
              </Tabs.Panel>
              <Tabs.Panel value="facts" p="sm">
                <RunFacts run={run.data} />
              </Tabs.Panel>
            </Tabs>
          </Panel>
        </Stack>
      </div>
    </Stack>
  )
}

function RunHeader({ run }: { readonly run: RunV2 }) {
  const text = useText()
  const { language } = useLanguage()
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const [isDeleting, deleting] = useDisclosure(false)
  const [isRepeating, repeating] = useDisclosure(false)
  const seconds = secondsOf(run)
  const cancel = useMutation({
    mutationFn: () => send('POST', `/api/v2/runs/${run.id}/cancel`, null, runV2),
    onSuccess: () => client.invalidateQueries({ queryKey: ['run', run.id] }),
  })
  const remove = useMutation({
    mutationFn: () => send('DELETE', `/api/v2/runs/${run.id}`, null, z.unknown()),
    onSuccess: () => {
      navigate('/runs')
    },
  })
  const time = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })
  return (
    <>
      <Group justify="space-between">
        <Group gap="sm">
          <Title order={1}>
            {text.result.title} {run.tag ?? run.id.slice(-6)}
          </Title>
          <StatusBadge status={run.status} />
          <Words fz="xs" c="dimmed" className="numbers">
            {time.format(new Date(run.createdAt))}
            {seconds !== null && ` · ${text.common.seconds(seconds)}`}
          </Words>
        </Group>
        <Group gap="xs">
          {!isOver(run) && (
            <Button
              variant="default"
              leftSection={<IconPlayerStop size={14} />}
              loading={cancel.isPending}
              onClick={() => cancel.mutate()}
            >
              {text.result.cancel}
            </Button>
          )}
          {run.hasInputs && isOver(run) && (
            <Button leftSection={<IconRepeat size={14} />} onClick={repeating.open}>
              {text.result.again}
            </Button>
          )}
          {run.hasInputs && (
            <Button
              component="a"
              href={`/api/v2/runs/${run.id}/bundle`}
              download
              variant="default"
              leftSection={<IconDownload size={14} />}
              title={text.result.bundleHint}
            >
              {text.result.bundle}
            </Button>
          )}
          {isOver(run) && (
            <Button variant="default" leftSection={<IconTrash size={14} />} onClick={deleting.open}>
              {text.common.delete}
            </Button>
          )}
        </Group>
      </Group>
      {(cancel.error ?? remove.error) !== null && <ProblemAlert error={cancel.error ?? remove.error} />}
      <ConfirmDelete
        isOpen={isDeleting}
        title={text.result.deleteTitle}
        explanation={text.result.deleteText}
        isPending={remove.isPending}
        onClose={deleting.close}
        onConfirm={() => remove.mutate()}
      />
      <RepeatModal run={run} isOpen={isRepeating} onClose={repeating.close} />
    </>
  )
}

function RepeatModal({
  run,
  isOpen,
  onClose,
}: {
  readonly run: RunV2
  readonly isOpen: boolean
  readonly onClose: () => void
}) {
  const text = useText()
  const [, navigate] = useLocation()
  const [settings, setSettings] = useState<RunSettings>({
    options: run.options,
    engine: run.engine,
    outputMode: 'full',
    tag: run.tag ?? '',
  })
  const again = useMutation({
    mutationFn: () =>
      startRun(
        { kind: 'run', id: run.id },
        {
          objects: run.objects.map(({ className, objectName }) => ({ className, objectName })),
          ...toRunFields(settings),
          box: run.box,
        },
      ),
    onSuccess: ({ id }) => {
      navigate(`/runs/${id}`)
    },
  })
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={text.result.again}
      closeButtonProps={{ 'aria-label': text.common.close }}
    >
      <Words fz="sm" mb="sm">
        {text.result.againText}
      </Words>
      <OptionsForm settings={settings} onChange={setSettings} />
      {again.error !== null && <ProblemAlert error={again.error} />}
      <Group justify="end" mt="md">
        <Button variant="default" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button loading={again.isPending} onClick={() => again.mutate()} data-testid="start-again">
          {text.run.start}
        </Button>
      </Group>
    </Modal>
  )
}

const FINAL = new Set(['estimated', 'not_found', 'rejected', 'failed', 'cancelled'])

function RunProgressPanel({ run, progress }: { readonly run: RunV2; readonly progress: RunProgress | null }) {
  const text = useText()
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now())
    }, 200)
    return () => {
      clearInterval(timer)
    }
  }, [])
  const objects = progress?.objects ?? run.objects.map(({ status }) => ({ status, bestScore: null }))
  const done = objects.filter(({ status }) => FINAL.has(status)).length
  const stage = progress?.stage ?? (run.status === 'queued' ? 'queued' : null)
  const started = run.startedAt === null ? null : Date.parse(run.startedAt)
  const name = run.objects[progress?.objectIndex ?? -1]?.objectName ?? ''
  return (
    <Panel title={text.result.progress}>
      <Group justify="space-between" mb={6} aria-live="polite">
        <Words fz="sm">
          {stage === null ? text.result.status[run.status] : (text.result.stages[stage] ?? stage)} {name}
        </Words>
        <Words fz="sm" className="numbers">
          {done} / {objects.length}
          {started !== null && ` · ${text.common.seconds(Math.max(0, now - started) / 1000)}`}
        </Words>
      </Group>
      <Progress
        value={objects.length > 1 ? (100 * done) / objects.length : 100}
        animated
        aria-label={text.result.progress}
      />
    </Panel>
  )
}

function RunFacts({ run }: { readonly run: RunV2 }) {
  const text = useText()
  const { options, engine, frame } = run
  const lines = [
    `${text.run.preset}: ${text.run.presets[options.preset] ?? options.preset}`,
    `${text.run.engine}: ${text.run.engines[engine ?? 'configured']}`,
    `${text.run.maxInstances}: ${options.maxInstances}`,
    `${text.run.threshold}: ${options.scoreThreshold}`,
    `${text.run.budget}: ${options.timeBudgetMs === null ? text.run.noBudget : options.timeBudgetMs / 1000}`,
    `${text.run.generator}: ${text.run.generators[options.generator] ?? options.generator}`,
    `${text.run.cadColors}: ${text.run.cadColorChoices[options.cadColors] ?? options.cadColors}`,
    `${text.run.seed}: ${options.seed}`,
    ...(frame === null
      ? []
      : [
          `${frame.camera.width} × ${frame.camera.height}, f ${frame.camera.fx.toFixed(1)} ${frame.camera.fy.toFixed(1)}, c ${frame.camera.cx.toFixed(1)} ${frame.camera.cy.toFixed(1)}`,
          `${text.run.depthScale}: ${frame.millimetersPerCount} (${frame.depthScaleRule})`,
          `${Math.round(100 * frame.depthCoverage)} % ${text.run.coverage}, ${frame.medianDepthMm?.toFixed(0) ?? '–'} mm`,
        ]),
    `${text.common.requestId}: ${run.requestId}`,
    ...run.warnings.map((warning) => `${text.result.warnings}: ${warning}`),
  ]
  if (lines.length === 0) return <Empty title={text.common.none} />
  return (
    <Stack gap={3}>
      {lines.map((line) => (
        <Words key={line} fz="xs" className="numbers" style={{ overflowWrap: 'anywhere' }}>
          {line}
        </Words>
      ))}
    </Stack>
  )
}
