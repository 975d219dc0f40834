import { isErrorCode, PlatformError, problemV2, type ErrorCode } from '@sextant/contracts'
import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  wrap,
  type IPolicy,
} from 'cockatiel'
import { Agent, FormData, request, type Dispatcher } from 'undici'
import type { z } from 'zod'

/** One service behind this one. */
export interface Remote {
  /** short name for error texts: ism, pem, render */
  readonly name: string
  /** without trailing slash */
  readonly url: string
  readonly timeoutMs: number
}

const BREAK_AFTER_FAILURES = 5
const HALF_OPEN_AFTER_MS = 2000
const MAX_CONCURRENT = 32
const MAX_QUEUED = 256
/** A service that is being restarted is back within this; both waits together stay below the connect timeout. */
const RETRIES = 2
const FIRST_BACKOFF_MS = 400
const BACKOFF_FACTOR = 3

/** What goes with a call besides its body. */
export interface CallEnv {
  readonly requestId: string
  readonly signal?: AbortSignal
  /** the call changes nothing that a second one would change again: it is repeated when the connection breaks */
  readonly isIdempotent?: boolean
  /** what a status says by itself: v1 answers carry no code */
  readonly codeOfStatus?: Readonly<Record<number, ErrorCode>>
}

/** A connection pool and circuit breaker for one service. */
export class RemoteClient {
  private readonly remote: Remote
  private readonly agent: Agent
  private readonly policy: IPolicy
  private readonly repeating: IPolicy

  constructor(remote: Remote) {
    this.remote = remote
    this.agent = new Agent({
      headersTimeout: remote.timeoutMs,
      bodyTimeout: remote.timeoutMs,
      connect: { timeout: 3000 },
    })
    const isUnreachable = handleWhen((error) => error instanceof PlatformError && error.code === 'upstream.unreachable')
    const breaker = circuitBreaker(isUnreachable, {
      halfOpenAfter: HALF_OPEN_AFTER_MS,
      breaker: new ConsecutiveBreaker(BREAK_AFTER_FAILURES),
    })
    this.policy = wrap(breaker, bulkhead(MAX_CONCURRENT, MAX_QUEUED))
    const backoff = new ExponentialBackoff({ initialDelay: FIRST_BACKOFF_MS, exponent: BACKOFF_FACTOR })
    this.repeating = wrap(retry(isUnreachable, { maxAttempts: RETRIES, backoff }), this.policy)
  }

  /**
   * Posts JSON or a form and parses the answer.
   * @throws {PlatformError} upstream.unreachable, upstream.bad_response, or the code the service refused with
   */
  async post<S extends z.ZodType>(path: string, body: FormData | object, schema: S, env: CallEnv): Promise<z.infer<S>> {
    const { status, text } = await this.send('POST', path, body, env)
    const value = parseJson(text)
    if (status >= 400) throw this.refusalOf({ status, value, text }, env)
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    throw new PlatformError('upstream.bad_response', {
      detail: `${this.remote.name} answered ${path} with an unexpected shape`,
      cause: parsed.error,
      stage: this.remote.name,
    })
  }

  /** Status and body of a GET; for health checks, so no circuit breaker. @throws {PlatformError} upstream.unreachable */
  async get(url: string, timeoutMs: number): Promise<{ readonly status: number; readonly body: unknown }> {
    try {
      const answer = await request(url, { dispatcher: this.agent, signal: AbortSignal.timeout(timeoutMs) })
      return { status: answer.statusCode, body: parseJson(await answer.body.text()) }
    } catch (cause) {
      throw this.unreachable(cause)
    }
  }

  async close(): Promise<void> {
    await this.agent.close()
  }

  private async send(
    method: 'GET' | 'POST',
    path: string,
    body: FormData | object,
    env: CallEnv,
  ): Promise<{ status: number; text: string }> {
    const isForm = body instanceof FormData
    const options: Omit<Dispatcher.RequestOptions, 'origin' | 'path' | 'method'> & { dispatcher: Agent } = {
      dispatcher: this.agent,
      headers: { 'x-request-id': env.requestId, ...(isForm ? {} : { 'content-type': 'application/json' }) },
      body: isForm ? body : JSON.stringify(body),
      ...(env.signal === undefined ? {} : { signal: env.signal }),
    }
    try {
      const policy = env.isIdempotent === true ? this.repeating : this.policy
      return await policy.execute(async () => {
        try {
          const answer = await request(this.remote.url + path, { ...options, method })
          return { status: answer.statusCode, text: await answer.body.text() }
        } catch (cause) {
          if (env.signal?.aborted === true) {
            throw new PlatformError('request.cancelled', { detail: 'cancelled', cause, stage: this.remote.name })
          }
          throw this.unreachable(cause)
        }
      })
    } catch (error) {
      throw error instanceof PlatformError ? error : this.unreachable(error)
    }
  }

  private unreachable(cause: unknown): PlatformError {
    const { name, url } = this.remote
    const code = (cause as { code?: string }).code ?? (cause instanceof Error ? cause.message : 'unknown')
    if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
      const detail = `${name} did not answer within ${this.remote.timeoutMs} ms`
      return new PlatformError('deadline.exceeded', { detail, cause, stage: name })
    }
    return new PlatformError('upstream.unreachable', {
      detail: `${name} cannot be reached at ${url} (${code}); is the service running?`,
      cause,
      stage: name,
    })
  }

  /** Restores the coded error of a problem document, so a code survives hops. */
  private refusalOf(
    { status, value, text }: { readonly status: number; readonly value: unknown; readonly text: string },
    { codeOfStatus }: Pick<CallEnv, 'codeOfStatus'>,
  ): PlatformError {
    const problem = problemV2.safeParse(value)
    if (problem.success && isErrorCode(problem.data.code)) {
      const { code, detail, stage } = problem.data
      return new PlatformError(code, { detail, stage: stage ?? this.remote.name })
    }
    const detail = (value as { detail?: unknown } | null)?.detail
    return new PlatformError(codeOfStatus?.[status] ?? 'upstream.bad_response', {
      detail: `${this.remote.name} answered HTTP ${status}: ${typeof detail === 'string' ? detail : text.slice(0, 200)}`,
      stage: this.remote.name,
    })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
