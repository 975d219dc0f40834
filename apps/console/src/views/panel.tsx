import { Group, Title } from '@mantine/core'
import type { CSSProperties, ReactNode } from 'react'

interface PanelProps {
  readonly title: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
  readonly style?: CSSProperties
  /** no space around the content */
  readonly isFlush?: boolean
}

/** A titled surface. */
export function Panel({ title, actions, children, style, isFlush = false }: PanelProps) {
  return (
    <section className="panel" style={style}>
      <Group className="panel-head" justify="space-between" gap="xs">
        <Title order={2}>{title}</Title>
        {actions}
      </Group>
      <div className={isFlush ? '' : 'panel-body'}>{children}</div>
    </section>
  )
}
