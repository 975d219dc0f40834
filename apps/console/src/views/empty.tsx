import { Group, Stack, Text as Words } from '@mantine/core'
import type { ReactNode } from 'react'

/** What to say where there is nothing yet, and how to begin. */
export function Empty({
  title,
  hint,
  children,
}: {
  readonly title: string
  readonly hint?: string
  readonly children?: ReactNode
}) {
  return (
    <Stack align="center" gap={6} py="xl" px="md">
      <Words fw={600}>{title}</Words>
      {hint !== undefined && (
        <Words fz="sm" c="dimmed" ta="center" maw={520}>
          {hint}
        </Words>
      )}
      <Group mt="xs">{children}</Group>
    </Stack>
  )
}
