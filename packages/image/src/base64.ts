import { PlatformError } from '@sextant/contracts'

const DATA_PREFIX = /^data:[^,]{0,100},/

/**
 * Decodes base64 with or without a `data:` prefix; white space and the URL-safe alphabet are tolerated.
 *
 * @param what  name of the field for the error text
 * @throws {PlatformError} request.malformed
 */
export function decodeBase64(text: string, what: string): Uint8Array {
  const prefix = DATA_PREFIX.exec(text.slice(0, 128))
  const body = prefix === null ? text : text.slice(prefix[0].length)
  // Buffer skips what is not base64, so the length tells whether something was skipped.
  const bytes = Buffer.from(body, 'base64')
  let significant = body.length
  if (bytes.length < Math.floor((3 * body.length) / 4) - 2) significant = body.replace(/\s+/g, '').length
  const expected = Math.floor((3 * significant) / 4)
  if (bytes.length === 0 || bytes.length < expected - 2) {
    throw new PlatformError('request.malformed', {
      detail: `${what} is not base64: ${body.length} characters gave ${bytes.length} bytes`,
    })
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
