import { PlatformError, type PoseReplayV1 } from '@sextant/contracts'
import { decodeBase64 } from '@sextant/image'
import type { NetworkReplay } from '../network-task.ts'

const SIZES = { observed: 2048, hypotheses: 18_000, model: 3072 }

/** @throws {PlatformError} request.schema_violation: not allowed by the server, or of the wrong size */
export function readReplay(replay: PoseReplayV1, isAllowed: boolean): NetworkReplay {
  if (!isAllowed) {
    const detail = 'replay: this server draws its own numbers; start it with PEM_ALLOW_REPLAY=true to give them'
    throw new PlatformError('request.schema_violation', { detail })
  }
  const bytes = (name: keyof PoseReplayV1): ArrayBuffer => {
    const decoded = decodeBase64(replay[name], `replay.${name}`)
    const wanted = name === 'templates' ? null : 4 * SIZES[name]
    if (decoded.byteLength % 4 !== 0 || (wanted !== null && decoded.byteLength !== wanted)) {
      throw new PlatformError('request.schema_violation', { detail: `replay.${name} has ${decoded.byteLength} bytes` })
    }
    return new Uint8Array(decoded).buffer
  }
  return {
    observed: new Int32Array(bytes('observed')),
    templates: new Int32Array(bytes('templates')),
    hypotheses: new Float32Array(bytes('hypotheses')),
    model: new Float32Array(bytes('model')),
  }
}
