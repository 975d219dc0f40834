import { PlatformError, type ErrorCode } from '@sextant/contracts'

/** What a worker sends back: a value, or a refusal that keeps its code. */
export type WorkerAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: ErrorCode; readonly detail: string; readonly stack: string }

/** Worker side: runs `work` and packs a refusal so that its code survives the thread boundary. */
export async function answerTask<T>(work: () => Promise<T> | T): Promise<WorkerAnswer<T>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    const { message = String(error), stack = '' } = error as Partial<Error>
    const code = error instanceof PlatformError ? error.code : 'internal.unexpected'
    return { ok: false, code, detail: message, stack }
  }
}
