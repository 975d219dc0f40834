import { floatsOf } from '@sextant/inference'
import { assertParameters, createMemorySource, readCheckpoint, writeCheckpoint, type StateDict } from '@sextant/sam6d'
import { pseudoValues } from './pseudo-weights.ts'
import { openGraph } from './run-network.ts'
import { SELF_MADE_CASES, type SelfMadeCase, type SelfMadeName } from './self-made-cases.ts'

/** A network's answer by output name. */
export type Outputs = Readonly<Record<string, { readonly dims: readonly number[]; readonly data: Float32Array }>>

/**
 * The whole chain: pseudo-weights → .pth file → reader → graph → ONNX → runtime → outputs.
 *
 * @param change  of a parameter's values before they are written, for showing that they matter
 */
export async function runSelfMade(
  name: SelfMadeName,
  change: (parameter: string, values: Float32Array) => Float32Array = (_, values) => values,
): Promise<Outputs> {
  const { parameters: expected, build, inputs }: SelfMadeCase = SELF_MADE_CASES[name]
  const tensors = [...expected].map(
    ([parameter, shape]) => [parameter, shape, () => change(parameter, pseudoValues(parameter, shape))] as const,
  )
  const parts: Uint8Array[] = []
  for await (const part of writeCheckpoint(tensors, 'model')) parts.push(part)
  const parameters: StateDict = await readCheckpoint(createMemorySource(new Uint8Array(Buffer.concat(parts))))
  assertParameters(parameters, expected, name)
  const session = await openGraph(build(parameters))
  try {
    const answer = await session.run(inputs)
    return Object.fromEntries(
      Object.entries(answer).map(([output, value]) => [output, { dims: value.dims, data: floatsOf(value) }]),
    )
  } finally {
    await session.release()
  }
}
