import {
  buildCoarseMatching,
  buildFineMatching,
  buildGeometricEmbedding,
  buildPemFeatures,
  buildPositionEncoding,
  type PoseNetworks,
  type StateDict,
} from '@sextant/sam6d'
import { openGraph } from './run-network.ts'

export async function openPemNetworks(parameters: StateDict): Promise<PoseNetworks & { release(): Promise<void> }> {
  const networks = {
    features: await openGraph(buildPemFeatures(parameters)),
    embedding: await openGraph(buildGeometricEmbedding(parameters)),
    coarse: await openGraph(buildCoarseMatching(parameters)),
    position: await openGraph(buildPositionEncoding(parameters)),
    fine: await openGraph(buildFineMatching(parameters)),
  }
  return {
    ...networks,
    release: async () => {
      await Promise.all(Object.values(networks).map((session) => session.release()))
    },
  }
}
