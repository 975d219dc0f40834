import { Alert, Anchor, Button, Group, Stack, Text as Words, Title } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import type { serverStatusV1 } from '@sextant/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import type { z } from 'zod'
import { request } from '../api/http.ts'
import {
  cameraQuery,
  installSample,
  libraryQuery,
  runsQuery,
  samplesQuery,
  serversQuery,
  startRun,
} from '../api/queries.ts'
import { useText } from '../text/text.tsx'
import { CameraAddress } from '../views/camera-address.tsx'
import { CameraPicture } from '../views/camera-picture.tsx'
import { Dot } from '../views/dot.tsx'
import { Empty } from '../views/empty.tsx'
import { Facts, type Fact } from '../views/facts.tsx'
import { Panel } from '../views/panel.tsx'
import { ProblemAlert } from '../views/problem-alert.tsx'
import { RunRows } from '../views/run-rows.tsx'
import { Sparkline } from '../views/sparkline.tsx'

type ServerStatus = z.infer<typeof serverStatusV1>

const HISTORY_LENGTH = 60
const ROUND_TRIP_EVERY_MS = 2000
const LATEST_RUNS = 6

/** The servers, the camera, the library and the latest runs on one page. */
export function OverviewPage() {
  const text = useText()
  const servers = useQuery(serversQuery)
  const latencies = useLatencies(servers.data?.servers, servers.dataUpdatedAt)
  const entries = Object.entries<ServerStatus>(servers.data?.servers ?? {})
  return (
    <Stack gap="md">
      <Title order={1}>{text.overview.title}</Title>
      {entries
        .filter(([, server]) => server.status !== 'healthy')
        .map(([name, server]) => (
          <Alert key={name} color="red" variant="light" role="alert" data-testid={`advice-${name}`}>
            {text.overview.advice(name.toUpperCase(), server.url)} {server.error_message}
          </Alert>
        ))}
      <div className="server-grid">
        <MainPanel isError={servers.isError} />
        {entries.map(([name, server]) => (
          <ServerPanel key={name} name={name} server={server} latencies={latencies[name] ?? []} />
        ))}
      </div>
      <div className="two-columns">
        <LatestRuns />
        <Stack gap="md">
          <LibraryPanel />
          <CameraPanel />
        </Stack>
      </div>
    </Stack>
  )
}

/** Answer times of the last two minutes, by server. */
function useLatencies(
  servers: Readonly<Record<string, ServerStatus>> | undefined,
  updatedAt: number,
): Readonly<Record<string, (number | null)[]>> {
  const [history, setHistory] = useState<Record<string, (number | null)[]>>({})
  const last = useRef(0)
  useEffect(() => {
    if (servers === undefined || updatedAt === last.current) return
    last.current = updatedAt
    setHistory((known) =>
      Object.fromEntries(
        Object.entries(servers).map(([name, { response_time_ms: ms }]) => [
          name,
          [...(known[name] ?? []), ms].slice(-HISTORY_LENGTH),
        ]),
      ),
    )
  }, [servers, updatedAt])
  return history
}

function ServerPanel(props: {
  readonly name: string
  readonly server: ServerStatus
  readonly latencies: readonly (number | null)[]
}) {
  const text = useText()
  const { name, server, latencies } = props
  const isHealthy = server.status === 'healthy'
  const rates = Object.entries(server.cache_hit_rate)
  const rows: Fact[] = [
    [text.overview.engine, server.engine ?? '–'],
    [text.overview.device, server.device ?? '–'],
    [text.overview.queue, server.queue_depth ?? '–'],
    [
      text.overview.cache,
      rates.length === 0
        ? '–'
        : rates.map(([cache, rate]) => `${cache} ${rate === null ? '–' : `${Math.round(rate * 100)} %`}`).join(', '),
    ],
    [text.overview.autoStart, text.overview.autoStartStates[server.auto_start] ?? server.auto_start],
    [text.overview.version, server.version ?? '–'],
  ]
  const state = text.overview.state[server.status] ?? server.status
  return (
    <ServerFrame
      name={name}
      isHealthy={isHealthy}
      state={state}
      rows={rows}
      latencies={latencies}
      last={server.response_time_ms}
    />
  )
}

interface ServerFrameProps {
  readonly name: string
  readonly isHealthy: boolean
  readonly state: string
  readonly rows: readonly Fact[]
  readonly latencies: readonly (number | null)[]
  /** ms */
  readonly last: number | null
}

function ServerFrame({ name, isHealthy, state, rows, latencies, last }: ServerFrameProps) {
  const text = useText()
  const latency = last === null ? '–' : text.common.milliseconds(last)
  return (
    <Panel
      title={
        <Group gap={8} wrap="nowrap">
          <Dot state={isHealthy ? 'good' : 'bad'} label={state} />
          {text.logs.servers[name] ?? name}
        </Group>
      }
      actions={
        <Words fz="xs" c="dimmed" data-testid={`state-${name}`}>
          {state}
        </Words>
      }
    >
      <Words fz="xs" c="dimmed" mb={8}>
        {text.overview.roles[name]}
      </Words>
      <Facts rows={rows} labelWidth={110} />
      <Group justify="space-between" mt={8} wrap="nowrap">
        <Sparkline values={latencies} label={`${text.overview.latency} ${latency}`} />
        <Words fz="xs" className="numbers">
          {latency}
        </Words>
      </Group>
    </Panel>
  )
}

/** Main is the one that answers everything here; what it does is run after run. */
function MainPanel({ isError }: { readonly isError: boolean }) {
  const text = useText()
  const count = { text: '', offset: 0, limit: 1 }
  const waiting = useQuery(runsQuery({ ...count, status: 'queued' }))
  const running = useQuery(runsQuery({ ...count, status: 'running' }))
  const kept = useQuery(runsQuery({ ...count, status: null }))
  const latency = useRoundTrip()
  const rows: Fact[] = [
    [text.overview.queue, waiting.data?.total ?? '–'],
    [text.overview.running, running.data?.total ?? '–'],
    [text.overview.kept, kept.data?.total ?? '–'],
  ]
  const last = latency.at(-1) ?? null
  const state = text.overview.state[isError ? 'unhealthy' : 'healthy'] ?? ''
  return <ServerFrame name="main" isHealthy={!isError} state={state} rows={rows} latencies={latency} last={last} />
}

/** ms of the last answers of Main's health, asked from here. */
function useRoundTrip(): readonly (number | null)[] {
  const query = useQuery({
    queryKey: ['round-trip'],
    queryFn: async ({ signal }) => {
      const started = performance.now()
      await request('/health', { signal })
      return performance.now() - started
    },
    refetchInterval: ROUND_TRIP_EVERY_MS,
    retry: false,
    structuralSharing: false,
  })
  const [history, setHistory] = useState<readonly (number | null)[]>([])
  const { dataUpdatedAt, errorUpdatedAt } = query
  const value = query.isError ? null : (query.data ?? null)
  useEffect(() => {
    if (dataUpdatedAt + errorUpdatedAt > 0) setHistory((known) => [...known, value].slice(-HISTORY_LENGTH))
  }, [dataUpdatedAt, errorUpdatedAt, value])
  return history
}

function LibraryPanel() {
  const text = useText()
  const { data, error } = useQuery(libraryQuery)
  if (error !== null && data === undefined) return <ProblemAlert error={error} />
  const classes = new Set(data?.map(({ className }) => className)).size
  const ready = data?.filter(({ hasTemplates }) => hasTemplates).length ?? 0
  return (
    <Panel
      title={text.overview.library}
      actions={
        <Anchor component={Link} href="/objects" fz="xs">
          {text.overview.openObjects}
        </Anchor>
      }
    >
      <Words fz="sm">{text.overview.libraryText(data?.length ?? 0, classes, ready)}</Words>
    </Panel>
  )
}

function CameraPanel() {
  const text = useText()
  const [base, setBase] = useState('')
  const [asked, setAsked] = useState<string | null>(null)
  const camera = useQuery({ ...cameraQuery(asked ?? '', false), enabled: asked !== null })
  return (
    <Panel title={text.overview.camera}>
      <Group align="end" gap="xs" mb="sm" wrap="nowrap">
        <CameraAddress value={base} onChange={setBase} />
        <Button
          variant="default"
          loading={camera.isFetching}
          onClick={() => {
            if (asked === base) void camera.refetch()
            else setAsked(base)
          }}
        >
          {text.overview.cameraCheck}
        </Button>
      </Group>
      {asked === null && (
        <Words fz="sm" c="dimmed">
          {text.overview.cameraIdle}
        </Words>
      )}
      {camera.error !== null && <ProblemAlert error={camera.error} />}
      {camera.error === null && camera.data !== undefined && <CameraPicture preview={camera.data} />}
    </Panel>
  )
}

function LatestRuns() {
  const text = useText()
  const { data, error } = useQuery(runsQuery({ text: '', status: null, offset: 0, limit: LATEST_RUNS }))
  return (
    <Panel
      title={text.overview.recent}
      isFlush
      actions={
        <Anchor component={Link} href="/runs" fz="xs">
          {text.nav.history}
        </Anchor>
      }
    >
      {error !== null && data === undefined && <ProblemAlert error={error} />}
      {data?.total === 0 && (
        <Empty title={text.overview.noRuns}>
          <RunExample />
        </Empty>
      )}
      {data !== undefined && data.total > 0 && <RunRows runs={data.runs} isShort />}
    </Panel>
  )
}

/** One click from a fresh installation to poses: the sample's parts into the library, then a run of all of them. */
function RunExample() {
  const text = useText()
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const samples = useQuery(samplesQuery)
  const sample = samples.data?.find(({ objects }) => objects.length > 0)
  const run = useMutation({
    mutationFn: async () => {
      if (sample === undefined) return null
      await installSample(sample.name)
      await client.invalidateQueries()
      return startRun({ kind: 'sample', name: sample.name }, { objects: sample.objects, options: { maxInstances: 2 } })
    },
    onSuccess: (started) => {
      if (started !== null) navigate(`/runs/${started.id}`)
    },
  })
  if (sample === undefined) return null
  return (
    <Stack align="center">
      <Button leftSection={<IconPlayerPlay size={14} />} loading={run.isPending} onClick={() => run.mutate()}>
        {text.overview.firstRun}
      </Button>
      {run.error !== null && <ProblemAlert error={run.error} />}
    </Stack>
  )
}
