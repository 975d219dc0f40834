import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

/** The colour of the sky over a sextant's horizon, dark enough at 7 for white text (contrast 5.5). */
const horizon: MantineColorsTuple = [
  '#e8f7f6',
  '#d3ecea',
  '#a6d9d5',
  '#76c5bf',
  '#4fb4ac',
  '#37a99f',
  '#1f8f86',
  '#0b746d',
  '#066560',
  '#004f4b',
]

export const theme = createTheme({
  primaryColor: 'horizon',
  primaryShade: { light: 7, dark: 7 },
  colors: { horizon },
  fontFamily: "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans KR', 'Noto Sans CJK KR', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '1.25rem' }, h2: { fontSize: '0.9375rem' } } },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', comboboxProps: { shadow: 'md' } } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Table: { defaultProps: { verticalSpacing: 6, horizontalSpacing: 'sm', fz: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true } },
  },
})

/** Dimmed text of Mantine's defaults is below AA on our surfaces. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-dimmed': '#566069', '--surface': '#ffffff', '--backdrop': '#f4f6f7', '--line': '#dde2e6' },
  dark: { '--mantine-color-dimmed': '#9aa4ad', '--surface': '#1b1f23', '--backdrop': '#14171a', '--line': '#2c3238' },
})
