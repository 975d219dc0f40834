import { PlatformError } from '@sextant/contracts'
import type { Session, Tensor } from '@sextant/inference'

/** Dims by port. */
export type Shapes = Readonly<Record<string, readonly number[]>>

/** @throws model.parameters_mismatch: the file has no such port */
export function assertPorts(session: Session, inputs: readonly string[], outputs: readonly string[]): void {
  for (const name of inputs) assertPort('input', name, session.inputNames)
  for (const name of outputs) assertPort('output', name, session.outputNames)
}

/**
 * Runs a network once and looks at the shapes of what it answers.
 *
 * @returns what it answers
 * @throws model.parameters_mismatch
 */
export async function assertShapes(
  session: Session,
  inputs: Readonly<Record<string, Tensor>>,
  answers: Shapes,
): Promise<Record<string, Tensor>> {
  const found = await session.run(inputs, Object.keys(answers)).catch((cause: unknown) => {
    const asked = Object.entries(inputs).map(([name, { dims }]) => `${name} [${dims.join(', ')}]`)
    return refuse(`it does not take ${asked.join(', ')}: ${cause instanceof Error ? cause.message : ''}`)
  })
  for (const [name, expected] of Object.entries(answers)) {
    const shape = found[name]?.dims ?? []
    if (shape.join() === expected.join()) continue
    refuse(`${name} is [${shape.join(', ')}], expected [${expected.join(', ')}]`)
  }
  return found
}

/** @throws model.parameters_mismatch */
export function refuse(reason: string): never {
  throw new PlatformError('model.parameters_mismatch', { detail: `The file is not what the manifest says: ${reason}.` })
}

function assertPort(kind: string, name: string, names: readonly string[]): void {
  if (!names.includes(name)) refuse(`there is no ${kind} ${name}; there are ${names.join(', ')}`)
}
