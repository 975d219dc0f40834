import { refuseCheckpoint } from '../checkpoint/refusal.ts'
import type { StateDict } from '../checkpoint/state-dict.ts'
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts'

/** A builder with the parameters of one module: names are relative to `prefix`. */
export interface Module {
  readonly graph: GraphBuilder
  readonly parameters: StateDict
  readonly prefix: string
}

export function child(module: Module, name: string): Module {
  return { ...module, prefix: `${module.prefix}${name}.` }
}

export function shapeOf(module: Module, name: string): readonly number[] {
  return parameterOf(module, name).shape
}

/** The parameter as it is stored, or with another shape of the same size. */
export function parameter(module: Module, name: string, dims?: readonly number[]): Value {
  const stored = parameterOf(module, name)
  return module.graph.weight(
    dims === undefined ? stored.name : `${stored.name}:${dims.join('x')}`,
    dims ?? stored.shape,
    () => stored.read(),
  )
}

/** Values of a parameter, for constants computed from it. */
export function readParameter(module: Module, name: string): Promise<Float32Array> {
  return parameterOf(module, name).read()
}

/** y = x Wᵀ + b on the last axis; W is stored transposed, as MatMul wants it. */
export function linear(module: Module, x: Value, name: string, hasBias = true): Value {
  const { graph } = module
  const product = graph.matmul(x, transposed(module, `${name}.weight`))
  return hasBias ? graph.add(product, parameter(module, `${name}.bias`)) : product
}

/** A matrix parameter [out, in, 1...] as [in, out]. */
export function transposed(module: Module, name: string): Value {
  const stored = parameterOf(module, name)
  const [rows = 1, columns = 1] = stored.shape
  return module.graph.weight(`${stored.name}:transposed`, [columns, rows], async () =>
    transposeMatrix(await stored.read(), rows, columns),
  )
}

export function transposeMatrix(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c]
  return out
}

export function layerNorm(module: Module, x: Value, name: string, epsilon: number): Value {
  return module.graph.layerNorm(x, parameter(module, `${name}.weight`), parameter(module, `${name}.bias`), epsilon)
}

/** A learned row, repeated over the batch of `like` and set before its tokens. `like`: [B, n, C]. */
export function prependToken(module: Module, name: string, like: Value, channels: number): Value {
  const { graph } = module
  const batch = graph.slice(graph.shape(like), 0, 0, 1)
  const shape = graph.concat([batch, graph.integers([1, channels])], 0)
  return graph.concat([graph.expand(parameter(module, name, [1, 1, channels]), shape), like], 1)
}

/** [B, n, heads * d] → [B, heads, n, d] */
export function splitHeads(graph: GraphBuilder, x: Value, heads: number, width: number): Value {
  return graph.transpose(graph.reshape(x, [0, -1, heads, width / heads]), [0, 2, 1, 3])
}

/** [B, heads, n, d] → [B, n, heads * d] */
export function joinHeads(graph: GraphBuilder, x: Value, width: number): Value {
  return graph.reshape(graph.transpose(x, [0, 2, 1, 3]), [0, -1, width])
}

function parameterOf(module: Module, name: string): NonNullable<ReturnType<StateDict['get']>> {
  const stored = module.parameters.get(module.prefix + name)
  if (stored === undefined) throw refuseCheckpoint(`the parameter ${module.prefix}${name} is missing`)
  return stored
}
