/** Told apart on photographs and by most colour-blind eyes (Okabe and Ito's set, brightened for dark images). */
const COLORS = [
  '#2dd4bf',
  '#f59e0b',
  '#60a5fa',
  '#f472b6',
  '#a3e635',
  '#c084fc',
  '#fb7185',
  '#22d3ee',
  '#facc15',
  '#94a3b8',
]

export const REJECTED_COLOR = '#f87171'

export function colorOfObject(index: number): string {
  return COLORS[index % COLORS.length] ?? '#2dd4bf'
}
