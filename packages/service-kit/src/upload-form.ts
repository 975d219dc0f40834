import { PlatformError } from '@sextant/contracts'
import type { FastifyRequest } from 'fastify'

/**
 * Reads a multipart body with one file and text fields, in any order. The file is handed on as it arrives; its size is
 * for the receiver to watch.
 *
 * @param fileField  name of the part; files of other names are skipped
 * @returns the text fields
 * @throws {PlatformError} request.media_type_unsupported, request.malformed, and what `receive` throws
 */
export async function readUploadForm(
  request: FastifyRequest,
  fileField: string,
  receive: (fileName: string, chunks: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<Map<string, string>> {
  if (!request.isMultipart()) {
    throw new PlatformError('request.media_type_unsupported', { detail: `send multipart/form-data with ${fileField}` })
  }
  const fields = new Map<string, string>()
  let isReceived = false
  for await (const part of request.parts({ limits: { fileSize: Infinity, files: 1 } })) {
    if (part.type === 'field') fields.set(part.fieldname, String(part.value))
    else if (part.fieldname === fileField) {
      await receive(part.filename, part.file)
      isReceived = true
    } else part.file.resume()
  }
  if (!isReceived) throw new PlatformError('request.malformed', { detail: `the form needs the part ${fileField}` })
  return fields
}
