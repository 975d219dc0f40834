import { NumberInput, SegmentedControl, Select, Stack, Text as Words, TextInput } from '@mantine/core'
import { engineChoiceV2, type EngineChoiceV2, type PoseOptionsV2 } from '@sextant/contracts'
import { useQuery } from '@tanstack/react-query'
import { serversQuery } from '../api/queries.ts'
import { offeredEngines, type RunSettings } from '../api/run-settings.ts'
import { useText } from '../text/text.tsx'

const MILLISECONDS_PER_SECOND = 1000
const MAX_INSTANCES = 100

interface OptionsFormProps {
  readonly settings: RunSettings
  readonly onChange: (settings: RunSettings) => void
}

export function OptionsForm({ settings, onChange }: OptionsFormProps) {
  const text = useText()
  const { options } = settings
  const set = (change: Partial<PoseOptionsV2>): void => {
    onChange({ ...settings, options: { ...options, ...change } })
  }
  return (
    <Stack gap="sm">
      <div>
        <Words fz="xs" fw={500} mb={4} id="preset-label">
          {text.run.preset}
        </Words>
        <SegmentedControl
          fullWidth
          aria-labelledby="preset-label"
          value={options.preset}
          data={(['fast', 'balanced', 'precise'] as const).map((value) => ({
            value,
            label: text.run.presets[value] ?? value,
          }))}
          onChange={(value) => {
            set({ preset: value })
          }}
        />
      </div>
      <EngineSelect
        engine={settings.engine}
        onChange={(engine) => {
          onChange({ ...settings, engine })
        }}
      />
      <NumberInput
        label={text.run.maxInstances}
        min={1}
        max={MAX_INSTANCES}
        allowDecimal={false}
        value={options.maxInstances}
        onChange={(value) => {
          if (typeof value === 'number') set({ maxInstances: value })
        }}
      />
      <NumberInput
        label={text.run.threshold}
        min={0}
        max={1}
        step={0.05}
        decimalScale={3}
        value={options.scoreThreshold}
        onChange={(value) => {
          if (typeof value === 'number') set({ scoreThreshold: value })
        }}
      />
      <NumberInput
        label={text.run.budget}
        placeholder={text.run.noBudget}
        min={0.1}
        step={0.5}
        value={options.timeBudgetMs === null ? '' : options.timeBudgetMs / MILLISECONDS_PER_SECOND}
        onChange={(value) => {
          set({ timeBudgetMs: typeof value === 'number' && value > 0 ? value * MILLISECONDS_PER_SECOND : null })
        }}
      />
      <Select
        label={text.run.generator}
        allowDeselect={false}
        value={options.generator}
        data={(['pairs', 'views'] as const).map((value) => ({ value, label: text.run.generators[value] ?? value }))}
        onChange={(value) => {
          set({ generator: value as PoseOptionsV2['generator'] })
        }}
      />
      <Select
        label={text.run.cadColors}
        allowDeselect={false}
        value={options.cadColors}
        data={(['trusted', 'ignored'] as const).map((value) => ({
          value,
          label: text.run.cadColorChoices[value] ?? value,
        }))}
        onChange={(value) => {
          set({ cadColors: value as PoseOptionsV2['cadColors'] })
        }}
      />
      <NumberInput
        label={text.run.seed}
        allowDecimal={false}
        value={options.seed}
        onChange={(value) => {
          if (typeof value === 'number') set({ seed: value })
        }}
      />
      <Select
        label={text.run.outputMode}
        allowDeselect={false}
        value={settings.outputMode}
        data={(['full', 'results_only', 'none'] as const).map((value) => ({
          value,
          label: text.run.outputModes[value] ?? value,
        }))}
        onChange={(value) => {
          onChange({ ...settings, outputMode: value as RunSettings['outputMode'] })
        }}
      />
      <TextInput
        label={text.run.tag}
        maxLength={64}
        value={settings.tag}
        onChange={(event) => {
          onChange({ ...settings, tag: event.currentTarget.value })
        }}
      />
    </Stack>
  )
}

/** The choice that sends no engine. */
const CONFIGURED = 'configured'

interface EngineSelectProps {
  readonly engine: EngineChoiceV2 | null
  readonly onChange: (engine: EngineChoiceV2 | null) => void
}

/** Engines that are not loaded are shown, but cannot be chosen. */
function EngineSelect({ engine, onChange }: EngineSelectProps) {
  const text = useText()
  const servers = useQuery(serversQuery).data?.servers
  const offered = offeredEngines(servers === undefined ? [] : [servers.ism, servers.pem])
  const choices = engineChoiceV2.options.map((value) => {
    const isOffered = offered.includes(value)
    return {
      value,
      label: isOffered ? text.run.engines[value] : text.run.notLoaded(text.run.engines[value]),
      disabled: !isOffered,
    }
  })
  return (
    <Select
      label={text.run.engine}
      allowDeselect={false}
      value={engine ?? CONFIGURED}
      data={[{ value: CONFIGURED, label: text.run.engines.configured }, ...choices]}
      onChange={(value) => {
        onChange(value === CONFIGURED ? null : value)
      }}
    />
  )
}
