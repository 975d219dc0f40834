import { PlatformError } from '@sextant/contracts'
import type { StateDict } from './state-dict.ts'

/** What a network expects: parameter name to shape. */
export type ExpectedParameters = ReadonlyMap<string, readonly number[]>

/** How a checkpoint differs from what a network expects. */
export interface ParameterComparison {
  readonly missing: readonly string[]
  readonly extra: readonly string[]
  readonly misshaped: readonly {
    readonly name: string
    readonly expected: readonly number[]
    readonly found: readonly number[]
  }[]
}

export function compareParameters(found: StateDict, expected: ExpectedParameters): ParameterComparison {
  const missing: string[] = []
  const misshaped: { name: string; expected: readonly number[]; found: readonly number[] }[] = []
  for (const [name, shape] of expected) {
    const parameter = found.get(name)
    if (parameter === undefined) missing.push(name)
    else if (parameter.shape.join() !== shape.join()) misshaped.push({ name, expected: shape, found: parameter.shape })
  }
  return { missing, misshaped, extra: [...found.keys()].filter((name) => !expected.has(name)) }
}

/** @throws model.parameters_mismatch with the first few names when a parameter is missing or has another shape; extra ones pass */
export function assertParameters(found: StateDict, expected: ExpectedParameters, network: string): ParameterComparison {
  const comparison = compareParameters(found, expected)
  const problems = [
    ...comparison.missing.map((name) => `${name} is missing`),
    ...comparison.misshaped.map((one) => `${one.name} is [${one.found.join(', ')}], not [${one.expected.join(', ')}]`),
  ]
  if (problems.length > 0) {
    const rest = problems.length > 5 ? `; and ${problems.length - 5} more` : ''
    throw new PlatformError('model.parameters_mismatch', {
      detail: `The checkpoint is not ${network}: ${problems.slice(0, 5).join('; ')}${rest}.`,
      data: { missing: comparison.missing, misshaped: comparison.misshaped },
    })
  }
  return comparison
}
