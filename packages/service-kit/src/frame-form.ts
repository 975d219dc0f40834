import { PlatformError } from '@sextant/contracts'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'

/** The parts of a multipart frame request. */
export interface FrameForm<T> {
  readonly fields: T
  readonly color: Uint8Array
  readonly depth: Uint8Array
}

/**
 * Reads a multipart body with the parts `request` (JSON), `color` and `depth` (files), in any order.
 * @throws {PlatformError} request.malformed, request.schema_violation, request.too_large
 */
export async function readFrameForm<S extends z.ZodType>(
  request: FastifyRequest,
  schema: S,
): Promise<FrameForm<z.infer<S>>> {
  if (!request.isMultipart()) {
    throw new PlatformError('request.media_type_unsupported', { detail: 'send multipart/form-data' })
  }
  let json: string | null = null
  const files = new Map<string, Uint8Array>()
  for await (const part of request.parts()) {
    if (part.type === 'file') files.set(part.fieldname, await part.toBuffer())
    else if (part.fieldname === 'request') json = String(part.value)
  }
  const color = files.get('color')
  const depth = files.get('depth')
  if (json === null || color === undefined || depth === undefined) {
    throw new PlatformError('request.malformed', { detail: 'the form needs the parts request, color and depth' })
  }
  return { fields: parseFields(json, schema), color, depth }
}

function parseFields<S extends z.ZodType>(json: string, schema: S): z.infer<S> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new PlatformError('request.malformed', { detail: 'the part "request" is not JSON', cause })
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new PlatformError('request.schema_violation', {
    detail: `request.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit'}`,
  })
}
