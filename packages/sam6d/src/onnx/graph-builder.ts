/** Name of a value in the graph. */
export type Value = string

export type AttributeValue = number | string | { readonly float: number } | readonly number[]

export interface GraphNode {
  readonly operator: string
  readonly domain: string
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

export type ValueType = 'float32' | 'int64'

export interface GraphPort {
  readonly name: Value
  readonly type: ValueType
  /** A text is a dimension known at run time only. */
  readonly dims: readonly (number | string)[]
}

/** A large constant, produced when it is written: at most one is in memory at a time. */
export interface WeightTensor {
  readonly name: Value
  readonly dims: readonly number[]
  produce(): Promise<Float32Array>
}

/** A small constant, kept inside the graph. */
export interface SmallConstant {
  readonly name: Value
  readonly dims: readonly number[]
  readonly data: Float32Array | BigInt64Array
}

export interface Graph {
  readonly name: string
  readonly inputs: readonly GraphPort[]
  readonly outputs: readonly GraphPort[]
  readonly nodes: readonly GraphNode[]
  readonly weights: readonly WeightTensor[]
  readonly constants: readonly SmallConstant[]
}

/**
 * Collects the nodes of one network. Methods are ONNX operators of opset 20 under their own names; each returns the name of
 * its result.
 */
export class GraphBuilder {
  private readonly nodes: GraphNode[] = []
  private readonly inputs: GraphPort[] = []
  private readonly outputs: GraphPort[] = []
  private readonly weights = new Map<string, WeightTensor>()
  private readonly constants = new Map<string, SmallConstant>()
  private readonly name: string
  private readonly hasTaps: boolean
  private count = 0

  /**
   * @param name     of the graph
   * @param hasTaps  whether `tap` makes outputs: for comparing stage by stage
   */
  constructor(name: string, hasTaps = false) {
    this.name = name
    this.hasTaps = hasTaps
  }

  input(name: string, dims: readonly (number | string)[], type: ValueType = 'float32'): Value {
    this.inputs.push({ name, type, dims })
    return name
  }

  output(name: string, value: Value, dims: readonly (number | string)[], type: ValueType = 'float32'): void {
    this.nodes.push({ operator: 'Identity', domain: '', inputs: [value], outputs: [name], attributes: {} })
    this.outputs.push({ name, type, dims })
  }

  /** Makes an intermediate value an output, when the builder was made for comparison. */
  tap(name: string, value: Value, dims: readonly (number | string)[]): void {
    if (this.hasTaps) this.output(name, value, dims)
  }

  /** One weight; a name asked for twice is stored once. */
  weight(name: string, dims: readonly number[], produce: () => Promise<Float32Array>): Value {
    if (!this.weights.has(name)) this.weights.set(name, { name, dims, produce })
    return name
  }

  scalar(value: number): Value {
    return this.constant(`scalar:${value}`, Float32Array.of(value), [])
  }

  integers(values: readonly number[]): Value {
    return this.constant(`ints:${values.join(',')}`, BigInt64Array.from(values, BigInt), [values.length])
  }

  constant(name: string, data: Float32Array | BigInt64Array, dims: readonly number[]): Value {
    if (!this.constants.has(name)) this.constants.set(name, { name, dims, data })
    return name
  }

  node(
    operator: string,
    inputs: readonly Value[],
    attributes: Record<string, AttributeValue> = {},
    domain = '',
  ): Value {
    return this.nodes_(operator, inputs, 1, attributes, domain)[0]
  }

  add = (a: Value, b: Value): Value => this.node('Add', [a, b])
  sub = (a: Value, b: Value): Value => this.node('Sub', [a, b])
  mul = (a: Value, b: Value): Value => this.node('Mul', [a, b])
  div = (a: Value, b: Value): Value => this.node('Div', [a, b])
  matmul = (a: Value, b: Value): Value => this.node('MatMul', [a, b])
  relu = (x: Value): Value => this.node('Relu', [x])
  gelu = (x: Value): Value => this.node('Gelu', [x])
  concat = (parts: readonly Value[], axis: number): Value => this.node('Concat', parts, { axis })
  softmax = (x: Value, axis = -1): Value => this.node('Softmax', [x], { axis })
  transpose = (x: Value, perm: readonly number[]): Value => this.node('Transpose', [x], { perm })
  reshape = (x: Value, dims: readonly number[]): Value => this.node('Reshape', [x, this.integers(dims)])
  expand = (x: Value, shape: Value): Value => this.node('Expand', [x, shape])
  shape = (x: Value): Value => this.node('Shape', [x])
  unsqueeze = (x: Value, axes: readonly number[]): Value => this.node('Unsqueeze', [x, this.integers(axes)])
  squeeze = (x: Value, axes: readonly number[]): Value => this.node('Squeeze', [x, this.integers(axes)])
  sum = (x: Value, axes: readonly number[]): Value => this.node('ReduceSum', [x, this.integers(axes)], { keepdims: 1 })
  max = (x: Value, axis: number): Value => this.node('ReduceMax', [x, this.integers([axis])], { keepdims: 0 })

  /** x[..., start:end, ...] on one axis; `end` may exceed the size. */
  slice(x: Value, axis: number, start: number, end = 2 ** 31): Value {
    return this.node('Slice', [x, this.integers([start]), this.integers([end]), this.integers([axis])])
  }

  split(x: Value, count: number, axis: number): readonly Value[] {
    return this.nodes_('Split', [x], count, { axis, num_outputs: count }, '')
  }

  layerNorm(x: Value, scale: Value, bias: Value, epsilon: number): Value {
    return this.node('LayerNormalization', [x, scale, bias], { axis: -1, epsilon: { float: epsilon } })
  }

  build(): Graph {
    return {
      name: this.name,
      inputs: this.inputs,
      outputs: this.outputs,
      nodes: this.nodes,
      weights: [...this.weights.values()],
      constants: [...this.constants.values()],
    }
  }

  private nodes_(
    operator: string,
    inputs: readonly Value[],
    outputCount: number,
    attributes: Record<string, AttributeValue>,
    domain: string,
  ): readonly Value[] {
    const id = this.count++
    const outputs = Array.from({ length: outputCount }, (_, i) => `${operator}_${id}${i === 0 ? '' : `_${i}`}`)
    this.nodes.push({ operator, domain, inputs, outputs, attributes })
    return outputs
  }
}
