import { Button, Group, Text as Words, Title } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconPlayerPlay } from '@tabler/icons-react'
import type { ObjectReferenceV2 } from '@sextant/contracts'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { startRun, type FrameChoice } from '../api/queries.ts'
import { SETTINGS_DEFAULTS, toRunFields } from '../api/run-settings.ts'
import { useText } from '../text/text.tsx'
import { FrameInput } from '../views/frame-input.tsx'
import { ObjectPicker } from '../views/object-picker.tsx'
import { OptionsForm } from '../views/options-form.tsx'
import { Panel } from '../views/panel.tsx'
import { ProblemAlert } from '../views/problem-alert.tsx'

/** A frame, objects, options, and the button. */
export function NewRunPage() {
  const text = useText()
  const [, navigate] = useLocation()
  const [search] = useSearchParams()
  const [frame, setFrame] = useState<FrameChoice | null>(null)
  const [objects, setObjects] = useState<readonly ObjectReferenceV2[]>(() => objectsOf(search.getAll('object')))
  const [settings, setSettings] = useState(SETTINGS_DEFAULTS)
  const run = useMutation({
    mutationFn: (choice: FrameChoice) => startRun(choice, { objects: [...objects], ...toRunFields(settings) }),
    onSuccess: ({ id }) => {
      navigate(`/runs/${id}`)
    },
  })
  const missing = frame === null ? text.run.needFrame : objects.length === 0 ? text.run.needObject : null
  const start = (): void => {
    if (frame !== null && missing === null && !run.isPending) run.mutate(frame)
  }
  useHotkeys([['mod+Enter', start]], [])
  return (
    <>
      <Group justify="space-between" mb="md">
        <Title order={1}>{text.run.title}</Title>
        <Group gap="sm">
          <Words fz="xs" c="dimmed">
            {missing}
          </Words>
          <Button
            size="sm"
            leftSection={<IconPlayerPlay size={16} />}
            disabled={missing !== null}
            loading={run.isPending}
            onClick={start}
          >
            {text.run.start}
          </Button>
        </Group>
      </Group>
      {run.error !== null && <ProblemAlert error={run.error} onRetry={start} />}
      <div className="new-run-grid" style={{ marginTop: run.error === null ? 0 : 12 }}>
        <Panel title={text.run.frame}>
          <FrameInput onChange={setFrame} />
        </Panel>
        <Panel title={text.run.objects}>
          <ObjectPicker selected={objects} onChange={setObjects} />
        </Panel>
        <Panel title={text.run.options}>
          <OptionsForm settings={settings} onChange={setSettings} />
        </Panel>
      </div>
    </>
  )
}

/** `class/object` of the address. */
function objectsOf(keys: readonly string[]): ObjectReferenceV2[] {
  return keys.flatMap((key) => {
    const slash = key.indexOf('/')
    return slash < 1 ? [] : [{ className: key.slice(0, slash), objectName: key.slice(slash + 1) }]
  })
}
