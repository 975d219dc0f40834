import { PlatformError } from '@sextant/contracts'

/** A checkpoint that is not read: what is wrong with it. */
export function refuseCheckpoint(detail: string, cause?: unknown): PlatformError {
  return new PlatformError('model.unreadable', { detail: `The checkpoint is refused: ${detail}.`, cause })
}
