import { createMemorySource, readCheckpoint, type StateDict } from '@sextant/sam6d'
import { Golden } from './golden.ts'
import { pseudoValues } from './pseudo-weights.ts'
import { Report } from './report.ts'

export async function compareCheckpoints(): Promise<Report> {
  const golden = new Golden('torch_ckpt')
  const report = new Report(golden.name)
  const open = (file: string): Promise<StateDict> =>
    readCheckpoint(createMemorySource(new Uint8Array(golden.file(file))))
  for (const file of ['pem_like.pth', 'legacy.pth']) {
    const found = await open(file)
    const parameters = golden.meta.weights.params ?? []
    let names = 0
    const [values, reference]: number[][] = [[], []]
    for (const [name, shape] of parameters) {
      const parameter = found.get(name)
      if (parameter?.shape.join() === shape.join()) names++
      values!.push(...((await parameter?.read()) ?? []))
      reference!.push(...pseudoValues(name, shape))
    }
    report.compare(`${file} names`, [names, found.size], [parameters.length, parameters.length], 0)
    report.compare(`${file} values`, values!, reference!, 0)
  }
  const prefixed = await open('dp_prefixed.pth')
  report.compare('dp_prefixed.pth', [[...prefixed.keys()].filter((name) => name.startsWith('module.')).length], [0], 0)
  const misc = await open('misc.pth')
  const base = Array.from({ length: 24 }, (_, i) => i)
  const expected: Record<string, number[]> = {
    half: [-0.25, -0.125, 0, 0.125, 0.25, 0.375],
    bf16: [1.5, -2, 3.140625],
    count: [7],
    flags: [1, 0, 1],
    dbl: [Math.fround(1 / 3), Math.fround(2 / 3)],
    transposed: [0, 1, 2, 3, 4, 5].flatMap((c) => [0, 1, 2, 3].map((r) => 6 * r + c)),
    slice_a: base.slice(6, 18),
    slice_b: [0, 1, 2, 3].flatMap((r) => [6 * r + 2, 6 * r + 3]),
    param: [0.5, -0.5],
    'nested.a.0': [1, 2],
    'nested.b.0': [4],
  }
  for (const [name, values] of Object.entries(expected)) {
    report.compare(`misc.pth ${name}`, (await misc.get(name)?.read()) ?? [], values, 0)
  }
  return report
}
