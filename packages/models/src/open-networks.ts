import { join } from 'node:path'
import type { Session, SessionOptions } from '@sextant/inference'
import { openOnnxSession } from '@sextant/inference/onnx-node'
import type { PoseNetworks, SamNetworks } from '@sextant/sam6d'
import { requireModel } from './installed-model.ts'
import type { NetworkInfo } from './network-host.ts'

/** Networks that are loaded, and what is to be said about them. */
export interface Loaded<T> {
  readonly networks: T
  readonly info: NetworkInfo
  /** digests of the checkpoints; part of the key of what is computed with them */
  readonly digest: string
  release(): Promise<void>
}

/** SAM-6D's pose networks. @throws model.missing, model.load_failed */
export async function openPoseNetworks(
  modelsDir: string,
  options: Partial<SessionOptions>,
): Promise<Loaded<PoseNetworks>> {
  const { sessions, ...loaded } = await openAll(
    modelsDir,
    { pem: ['features', 'embedding', 'coarse', 'position', 'fine'] },
    options,
  )
  const [features, embedding, coarse, position, fine] = sessions as [Session, Session, Session, Session, Session]
  return { ...loaded, networks: { features, embedding, coarse, position, fine } }
}

export interface SegmentationNetworks {
  readonly sam: SamNetworks
  readonly descriptor: Session
}

/** Networks of the segmentation side, one after the other. @throws model.missing, model.load_failed */
export async function openSegmentationNetworks(
  modelsDir: string,
  names: { readonly proposals: string; readonly descriptor: string },
  options: Partial<SessionOptions>,
): Promise<Loaded<SegmentationNetworks>> {
  const wanted = { [names.proposals]: ['encoder', 'decoder'], [names.descriptor]: ['descriptor'] }
  const { sessions, ...loaded } = await openAll(modelsDir, wanted, options)
  const [encoder, decoder, descriptor] = sessions as [Session, Session, Session]
  return { ...loaded, networks: { sam: { encoder, decoder, size: 1024 }, descriptor } }
}

async function openAll(
  modelsDir: string,
  wanted: Readonly<Record<string, readonly string[]>>,
  options: Partial<SessionOptions>,
): Promise<Omit<Loaded<never>, 'networks'> & { readonly sessions: readonly Session[] }> {
  const started = performance.now()
  // All manifests before the first session: a missing network is said at once.
  const manifests = await Promise.all(Object.keys(wanted).map((name) => requireModel(modelsDir, name)))
  const sessions: Session[] = []
  try {
    for (const [name, stems] of Object.entries(wanted)) {
      for (const stem of stems) sessions.push(await openOnnxSession(join(modelsDir, name, `${stem}.onnx`), options))
    }
  } catch (error) {
    await Promise.all(sessions.map((session) => session.release()))
    throw error
  }
  return {
    sessions,
    info: {
      provider: sessions[0]?.provider ?? 'cpu',
      refusals: refusalsOf(sessions),
      parameters: manifests.reduce((sum, manifest) => sum + manifest.parameters, 0),
      loadingSeconds: (performance.now() - started) / 1000,
    },
    digest: manifests.map((manifest) => manifest.source.sha256.slice(0, 16)).join('-'),
    release: async () => {
      await Promise.all(sessions.map((session) => session.release()))
    },
  }
}

/** Each reason once, though every session met it. */
function refusalsOf(sessions: readonly Session[]): string[] {
  const all = sessions.flatMap((session) => session.refusals)
  return [...new Set(all.map(({ provider, reason }) => `${provider}: ${reason}`))]
}
