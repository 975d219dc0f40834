import { Group, SegmentedControl, Select, Stack, Switch, Text as Words, TextInput, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useSearchParams } from 'wouter'
import { SERVERS, type ServerName } from '../api/queries.ts'
import { useText } from '../text/text.tsx'
import { LogLines } from '../views/log-lines.tsx'

const TYPING_MS = 300
const LEVELS = ['debug', 'info', 'warn', 'error']

/** The newest lines of each server, by request when wanted. */
export function LogsPage() {
  const text = useText()
  const [search] = useSearchParams()
  const [server, setServer] = useState<ServerName | 'all'>('all')
  const [level, setLevel] = useState<string>('info')
  const [requestId, setRequestId] = useState(search.get('request') ?? '')
  const [isLive, setLive] = useState(true)
  const [wanted] = useDebouncedValue(requestId.trim(), TYPING_MS)
  return (
    <Stack gap="md">
      <Title order={1}>{text.logs.title}</Title>
      <Group gap="sm" align="end">
        <SegmentedControl
          aria-label={text.logs.server}
          value={server}
          data={[
            { value: 'all', label: text.common.all },
            ...SERVERS.map((name) => ({ value: name, label: text.logs.servers[name] ?? name })),
          ]}
          onChange={(value) => {
            setServer(value)
          }}
        />
        <Select
          w={110}
          label={text.logs.level}
          allowDeselect={false}
          value={level}
          data={LEVELS}
          onChange={(value) => {
            setLevel(value ?? 'info')
          }}
        />
        <TextInput
          w={300}
          label={text.logs.requestId}
          value={requestId}
          onChange={(event) => setRequestId(event.currentTarget.value)}
        />
        <Switch
          mb={6}
          label={text.logs.follow}
          checked={isLive}
          onChange={(event) => setLive(event.currentTarget.checked)}
        />
      </Group>
      <div className="panel">
        <LogLines
          servers={server === 'all' ? SERVERS : [server]}
          requestId={wanted}
          level={level}
          isLive={isLive}
          height="calc(100vh - 230px)"
        />
      </div>
      <Words fz="xs" c="dimmed">
        {text.logs.newest}
      </Words>
    </Stack>
  )
}
