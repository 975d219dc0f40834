import { ActionIcon, Alert, AppShell, Group, Kbd, Modal, Select, Table, Text as Words, Tooltip } from '@mantine/core'
import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import {
  IconApi,
  IconBox,
  IconHistory,
  IconKeyboard,
  IconLayoutDashboard,
  IconMoon,
  IconPlayerPlay,
  IconStack2,
  IconSun,
  IconTerminal2,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { Link, Route, Router, Switch, useLocation } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import { serversQuery } from '../api/queries.ts'
import { OverviewPage } from '../pages/overview.tsx'
import { LANGUAGES, useLanguage, useText, type Language } from '../text/text.tsx'
import { Dot } from '../views/dot.tsx'

const ObjectsPage = lazy(() => import('../pages/objects.tsx').then((page) => ({ default: page.ObjectsPage })))
const ObjectPage = lazy(() => import('../pages/object.tsx').then((page) => ({ default: page.ObjectPage })))
const NewRunPage = lazy(() => import('../pages/new-run.tsx').then((page) => ({ default: page.NewRunPage })))
const RunPage = lazy(() => import('../pages/run.tsx').then((page) => ({ default: page.RunPage })))
const HistoryPage = lazy(() => import('../pages/history.tsx').then((page) => ({ default: page.HistoryPage })))
const ComparePage = lazy(() => import('../pages/compare.tsx').then((page) => ({ default: page.ComparePage })))
const BatchPage = lazy(() => import('../pages/batch.tsx').then((page) => ({ default: page.BatchPage })))
const LogsPage = lazy(() => import('../pages/logs.tsx').then((page) => ({ default: page.LogsPage })))

const PAGES = [
  { path: '/', name: 'overview', icon: IconLayoutDashboard },
  { path: '/objects', name: 'objects', icon: IconBox },
  { path: '/run', name: 'run', icon: IconPlayerPlay },
  { path: '/runs', name: 'history', icon: IconHistory },
  { path: '/batch', name: 'batch', icon: IconStack2 },
  { path: '/logs', name: 'logs', icon: IconTerminal2 },
] as const

const MAIN_ID = 'content'

/** Navigation, state of the servers, theme and language around the page. */
export function Shell() {
  return (
    <Router hook={useHashLocation}>
      <Frame />
    </Router>
  )
}

function Frame() {
  const text = useText()
  const [, navigate] = useLocation()
  const [isHelpOpen, help] = useDisclosure(false)
  useHotkeys([
    ...PAGES.map(({ path }, i): [string, () => void] => [
      `alt+${i + 1}`,
      () => {
        navigate(path)
      },
    ]),
    ['shift+?', help.open],
  ])
  return (
    <AppShell header={{ height: 44 }} navbar={{ width: { base: 56, md: 176 }, breakpoint: 0 }} padding="md">
      <a className="skip" href={`#${MAIN_ID}`} onClick={skipToContent}>
        {text.shell.skip}
      </a>
      <AppShell.Header style={{ background: 'var(--surface)' }}>
        <Header onHelp={help.open} />
      </AppShell.Header>
      <AppShell.Navbar style={{ background: 'var(--surface)' }} pt={8}>
        <nav aria-label={text.nav.label}>
          {PAGES.map(({ path, name, icon: Icon }) => (
            <NavLink key={path} path={path} label={text.nav[name]} icon={<Icon size={18} stroke={1.6} />} />
          ))}
        </nav>
      </AppShell.Navbar>
      <AppShell.Main id={MAIN_ID} tabIndex={-1} style={{ outline: 'none' }}>
        <MainGone />
        <Suspense fallback={null}>
          <Switch>
            <Route path="/" component={OverviewPage} />
            <Route path="/objects" component={ObjectsPage} />
            <Route path="/objects/:className/:objectName">
              {({ className, objectName }) => (
                <ObjectPage
                  key={`${className}/${objectName}`}
                  className={decodeURIComponent(className)}
                  objectName={decodeURIComponent(objectName)}
                />
              )}
            </Route>
            <Route path="/run" component={NewRunPage} />
            <Route path="/runs" component={HistoryPage} />
            <Route path="/runs/:id">{({ id }) => <RunPage key={id} id={id} />}</Route>
            <Route path="/compare/:left/:right">{({ left, right }) => <ComparePage left={left} right={right} />}</Route>
            <Route path="/batch" component={BatchPage} />
            <Route path="/logs" component={LogsPage} />
            <Route component={OverviewPage} />
          </Switch>
        </Suspense>
      </AppShell.Main>
      <KeysModal isOpen={isHelpOpen} onClose={help.close} />
    </AppShell>
  )
}

/** The page's places are hashes, so the link must not become one. */
function skipToContent(event: React.MouseEvent): void {
  event.preventDefault()
  document.getElementById(MAIN_ID)?.focus()
}

function NavLink({
  path,
  label,
  icon,
}: {
  readonly path: string
  readonly label: string
  readonly icon: React.ReactNode
}) {
  const [location] = useLocation()
  const isHere = path === '/' ? location === '/' : location === path || location.startsWith(`${path}/`)
  return (
    <Link href={path} className="nav-link" title={label} {...(isHere && { 'aria-current': 'page' as const })}>
      {icon}
      <span>{label}</span>
    </Link>
  )
}

function Header({ onHelp }: { readonly onHelp: () => void }) {
  const text = useText()
  const { language, setLanguage } = useLanguage()
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light')
  const isDark = scheme === 'dark'
  return (
    <Group h="100%" px="md" justify="space-between" wrap="nowrap">
      <Group gap={10} wrap="nowrap">
        <Logo />
        <Words component="span" fw={650} fz="md" lts={0.2}>
          Sextant
        </Words>
        <ServersState />
      </Group>
      <Group gap={4} wrap="nowrap">
        <Select
          aria-label={text.shell.language}
          w={96}
          variant="unstyled"
          allowDeselect={false}
          value={language}
          data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          onChange={(value) => {
            if (value !== null) setLanguage(value as Language)
          }}
        />
        <HeaderIcon label={text.shell.theme} onClick={() => setColorScheme(isDark ? 'light' : 'dark')}>
          {isDark ? <IconSun size={18} stroke={1.6} /> : <IconMoon size={18} stroke={1.6} />}
        </HeaderIcon>
        <HeaderIcon label={text.shell.keys} onClick={onHelp}>
          <IconKeyboard size={18} stroke={1.6} />
        </HeaderIcon>
        <Tooltip label={text.shell.apiDocs}>
          <ActionIcon component="a" href="/docs" target="_blank" rel="noreferrer" aria-label={text.shell.apiDocs}>
            <IconApi size={20} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </Group>
    </Group>
  )
}

function HeaderIcon(props: {
  readonly label: string
  readonly onClick: () => void
  readonly children: React.ReactNode
}) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon onClick={props.onClick} aria-label={props.label}>
        {props.children}
      </ActionIcon>
    </Tooltip>
  )
}

function Logo() {
  return (
    <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden>
      <path d="M4 26a22 22 0 0 1 24 0" fill="none" stroke="var(--mantine-color-horizon-6)" strokeWidth="3" />
      <path d="M16 4 6 24M16 4l8 20M16 4v18" fill="none" stroke="var(--mantine-color-horizon-6)" strokeWidth="2.2" />
      <circle cx="16" cy="5" r="3" fill="var(--mantine-color-horizon-6)" />
    </svg>
  )
}

function ServersState() {
  const text = useText()
  const { data, isError } = useQuery(serversQuery)
  if (isError) return <Dot state="bad" label={text.problem.next['console.unreachable'] ?? ''} />
  if (data === undefined) return null
  const missing = data.total_servers - data.healthy_servers
  const label = missing === 0 ? text.shell.allHealthy : text.shell.someUnhealthy(missing)
  return (
    <Group gap={6} wrap="nowrap" component="span" data-testid="servers-state">
      <Dot state={missing === 0 ? 'good' : 'bad'} label="" />
      <Words component="span" fz="xs" c="dimmed" visibleFrom="xs">
        {label}
      </Words>
    </Group>
  )
}

function MainGone() {
  const text = useText()
  const { isError } = useQuery(serversQuery)
  if (!isError) return null
  return (
    <Alert color="red" variant="filled" mb="md" title={text.shell.mainGone} role="alert">
      {text.shell.mainGoneHint}
    </Alert>
  )
}

function KeysModal({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const text = useText()
  const rows: [string, string][] = [
    ['Alt 1 … 6', text.keys.pages],
    ['I  D  P', text.keys.image],
    ['M S W B A L', text.keys.layers],
    ['Space', text.keys.raw],
    ['↑ ↓', text.keys.next],
    ['Ctrl Enter', text.keys.start],
    ['?', text.keys.help],
  ]
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={text.keys.title}
      closeButtonProps={{ 'aria-label': text.common.close }}
    >
      <Table>
        <Table.Tbody>
          {rows.map(([keys, meaning]) => (
            <Table.Tr key={keys}>
              <Table.Td w={130}>
                {keys.split(/\s+/).map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{meaning}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  )
}
