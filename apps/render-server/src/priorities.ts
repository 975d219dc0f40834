import type { JobPriorityV2 } from '@sextant/contracts'

/** Names on the wire, numbers in the queue. */
export const PRIORITIES: Readonly<Record<JobPriorityV2, number>> = { background: -10, normal: 0, interactive: 10 }

export function priorityName(priority: number): JobPriorityV2 {
  if (priority >= PRIORITIES.interactive) return 'interactive'
  return priority <= PRIORITIES.background ? 'background' : 'normal'
}
