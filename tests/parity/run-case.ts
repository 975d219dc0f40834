import { floatsOf, type Session } from '@sextant/inference'
import {
  assertParameters,
  createMemorySource,
  readCheckpoint,
  writeCheckpoint,
  type Precision,
  type StateDict,
} from '@sextant/sam6d'
import { pseudoValues } from './pseudo-weights.ts'
import { openGraph } from './run-network.ts'
import { SELF_MADE_CASES, type SelfMadeCase, type SelfMadeName } from './self-made-cases.ts'

type Change = (parameter: string, values: Float32Array) => Float32Array

/** A network's answer by output name. */
export type Outputs = Readonly<Record<string, { readonly dims: readonly number[]; readonly data: Float32Array }>>

/**
 * Pseudo-weights → .pth file → reader → graph → ONNX → runtime.
 *
 * @param change  of a parameter's values before they are written, for showing that they matter
 */
export async function openSelfMade(
  name: SelfMadeName,
  change: Change = (_, values) => values,
  precision: Precision = 'fp32',
): Promise<Session> {
  const { parameters: expected, build }: SelfMadeCase = SELF_MADE_CASES[name]
  const tensors = [...expected].map(
    ([parameter, shape]) => [parameter, shape, () => change(parameter, pseudoValues(parameter, shape))] as const,
  )
  const parts: Uint8Array[] = []
  for await (const part of writeCheckpoint(tensors, 'model')) parts.push(part)
  const parameters: StateDict = await readCheckpoint(createMemorySource(new Uint8Array(Buffer.concat(parts))))
  assertParameters(parameters, expected, name)
  return openGraph(build(parameters), { precision })
}

/** The whole chain, with the outputs of the case's inputs. */
export async function runSelfMade(name: SelfMadeName, change?: Change, precision?: Precision): Promise<Outputs> {
  const session = await openSelfMade(name, change, precision)
  try {
    const answer = await session.run(SELF_MADE_CASES[name].inputs)
    return Object.fromEntries(
      Object.entries(answer).map(([output, value]) => [output, { dims: value.dims, data: floatsOf(value) }]),
    )
  } finally {
    await session.release()
  }
}
