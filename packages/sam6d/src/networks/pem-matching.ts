import type { StateDict } from '../checkpoint/state-dict.ts'
import { GraphBuilder, type Graph, type Value } from '../onnx/graph-builder.ts'
import { child, linear, prependToken, transposeMatrix, type Module } from './layers.ts'
import {
  countChildren,
  geometricTransformer,
  linearTransformerLayer,
  similarity,
  type Pair,
} from './point-transformer.ts'

const WIDTH = 256
const NORM_EPSILON = 1e-5

/**
 * Coarse point matching of two sparse clouds.
 * Inputs `f1`, `f2` [B, n, 256] (observed, object), `embedding1`, `embedding2` [B, n + 1, n + 1, 256] (row 0 = background).
 * Output `attention` [B, n + 1, n + 1].
 *
 * @source Lin et al. 2024, SAM-6D, section 3.3.1
 */
export function buildCoarseMatching(parameters: StateDict, hasTaps = false): Graph {
  const graph = new GraphBuilder('pem_coarse_matching', hasTaps)
  const module: Module = { graph, parameters, prefix: 'coarse_point_matching.' }
  let tokens: Pair = [
    projectTokens(module, graph.input('f1', ['batch', 'n1', WIDTH])),
    projectTokens(module, graph.input('f2', ['batch', 'n2', WIDTH])),
  ]
  const embeddings = embeddingInputs(graph)
  for (let i = 0; i < countChildren(module, 'transformers'); i++) {
    tokens = geometricTransformer(child(module, `transformers.${i}`), tokens, embeddings)
    tapBlock(graph, i, tokens)
  }
  graph.output('attention', similarity(module, tokens), ['batch', 'rows', 'columns'])
  return graph.build()
}

/**
 * Fine point matching of two dense clouds.
 * Inputs `f1`, `f2` [B, N, 256], `position1`, `position2` [B, N, 256] (position encodings), `embedding1`, `embedding2`
 * [B, n + 1, n + 1, 256] and `sparse1`, `sparse2` [B, n] int64 (indices of the sparse points among the dense).
 * Output `attention` [B, N + 1, N + 1].
 *
 * The trained network gathers its sparse features from the tensor that has the background row at 0, with indices that do
 * not count that row: each sparse token carries the feature of the point before. Kept, since the weights expect it.
 *
 * @source Lin et al. 2024, SAM-6D, section 3.3.2
 */
export function buildFineMatching(parameters: StateDict, hasTaps = false): Graph {
  const graph = new GraphBuilder('pem_fine_matching', hasTaps)
  const module: Module = { graph, parameters, prefix: 'fine_point_matching.' }
  const start = (i: 1 | 2): Value => {
    const features = linear(module, graph.input(`f${i}`, ['batch', `N${i}`, WIDTH]), 'in_proj')
    const position = graph.input(`position${i}`, ['batch', `N${i}`, WIDTH])
    return prependToken(module, 'bg_token', graph.add(features, position), WIDTH)
  }
  let tokens: Pair = [start(1), start(2)]
  const embeddings = embeddingInputs(graph)
  const sparse: Pair = [
    graph.input('sparse1', ['batch', 'n1'], 'int64'),
    graph.input('sparse2', ['batch', 'n2'], 'int64'),
  ]
  for (let i = 0; i < countChildren(module, 'transformers'); i++) {
    tokens = sparseToDense(child(module, `transformers.${i}`), tokens, embeddings, sparse)
    tapBlock(graph, i, tokens)
  }
  graph.output('attention', similarity(module, tokens), ['batch', 'rows', 'columns'])
  return graph.build()
}

/** Sparse tokens through the geometric transformer, then the dense ones attend to them; the background row is the sparse one. */
export function sparseToDense(module: Module, tokens: Pair, embeddings: Pair, sparse: Pair): Pair {
  const { graph } = module
  const gather = (i: 0 | 1): Value =>
    graph.concat([graph.slice(tokens[i], 1, 0, 1), gatherRows(graph, tokens[i], sparse[i])], 1)
  const mixed = geometricTransformer(child(module, 'sparse_layer'), [gather(0), gather(1)], embeddings)
  const dense = child(module, 'dense_layer')
  const spread = (i: 0 | 1): Value => {
    const rows = linearTransformerLayer(dense, graph.slice(tokens[i], 1, 1), graph.slice(mixed[i], 1, 1))
    return graph.concat([graph.slice(mixed[i], 1, 0, 1), rows], 1)
  }
  return [spread(0), spread(1)]
}

/** x: [B, N, 256], indices: [B, n] → [B, n, 256] */
function gatherRows(graph: GraphBuilder, x: Value, indices: Value): Value {
  return graph.node('GatherND', [x, graph.unsqueeze(indices, [-1])], { batch_dims: 1 })
}

/**
 * PEM's position encoding from grouped neighbours.
 * Inputs `near` [B, N, 32, 6] and `wide` [B, N, 64, 6]: neighbour - centre, neighbour. Output `position` [B, N, 256].
 * Batch norms are folded into the layers before them.
 *
 * @source Qi et al. 2017, PointNet++ (multi-scale grouping); SAM-6D's fine_point_matching.PositionalEncoding
 */
export function buildPositionEncoding(parameters: StateDict, hasTaps = false): Graph {
  const graph = new GraphBuilder('pem_position_encoding', hasTaps)
  const module: Module = { graph, parameters, prefix: 'fine_point_matching.PE.' }
  const pooled = [
    ['mlp1', 'near', 32],
    ['mlp2', 'wide', 64],
  ].map(([name, port, samples]) => {
    let x: Value = graph.input(port as string, ['batch', 'N', samples, 6])
    for (let i = 0; i < 3; i++) x = graph.relu(foldedLinear(child(module, `${name}.layer${i}`), x))
    const value = graph.max(x, 2)
    graph.tap(`pooled_${port}`, value, ['batch', 'N', 128])
    return value
  })
  const last = child(module, 'mlp3.conv')
  const weights = parametersOf(last, 'weight')
  const [out = 0, width = 0] = weights.shape
  const matrix = graph.weight(`${weights.name}:transposed`, [width, out], async () =>
    transposeMatrix(await weights.read(), out, width),
  )
  const bias = parametersOf(last, 'bias')
  const shifted = graph.weight(bias.name, [out], () => bias.read())
  graph.output('position', graph.add(graph.matmul(graph.concat(pooled, 2), matrix), shifted), ['batch', 'N', WIDTH])
  return graph.build()
}

/** A 1 x 1 convolution without bias and its batch norm as one linear layer on the last axis. */
function foldedLinear(module: Module, x: Value): Value {
  const { graph } = module
  const weight = parametersOf(module, 'conv.weight')
  const [out = 0, width = 0] = weight.shape
  const read = (name: string): Promise<Float32Array> => parametersOf(module, `normlayer.bn.${name}`).read()
  const gains = async (): Promise<Float64Array> => {
    const [scale, variance] = await Promise.all([read('weight'), read('running_var')])
    return Float64Array.from(scale, (value, i) => value / Math.sqrt(variance[i] + NORM_EPSILON))
  }
  const matrix = graph.weight(`${weight.name}:folded`, [width, out], async () => {
    const [values, gain] = [await weight.read(), await gains()]
    return transposeMatrix(
      values.map((value, i) => value * gain[Math.floor(i / width)]),
      out,
      width,
    )
  })
  const bias = graph.weight(`${module.prefix}bias:folded`, [out], async () => {
    const [gain, shift, mean] = [await gains(), await read('bias'), await read('running_mean')]
    return shift.map((value, i) => value - mean[i] * gain[i])
  })
  return graph.add(graph.matmul(x, matrix), bias)
}

function parametersOf(module: Module, name: string): NonNullable<ReturnType<StateDict['get']>> {
  return module.parameters.get(module.prefix + name)!
}

function projectTokens(module: Module, features: Value): Value {
  return prependToken(module, 'bg_token', linear(module, features, 'in_proj'), WIDTH)
}

function embeddingInputs(graph: GraphBuilder): Pair {
  return [
    graph.input('embedding1', ['batch', 'rows', 'rows', WIDTH]),
    graph.input('embedding2', ['batch', 'columns', 'columns', WIDTH]),
  ]
}

function tapBlock(graph: GraphBuilder, block: number, tokens: Pair): void {
  tokens.forEach((value, i) => graph.tap(`block${block}_f${i + 1}`, value, ['batch', `tokens${i + 1}`, WIDTH]))
}
