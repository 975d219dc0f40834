import { join } from 'node:path'
import { PlatformError } from '@sextant/contracts'
import type { Session, SessionOptions } from '@sextant/inference'
import { openOnnxSession } from '@sextant/inference/onnx-node'
import {
  createFastSamProposer,
  createSamProposer,
  warmPoseNetworks,
  warmSegmentationNetworks,
  type PoseNetworks,
  type ProposalSource,
} from '@sextant/sam6d'
import { adaptDescriptor } from './adapt-descriptor.ts'
import { adaptDetector, detectorSide } from './adapt-detector.ts'
import { adaptSamDecoder, adaptSamEncoder } from './adapt-sam.ts'
import { catalogueEntry, GRAPH_STEMS, SAM_SIZE } from './catalogue.ts'
import { requireModel, type ExportPorts, type InstalledManifest } from './installed-model.ts'
import type { NetworkInfo } from './network-host.ts'

const MILLISECONDS_PER_SECOND = 1000

/** Networks that are loaded, and what is to be said about them. */
export interface Loaded<T> {
  readonly networks: T
  readonly info: NetworkInfo
  /** of the weights; part of the key of what is computed with them */
  readonly digest: string
  release(): Promise<void>
}

/** SAM-6D's pose networks, each run once. @throws model.missing, model.load_failed */
export async function openPoseNetworks(
  modelsDir: string,
  options: Partial<SessionOptions>,
): Promise<Loaded<PoseNetworks>> {
  const { sessions, ...loaded } = await openAll(modelsDir, ['pem'], options)
  const [features, embedding, coarse, position, fine] = sessions as [Session, Session, Session, Session, Session]
  const networks = { features, embedding, coarse, position, fine }
  return { ...(await warmUp(loaded, () => warmPoseNetworks(networks))), networks }
}

export interface SegmentationNetworks {
  readonly proposals: ProposalSource
  readonly descriptor: Session
}

/** Networks of the segmentation side, one after the other, each run once. @throws model.missing, model.load_failed */
export async function openSegmentationNetworks(
  modelsDir: string,
  names: { readonly proposals: string; readonly descriptor: string },
  options: Partial<SessionOptions>,
): Promise<Loaded<SegmentationNetworks>> {
  const { sessions, ...loaded } = await openAll(modelsDir, [names.proposals, names.descriptor], options)
  const descriptor = sessions.at(-1) as Session
  const [first, decoder] = sessions as [Session, Session]
  const isFast = catalogueEntry(names.proposals).kind === 'fastsam'
  const proposals = isFast
    ? createFastSamProposer({ detector: first, side: detectorSide(first, 'image') })
    : createSamProposer({ encoder: first, decoder, size: SAM_SIZE })
  const networks = { proposals, descriptor }
  return { ...(await warmUp(loaded, () => warmSegmentationNetworks(proposals, descriptor))), networks }
}

/** A graph of an export under the names of our own. */
function adapt(session: Session, stem: string, ports: ExportPorts | null): Session {
  if (ports === null) return session
  if ('layout' in ports) return (stem === 'encoder' ? adaptSamEncoder : adaptSamDecoder)(session, ports)
  return 'output' in ports ? adaptDescriptor(session, ports) : adaptDetector(session, ports)
}

type Opened = Omit<Loaded<never>, 'networks'>

/** @throws model.load_failed: a network that opens but cannot run, of which nothing is left */
async function warmUp(opened: Opened, runAll: () => Promise<void>): Promise<Opened> {
  const started = performance.now()
  try {
    await runAll()
  } catch (cause) {
    await opened.release()
    const detail = `The networks cannot run on ${opened.info.provider}: ${cause instanceof Error ? cause.message : String(cause)}`
    throw new PlatformError('model.load_failed', { detail, cause })
  }
  const warmUpSeconds = (performance.now() - started) / MILLISECONDS_PER_SECOND
  return { ...opened, info: { ...opened.info, warmUpSeconds } }
}

async function openAll(
  modelsDir: string,
  names: readonly string[],
  options: Partial<SessionOptions>,
): Promise<Opened & { readonly sessions: readonly Session[] }> {
  const started = performance.now()
  // All manifests before the first session: a missing network is said at once.
  const manifests = await Promise.all(names.map((name) => requireModel(modelsDir, name)))
  const sessions: Session[] = []
  try {
    for (const [i, name] of names.entries()) {
      const { precision = 'fp32', exportPorts = null } = manifests[i] ?? {}
      for (const stem of GRAPH_STEMS[catalogueEntry(name).kind]) {
        const path = join(modelsDir, name, `${stem}.onnx`)
        const session = await openOnnxSession(path, { ...options, keepsStoredWeights: precision === 'fp16' })
        sessions.push(adapt(session, stem, exportPorts))
      }
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
      parameters: manifests.reduce((sum, manifest) => sum + (manifest.parameters ?? 0), 0),
      loadingSeconds: (performance.now() - started) / MILLISECONDS_PER_SECOND,
      warmUpSeconds: 0,
    },
    digest: manifests.map(digestOfWeights).join('-'),
    release: async () => {
      await Promise.all(sessions.map((session) => session.release()))
    },
  }
}

/** What is computed with rounded weights is not what the others compute. */
function digestOfWeights({ source, precision }: InstalledManifest): string {
  return source.sha256.slice(0, 16) + (precision === 'fp32' ? '' : precision)
}

/** Each reason once, though every session met it. */
function refusalsOf(sessions: readonly Session[]): string[] {
  const all = sessions.flatMap((session) => session.refusals)
  return [...new Set(all.map(({ provider, reason }) => `${provider}: ${reason}`))]
}
