import { PlatformError } from '@sextant/contracts'
import { createRng } from '@sextant/geometry'
import { createCheckpointFiles, mutateCheckpoint, packSafetensors } from '@sextant/testkit'
import { describe, expect, it } from 'vitest'
import { createMemorySource } from './byte-source.ts'
import { assertParameters } from './compare-parameters.ts'
import { parsePickle } from './pickle.ts'
import { readCheckpoint } from './read-checkpoint.ts'
import { createTorchRules } from './torch-rules.ts'
import { writeCheckpoint } from './write-checkpoint.ts'

const WEIGHT = Float32Array.from({ length: 6 }, (_, i) => i - 2.5)

async function sample(wrapper?: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  const tensors = [
    ['a.weight', [2, 3], () => WEIGHT],
    ['a.bias', [2], () => Float32Array.of(7, 8)],
    ['count', [], () => Float32Array.of(1)],
  ] as const
  for await (const part of writeCheckpoint(tensors, wrapper)) parts.push(part)
  return new Uint8Array(Buffer.concat(parts))
}

const safetensors = (header: unknown, data: Uint8Array): Uint8Array => packSafetensors(JSON.stringify(header), data)

const open = (bytes: Uint8Array): ReturnType<typeof readCheckpoint> => readCheckpoint(createMemorySource(bytes))

describe('readCheckpoint', () => {
  it('reads what torch.save lays out, wrapped or not', async () => {
    for (const wrapper of [undefined, 'model', 'state_dict']) {
      const found = await open(await sample(wrapper))
      expect([...found.keys()]).toEqual(['a.weight', 'a.bias', 'count'])
      expect(found.get('a.weight')!.shape).toEqual([2, 3])
      expect(await found.get('a.weight')!.read()).toEqual(WEIGHT)
    }
  })

  it('reads safetensors', async () => {
    const header = {
      __metadata__: { format: 'pt' },
      w: { dtype: 'F32', shape: [3], data_offsets: [0, 12] },
      h: { dtype: 'BF16', shape: [2], data_offsets: [12, 16] },
    }
    const data = new Uint8Array(16)
    new Float32Array(data.buffer, 0, 3).set([1, 2, 3])
    new Uint16Array(data.buffer, 12, 2).set([0x3fc0, 0xc000])
    const found = await open(safetensors(header, data))
    expect([...(await found.get('w')!.read())]).toEqual([1, 2, 3])
    expect([...(await found.get('h')!.read())]).toEqual([1.5, -2])
  })

  it('says which parameters are missing or of another shape', async () => {
    const found = await open(await sample())
    const expected = new Map<string, number[]>([
      ['a.weight', [3, 2]],
      ['b.weight', [1]],
    ])
    expect(() => assertParameters(found, expected, 'a test network')).toThrow(
      /b.weight is missing; a.weight is \[2, 3\]/,
    )
  })
})

describe('hostile checkpoints', () => {
  const refused = expect.objectContaining({ code: 'model.unreadable' }) as unknown

  it('refuses each kind of damage with the reason', async () => {
    const good = await sample()
    const cases: [string, Uint8Array, RegExp][] = [
      ['empty', new Uint8Array(0), /0 bytes/],
      ['text', new TextEncoder().encode('this is not a checkpoint at all'), /neither a PyTorch file nor safetensors/],
      ['truncated', good.slice(0, good.length - 60), /truncated/],
      [
        'offsets beyond the file',
        safetensors({ w: { dtype: 'F32', shape: [9], data_offsets: [0, 36] } }, new Uint8Array(4)),
        /beyond/,
      ],
      [
        'a shape that does not fit',
        safetensors({ w: { dtype: 'F32', shape: [9], data_offsets: [0, 4] } }, new Uint8Array(4)),
        /beyond/,
      ],
    ]
    for (const [, bytes, reason] of cases) {
      await expect(open(bytes)).rejects.toEqual(refused)
      await expect(open(bytes)).rejects.toThrow(reason)
    }
  })

  it('names a global that is not on the list, and never resolves it', () => {
    const pickle = new TextEncoder().encode("cos\nsystem\n(S'true'\ntR.")
    expect(() => parsePickle(pickle, createTorchRules())).toThrow(/"os.system", which is not on the list/)
  })

  it('refuses opcodes that build objects or refer to code', () => {
    for (const opcode of [0x69, 0x6f, 0x82, 0x92, 0x97]) {
      expect(() => parsePickle(Uint8Array.of(0x80, 4, opcode, 0x2e), createTorchRules())).toThrow(/not on the list/)
    }
  })

  it('refuses compressed members: an archive cannot unfold to more than its size', async () => {
    const bytes = await sample()
    const view = new DataView(bytes.buffer)
    for (let at = 0; at < bytes.length - 4; at++)
      if (view.getUint32(at, true) === 0x02014b50) view.setUint16(at + 10, 8, true)
    await expect(open(bytes)).rejects.toThrow(/compressed/)
  })

  it('survives mutations: a coded refusal or a readable state dict, nothing else', async () => {
    const files = await createCheckpointFiles(writeCheckpoint)
    for (const { name, bytes } of files) expect((await open(bytes)).size, name).toBeGreaterThan(1)
    let refusals = 0
    for (let seed = 0; seed < 2000; seed++) {
      const file = files[seed % files.length]
      try {
        for (const parameter of (await open(mutateCheckpoint(file, createRng(seed)))).values()) await parameter.read()
      } catch (error) {
        expect(error, `${file.name}, seed ${seed}`).toBeInstanceOf(PlatformError)
        refusals++
      }
    }
    expect(refusals).toBeGreaterThan(500)
  })
})
