import { ERRORS, PlatformError, type ErrorCode } from '@sextant/contracts'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'

const PROBLEM_PREFIX = '/api/v2'
const HIDDEN_DETAIL = 'An unexpected error occurred; the log names it under this request id.'

/** One issue of a request that does not fit its schema, as the v1 contract words it. */
interface ValidationDetail {
  readonly type: string
  readonly loc: readonly (string | number)[]
  readonly msg: string
  readonly input?: unknown
}

/**
 * One place where errors become answers: `{"detail": ...}` on v1, `application/problem+json` (RFC 9457) on v2.
 * Unknown paths are 404, known paths with another method 405. 5xx causes are logged once, their text is replaced.
 */
export function installErrorHandling(app: FastifyInstance): void {
  const patterns: { readonly expression: RegExp; readonly method: string }[] = []
  app.addHook('onRoute', (route) => {
    const source = route.url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z_]+/g, '[^/]+')
    for (const method of [route.method].flat()) patterns.push({ expression: new RegExp(`^${source}$`), method })
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const allowed = patterns.filter(({ expression }) => expression.test(path)).map(({ method }) => method)
    const status = allowed.length > 0 ? 405 : 404
    if (status === 405) reply.header('allow', [...new Set(allowed)].join(', '))
    const detail = status === 405 ? 'Method Not Allowed' : 'Not Found'
    if (!isProblemRoute(request)) return reply.code(status).send({ detail })
    return sendProblem(reply, request, { status, title: detail, detail, code: 'request.malformed', retryable: false })
  })
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if (hasZodFastifySchemaValidationErrors(error)) return sendValidation(error, request, reply)
    const refusal = asPlatformError(error)
    const { status } = refusal
    if (status >= 500) request.log.error({ err: error, cause: refusal.cause, code: refusal.code }, 'request failed')
    const detail = refusal.code === 'internal.unexpected' ? HIDDEN_DETAIL : refusal.message
    if (status === 503) reply.header('retry-after', '1')
    if (!isProblemRoute(request)) return reply.code(status).send({ detail })
    return sendProblem(reply, request, {
      status,
      title: ERRORS[refusal.code].title,
      detail,
      code: refusal.code,
      retryable: refusal.retryable,
      ...(refusal.stage === undefined ? {} : { stage: refusal.stage }),
      ...(refusal.data === undefined ? {} : { data: refusal.data }),
    })
  })
}

function isProblemRoute(request: FastifyRequest): boolean {
  return request.url.startsWith(PROBLEM_PREFIX)
}

interface ProblemFields {
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly stage?: string
  /** what a program may need of the refusal */
  readonly data?: Readonly<Record<string, unknown>>
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[]
}

function sendProblem(reply: FastifyReply, request: FastifyRequest, fields: ProblemFields): FastifyReply {
  return reply
    .code(fields.status)
    .type('application/problem+json')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send({ type: `/docs/errors#${fields.code}`, instance: `urn:uuid:${request.id}`, ...fields })
}

function sendValidation(
  error: FastifyError & { validation: { instancePath: string; message?: string; keyword: string }[] },
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const place = error.validationContext === 'querystring' ? 'query' : (error.validationContext ?? 'body')
  if (isProblemRoute(request)) {
    return sendProblem(reply, request, {
      status: 422,
      title: ERRORS['request.schema_violation'].title,
      detail: `The ${place} does not fit the schema`,
      code: 'request.schema_violation',
      retryable: false,
      errors: error.validation.map((issue) => ({
        pointer: issue.instancePath,
        message: issue.message ?? issue.keyword,
      })),
    })
  }
  const detail = error.validation.map((issue): ValidationDetail => {
    const path = issue.instancePath.split('/').filter((part) => part !== '')
    const isMissing = (issue.message ?? '').includes('received undefined')
    return {
      type: isMissing ? 'missing' : issue.keyword,
      loc: [place, ...path.map((part) => (/^\d+$/.test(part) ? Number(part) : part))],
      msg: isMissing ? 'Field required' : (issue.message ?? issue.keyword),
      input: isMissing ? null : shortInput(valueAt(request.body, path)),
    }
  })
  return reply.code(422).send({ detail })
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === 'object' && current !== null ? (current as Record<string, unknown>)[key] : undefined,
    value,
  )
}

/** The offending value, never megabytes of it. */
function shortInput(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, 80)
  return typeof value === 'object' ? null : value
}

/** Anything thrown as a coded refusal. */
export function asPlatformError(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error
  const { statusCode, message } = error as Partial<FastifyError>
  const detail = typeof message === 'string' ? message : HIDDEN_DETAIL
  if (statusCode === 413) return new PlatformError('request.too_large', { detail, cause: error })
  if (statusCode === 415) return new PlatformError('request.media_type_unsupported', { detail, cause: error })
  const isClientError = statusCode !== undefined && statusCode >= 400 && statusCode < 500
  return isClientError
    ? new PlatformError('request.malformed', { detail, cause: error })
    : new PlatformError('internal.unexpected', { detail: HIDDEN_DETAIL, cause: error })
}
