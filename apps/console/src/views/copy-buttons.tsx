import { Button, CopyButton, Group } from '@mantine/core'
import { useText } from '../text/text.tsx'

/** Buttons that put a text each on the clipboard. */
export function CopyButtons({
  items,
}: {
  readonly items: readonly { readonly label: string; readonly value: string }[]
}) {
  const text = useText()
  return (
    <Group gap={6}>
      {items.map(({ label, value }) => (
        <CopyButton key={label} value={value}>
          {({ copied, copy }) => (
            <Button variant="default" size="compact-xs" onClick={copy} aria-label={`${text.result.copy} ${label}`}>
              {copied ? text.common.copied : label}
            </Button>
          )}
        </CopyButton>
      ))}
    </Group>
  )
}
