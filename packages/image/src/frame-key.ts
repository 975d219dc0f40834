import { createHash } from 'node:crypto'
import type { FrameBytes } from './client-frame.ts'

/** Digest of everything that decides a frame's pixels and rays: the same key, the same frame. */
export function frameKeyOf({ color, depth, camera, millimetersPerCount }: FrameBytes): string {
  return createHash('sha1')
    .update(color)
    .update(depth)
    .update(JSON.stringify([camera, millimetersPerCount]))
    .digest('hex')
}
