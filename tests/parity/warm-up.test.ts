import { describe, expect, it } from 'vitest'
import type { Session } from '@sextant/inference'
import { createSamProposer, warmPoseNetworks, warmSegmentationNetworks } from '@sextant/sam6d'
import { openSelfMade } from './run-case.ts'
import { SAM_SIDE, type SelfMadeName } from './self-made-cases.ts'

/** The sessions of the small networks, which note the shapes they are asked with. */
async function openNoting(names: readonly SelfMadeName[]) {
  const shapes: Record<string, string[]> = {}
  const sessions = {} as Record<SelfMadeName, Session>
  for (const name of names) {
    const session = await openSelfMade(name)
    sessions[name] = {
      ...session,
      run(inputs, wanted) {
        ;(shapes[name] ??= []).push(Object.values(inputs).map(({ dims }) => dims.join('x')).join(' ')) // prettier-ignore
        return session.run(inputs, wanted)
      },
    }
  }
  return { sessions, shapes, close: () => Promise.all(Object.values(sessions).map((session) => session.release())) }
}

describe('warm-up', () => {
  it('runs each pose network once, with the shapes of a request', async () => {
    const names = [
      'pem_features',
      'geometric_embedding',
      'coarse_matching',
      'position_encoding',
      'fine_matching',
    ] as const
    const { sessions, shapes, close } = await openNoting(names)
    await warmPoseNetworks({
      features: sessions.pem_features,
      embedding: sessions.geometric_embedding,
      coarse: sessions.coarse_matching,
      position: sessions.position_encoding,
      fine: sessions.fine_matching,
    })
    await close()
    expect(shapes).toEqual({
      pem_features: ['1x3x224x224 16x196'],
      geometric_embedding: ['1x197x197 1x197x197x3'],
      coarse_matching: ['1x196x256 1x196x256 1x197x197x256 1x197x197x256'],
      position_encoding: ['1x2048x32x6 1x2048x64x6'],
      fine_matching: ['1x2048x256 1x2048x256 1x2048x256 1x2048x256 1x197x197x256 1x197x197x256 1x196 1x196'],
    })
  })

  it('runs each network of segmentation once', async () => {
    const { sessions, shapes, close } = await openNoting(['dinov2', 'sam_encoder', 'sam_decoder'])
    const size = 16 * SAM_SIDE
    await warmSegmentationNetworks(
      createSamProposer({ encoder: sessions.sam_encoder, decoder: sessions.sam_decoder, size }),
      sessions.dinov2,
    )
    await close()
    expect(shapes).toEqual({
      sam_encoder: [`1x3x${size}x${size}`],
      sam_decoder: [`1x256x${SAM_SIDE}x${SAM_SIDE} 64x2`],
      dinov2: ['8x3x224x224'],
    })
  })
})
