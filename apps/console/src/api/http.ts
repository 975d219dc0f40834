import { problemV2 } from '@sextant/contracts'
import type { z } from 'zod'

/** What a server answered instead of the thing asked for. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: string
  readonly status: number
  readonly retryable: boolean
  /** the server that failed, when it was not Main */
  readonly stage: string | null

  constructor(fields: { code: string; detail: string; status: number; retryable: boolean; stage?: string | null }) {
    super(fields.detail)
    this.code = fields.code
    this.status = fields.status
    this.retryable = fields.retryable
    this.stage = fields.stage ?? null
  }
}

/** Main itself does not answer. */
export const UNREACHABLE = 'console.unreachable'

/** @throws {Problem} */
export async function request(path: string, init?: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, init)
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new Problem({ code: UNREACHABLE, detail: `${path}: no answer`, status: 0, retryable: true })
  }
  if (response.ok) return response
  const text = await response.text()
  throw problemOf(response.status, text)
}

/** @throws {Problem} */
export async function get<S extends z.ZodType>(path: string, schema: S, signal?: AbortSignal): Promise<z.infer<S>> {
  const response = await request(path, { headers: { accept: 'application/json' }, ...(signal && { signal }) })
  return readAs(schema, path, await response.json())
}

/** Sends JSON, a form, or nothing. @throws {Problem} */
export async function send<S extends z.ZodType>(
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body: object | null,
  schema: S,
): Promise<z.infer<S>> {
  const isForm = body instanceof FormData
  const response = await request(path, {
    method,
    headers: { accept: 'application/json', ...(body !== null && !isForm && { 'content-type': 'application/json' }) },
    ...(body !== null && { body: isForm ? body : JSON.stringify(body) }),
  })
  return readAs(schema, path, response.status === 204 ? undefined : await response.json())
}

function readAs<S extends z.ZodType>(schema: S, path: string, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new Problem({
    code: 'upstream.bad_response',
    detail: `${path}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    status: 200,
    retryable: false,
  })
}

function problemOf(status: number, text: string): Problem {
  try {
    const value: unknown = JSON.parse(text)
    const parsed = problemV2.partial().safeParse(value)
    const { code, detail, retryable, stage } = parsed.success ? parsed.data : {}
    return new Problem({
      code: code ?? `http.${status}`,
      detail: detail ?? text.slice(0, 300),
      status,
      retryable: retryable ?? status >= 500,
      stage: stage ?? null,
    })
  } catch {
    return new Problem({ code: `http.${status}`, detail: text.slice(0, 300), status, retryable: status >= 500 })
  }
}

/** Any error as a problem that can be shown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const detail = error instanceof Error ? error.message : String(error)
  return new Problem({ code: 'console.unexpected', detail, status: 0, retryable: false })
}
