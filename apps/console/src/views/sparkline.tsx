/** The last values as a line; null: nothing was answered then. */
export function Sparkline({ values, label }: { readonly values: readonly (number | null)[]; readonly label: string }) {
  const width = 120
  const height = 24
  const top = Math.max(10, ...values.map((value) => value ?? 0))
  const x = (i: number): number => (i / Math.max(1, values.length - 1)) * width
  const y = (value: number): number => height - 2 - (value / top) * (height - 4)
  const segments = values
    .map((value, i) =>
      value === null
        ? null
        : `${(values[i - 1] ?? null) === null ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`,
    )
    .filter((segment) => segment !== null)
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <path d={segments.join('')} fill="none" stroke="var(--mantine-color-horizon-6)" strokeWidth="1.5" />
      {values.map((value, i) =>
        value === null ? <rect key={i} x={x(i) - 1} y={height - 6} width="2" height="6" fill="#fa5252" /> : null,
      )}
    </svg>
  )
}
