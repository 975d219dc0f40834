import { NumberInput, SegmentedControl, Select, Stack, Text as Words, TextInput } from '@mantine/core'
import { POSE_OPTION_DEFAULTS_V2, type PoseOptionsV2, type RunRequestV2 } from '@sextant/contracts'
import { useText } from '../text/text.tsx'

/** What a run is asked with besides its frame and objects. */
export interface RunSettings {
  readonly options: PoseOptionsV2
  readonly outputMode: RunRequestV2['outputMode']
  readonly tag: string
}

/** The server's defaults, shown so that they can be changed. */
export const SETTINGS_DEFAULTS: RunSettings = {
  options: POSE_OPTION_DEFAULTS_V2,
  outputMode: 'full',
  tag: '',
}

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
