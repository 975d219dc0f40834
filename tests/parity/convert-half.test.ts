import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { conversionOf, convertCheckpoint, inspectModel } from '@sextant/models'
import { GraphBuilder, writeCheckpoint, writeModel } from '@sextant/sam6d'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pseudoValues } from './pseudo-weights.ts'

const NETWORK = 'dinov2-vits14'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-half-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

describe('conversion with fp16', () => {
  it('takes half the disk, and the manifest says so', async () => {
    const path = join(root, 'small.pth')
    const tensors = [...conversionOf(NETWORK).expected()].map(
      ([name, shape]) => [name, shape, () => pseudoValues(name, shape)] as const,
    )
    await pipeline(Readable.from(writeCheckpoint(tensors)), createWriteStream(path))
    const { source, files } = await convertCheckpoint(path, NETWORK, join(root, 'models'), { precision: 'fp16' })
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    expect(bytes / source.bytes).toBeLessThan(0.52)
    expect(bytes / source.bytes).toBeGreaterThan(0.48)
    expect(await inspectModel(join(root, 'models'), NETWORK)).toMatchObject({
      state: 'ready',
      manifest: { precision: 'fp16' },
    })
  })

  it('refuses a weight that float16 cannot hold', async () => {
    const graph = new GraphBuilder('large')
    const values = new Float32Array(2 ** 14).fill(1e5)
    const weight = graph.weight('scale', [values.length], () => Promise.resolve(values))
    graph.output('y', graph.mul(graph.input('x', [1]), weight), [values.length])
    const sink = { fileName: 'weights', append: () => Promise.resolve() }
    await expect(writeModel(graph.build(), sink, 'fp16')).rejects.toThrow('scale holds 100000, more than float16 can')
    await expect(writeModel(graph.build(), sink)).resolves.toBeInstanceOf(Uint8Array)
  })
})
