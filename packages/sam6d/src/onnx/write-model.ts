import { create, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf'
import { halfOf } from '@sextant/image'
import type {
  AttributeValue,
  Graph,
  GraphNode,
  GraphPort,
  SmallConstant,
  Value,
  WeightTensor,
} from './graph-builder.ts'

/** Where the weights of a model go: a file beside the model, written front to back. */
export interface WeightSink {
  /** Name of the file, as the model refers to it. */
  readonly fileName: string
  append(bytes: Uint8Array): Promise<void>
}

const OPSET = 20n
const IR_VERSION = 10n
const FLOAT = 1
const INT64 = 7
const FLOAT16 = 10
/** values of a weight that counts as large */
const LARGE = 2 ** 14
/** Largest value of float16. */
const MOST_HALF = 65504
/** Pages, so that the runtime can map the file. */
const ALIGNMENT = 4096

/** How large weights are stored. */
export const PRECISIONS = ['fp32', 'fp16'] as const
export type Precision = (typeof PRECISIONS)[number]

/**
 * Writes the weights of a graph to `sink`, one at a time, and returns the model that refers to them as external data: no
 * limit of 2 GB, and no more memory than the largest weight.
 *
 * With `fp16` large weights are stored as float16 and cast where they are used, so that every provider runs the graph and
 * computes in float32. Small ones (biases, norms, the frequencies of SAM's prompts) stay as they are: they would save
 * nothing and suffer most.
 *
 * @throws {RangeError} a weight has another size than its shape says, or a value that float16 cannot hold
 * @source ONNX external data specification
 */
export async function writeModel(graph: Graph, sink: WeightSink, precision: Precision = 'fp32'): Promise<Uint8Array> {
  const initializer: TensorProto[] = graph.constants.map(constantProto)
  const casts: GraphNode[] = []
  let offset = 0
  for (const weight of graph.weights) {
    const values = await weight.produce()
    const count = weight.dims.reduce((product, size) => product * size, 1)
    if (values.length !== count) throw new RangeError(`${weight.name} has ${values.length} values, not ${count}`)
    const padding = (ALIGNMENT - (offset % ALIGNMENT)) % ALIGNMENT
    if (padding > 0) await sink.append(new Uint8Array(padding))
    offset += padding
    const isHalf = precision === 'fp16' && count >= LARGE
    const stored = isHalf ? toHalves(values, weight.name) : values
    await sink.append(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength))
    const name = isHalf ? `${weight.name}:half` : weight.name
    if (isHalf) casts.push(castNode(name, weight.name))
    initializer.push(weightProto({ ...weight, name }, sink.fileName, offset, stored))
    offset += stored.byteLength
  }
  const node = [...casts, ...graph.nodes].map(({ operator, domain, inputs, outputs, attributes }) =>
    create(NodeProtoSchema, {
      opType: operator,
      domain,
      name: outputs[0] ?? '',
      input: [...inputs],
      output: [...outputs],
      attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
    }),
  )
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: 'sextant',
    opsetImport: [
      { domain: '', version: OPSET },
      { domain: 'com.microsoft', version: 1n },
    ],
    graph: create(GraphProtoSchema, {
      name: graph.name,
      input: graph.inputs.map(portProto),
      output: graph.outputs.map(portProto),
      initializer,
      node,
    }),
  })
  return toBinary(ModelProtoSchema, model)
}

function constantProto({ name, dims, data }: SmallConstant): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: data instanceof Float32Array ? FLOAT : INT64,
    rawData: new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer),
  })
}

function toHalves(values: Float32Array, name: string): Uint16Array {
  const beyond = values.find((value) => Math.abs(value) > MOST_HALF)
  if (beyond !== undefined) throw new RangeError(`${name} holds ${beyond}, more than float16 can`)
  return Uint16Array.from(values, halfOf)
}

function castNode(from: Value, to: Value): GraphNode {
  return { operator: 'Cast', domain: '', inputs: [from], outputs: [to], attributes: { to: FLOAT } }
}

function weightProto(
  weight: Pick<WeightTensor, 'name' | 'dims'>,
  location: string,
  offset: number,
  stored: Float32Array | Uint16Array,
): TensorProto {
  const entries = { location, offset: String(offset), length: String(stored.byteLength) }
  return create(TensorProtoSchema, {
    name: weight.name,
    dims: weight.dims.map(BigInt),
    dataType: stored instanceof Uint16Array ? FLOAT16 : FLOAT,
    dataLocation: DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
  })
}

function portProto({ name, type, dims }: GraphPort): ValueInfoProto {
  const dim = dims.map((size) => ({
    value:
      typeof size === 'string'
        ? { case: 'dimParam' as const, value: size }
        : { case: 'dimValue' as const, value: BigInt(size) },
  }))
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: type === 'float32' ? FLOAT : INT64, shape: { dim } } } },
  })
}

function attributeProto(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) })
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) })
  }
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float })
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) })
}
