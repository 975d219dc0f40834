import { tensor, type Session } from '@sextant/inference'
import { blankTensor } from './blank-tensor.ts'
import { CROPS_AT_A_TIME } from './ism/describe-crops.ts'
import type { ProposalSource } from './ism/proposal-source.ts'
import { PEM_CHANNELS, VIEW_SIZE } from './networks/vision-transformer.ts'
import {
  DENSE_POINTS,
  embed,
  encodePositions,
  runFeatures,
  SPARSE_POINTS,
  type PoseNetworks,
} from './pem/pose-network.ts'

/**
 * Runs each network of the pose stage once, on blank inputs of the shapes of a request: what a runtime allocates, copies
 * and chooses for a shape is there when the first request comes. What they answer is dropped.
 */
export async function warmPoseNetworks(networks: PoseNetworks): Promise<void> {
  await runFeatures(
    networks.features,
    [new Uint8Array(3 * VIEW_SIZE ** 2)],
    [Int32Array.from({ length: VIEW_SIZE ** 2 }, (_, i) => i)],
  )
  const embedding = await embed(networks.embedding, new Float32Array(3 * SPARSE_POINTS))
  const embeddings = { embedding1: embedding, embedding2: embedding }
  const sparse = blankTensor(1, SPARSE_POINTS, PEM_CHANNELS)
  await networks.coarse.run({ f1: sparse, f2: sparse, ...embeddings })
  const position = await encodePositions(networks.position, new Float32Array(3 * DENSE_POINTS))
  const dense = blankTensor(1, DENSE_POINTS, PEM_CHANNELS)
  const picked = tensor(new BigInt64Array(SPARSE_POINTS), [1, SPARSE_POINTS])
  const positions = { position1: position, position2: position }
  await networks.fine.run({ f1: dense, f2: dense, ...positions, ...embeddings, sparse1: picked, sparse2: picked })
}

/** The same for the networks of segmentation. */
export async function warmSegmentationNetworks(proposals: ProposalSource, descriptor: Session): Promise<void> {
  await proposals.warmUp()
  await descriptor.run({ image: blankTensor(CROPS_AT_A_TIME, 3, VIEW_SIZE, VIEW_SIZE) })
}
