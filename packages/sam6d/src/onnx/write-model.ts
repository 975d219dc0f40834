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
import type { AttributeValue, Graph, GraphPort, SmallConstant, WeightTensor } from './graph-builder.ts'

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
/** Pages, so that the runtime can map the file. */
const ALIGNMENT = 4096

/**
 * Writes the weights of a graph to `sink`, one at a time, and returns the model that refers to them as external data: no
 * limit of 2 GB, and no more memory than the largest weight.
 *
 * @throws {RangeError} a weight has another size than its shape says
 * @source ONNX external data specification
 */
export async function writeModel(graph: Graph, sink: WeightSink): Promise<Uint8Array> {
  const initializer: TensorProto[] = graph.constants.map(constantProto)
  let offset = 0
  for (const weight of graph.weights) {
    const values = await weight.produce()
    const count = weight.dims.reduce((product, size) => product * size, 1)
    if (values.length !== count) throw new RangeError(`${weight.name} has ${values.length} values, not ${count}`)
    const padding = (ALIGNMENT - (offset % ALIGNMENT)) % ALIGNMENT
    if (padding > 0) await sink.append(new Uint8Array(padding))
    offset += padding
    await sink.append(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    initializer.push(weightProto(weight, sink.fileName, offset, values.byteLength))
    offset += values.byteLength
  }
  const node = graph.nodes.map(({ operator, domain, inputs, outputs, attributes }) =>
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

function weightProto(weight: WeightTensor, location: string, offset: number, length: number): TensorProto {
  const entries = { location, offset: String(offset), length: String(length) }
  return create(TensorProtoSchema, {
    name: weight.name,
    dims: weight.dims.map(BigInt),
    dataType: FLOAT,
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
