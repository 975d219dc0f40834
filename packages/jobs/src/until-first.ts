/** setTimeout holds 31 bits */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

/** Resolves with `promise`, after `timeoutMs`, or when `signal` aborts, whichever comes first; leaves no timer. */
export async function untilFirst(promise: Promise<void>, timeoutMs?: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return
  let timer: NodeJS.Timeout | undefined
  let stop = (): void => undefined
  const givenUp = new Promise<void>((resolve) => {
    stop = resolve
    if (timeoutMs !== undefined) timer = setTimeout(resolve, Math.min(timeoutMs, LONGEST_TIMEOUT_MS))
    signal?.addEventListener('abort', stop, { once: true })
  })
  try {
    await Promise.race([promise, givenUp])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}
