import { Badge } from '@mantine/core'
import { useText } from '../text/text.tsx'

/** Light pairs are AA on both themes: [light, dark]. */
const COLORS: Readonly<Record<string, string>> = {
  succeeded: 'light-dark(#0b6e4f, #63e6be)',
  estimated: 'light-dark(#0b6e4f, #63e6be)',
  running: 'light-dark(#8a5200, #ffd43b)',
  queued: 'light-dark(#495057, #ced4da)',
  pending: 'light-dark(#495057, #ced4da)',
  not_found: 'light-dark(#495057, #ced4da)',
  rejected: 'light-dark(#8a5200, #ffd43b)',
  failed: 'light-dark(#a61e1e, #ffa8a8)',
  cancelled: 'light-dark(#495057, #ced4da)',
  interrupted: 'light-dark(#a61e1e, #ffa8a8)',
}

/** State of a run or of one of its objects. */
export function StatusBadge({ status }: { readonly status: string }) {
  const text = useText()
  const color = COLORS[status] ?? 'inherit'
  return (
    <Badge
      variant="outline"
      size="sm"
      tt="none"
      fw={600}
      style={{ color, borderColor: color, minWidth: 'max-content' }}
    >
      {text.result.status[status] ?? status}
    </Badge>
  )
}
