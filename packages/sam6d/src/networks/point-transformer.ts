import type { Value } from '../onnx/graph-builder.ts'
import { child, joinHeads, layerNorm, linear, parameter, splitHeads, type Module } from './layers.ts'

const WIDTH = 256
const HEADS = 4
const EPSILON = 1e-5

/** Two clouds' tokens, [B, n, 256] and [B, m, 256]. */
export type Pair = readonly [Value, Value]

/**
 * Self attention with geometric embedding on both clouds (same weights), then cross attention, first 0 from 1, then 1 from
 * the already updated 0.
 *
 * @param embeddings  [B, n, n, 256], [B, m, m, 256]
 * @source Qin et al. 2022, GeoTransformer, section 3.2
 */
export function geometricTransformer(module: Module, tokens: Pair, embeddings: Pair): Pair {
  const own = child(module, 'layers.0')
  const x = transformerLayer(own, tokens[0], tokens[0], embeddings[0])
  const y = transformerLayer(own, tokens[1], tokens[1], embeddings[1])
  const cross = child(module, 'layers.1')
  const crossed = transformerLayer(cross, x, y)
  return [crossed, transformerLayer(cross, y, crossed)]
}

/** One layer: attention of `x` to `memory`, residual, norm, output block. */
export function transformerLayer(module: Module, x: Value, memory: Value, embedding?: Value): Value {
  const { graph } = module
  const attention = child(module, 'attention.attention')
  const q = splitHeads(graph, linear(attention, x, 'proj_q'), HEADS, WIDTH)
  const k = splitHeads(graph, linear(attention, memory, 'proj_k'), HEADS, WIDTH)
  const v = splitHeads(graph, linear(attention, memory, 'proj_v'), HEADS, WIDTH)
  let logits = graph.matmul(q, graph.transpose(k, [0, 1, 3, 2]))
  if (embedding !== undefined) logits = graph.add(logits, positionLogits(attention, q, embedding))
  const scores = graph.softmax(graph.mul(logits, graph.scalar((WIDTH / HEADS) ** -0.5)))
  return finishLayer(module, joinHeads(graph, graph.matmul(scores, v), WIDTH), x)
}

/**
 * q · (E Wᵀ + b) per head, as (q W) · E + q · b: the projected embedding [B, n, n, 256] is never made, which would be the
 * most expensive step of the whole network.
 */
function positionLogits(attention: Module, q: Value, embedding: Value): Value {
  const { graph } = attention
  const perHead = WIDTH / HEADS
  const weight = parameter(attention, 'proj_p.weight', [1, HEADS, perHead, WIDTH])
  const bias = parameter(attention, 'proj_p.bias', [1, HEADS, perHead, 1])
  // [B, h, n, 256] → [B, n, 256, h]
  const turned = graph.transpose(graph.matmul(q, weight), [0, 2, 3, 1])
  // [B, n, m, 256] x [B, n, 256, h] → [B, n, m, h] → [B, h, n, m]
  const scores = graph.transpose(graph.matmul(embedding, turned), [0, 3, 1, 2])
  return graph.add(scores, graph.matmul(q, bias))
}

/**
 * Dense tokens attend to sparse ones by linear attention with focused kernels.
 *
 * @param x       [B, N, 256]
 * @param memory  [B, n, 256]
 * @source Han et al. 2023, FLatten Transformer (focusing factor 3)
 */
export function linearTransformerLayer(module: Module, x: Value, memory: Value): Value {
  return finishLayer(module, linearAttention(child(module, 'attention.attention'), x, memory), x)
}

export function linearAttention(attention: Module, x: Value, memory: Value): Value {
  const { graph } = attention
  const scale = graph.node('Softplus', [parameter(attention, 'scale', [1, 1, WIDTH])])
  const focus = (value: Value): Value => {
    const positive = graph.div(graph.add(graph.relu(value), graph.scalar(1e-6)), scale)
    const cubed = graph.mul(graph.mul(positive, positive), positive)
    return graph.div(graph.mul(cubed, norm(positive)), norm(cubed))
  }
  const norm = (value: Value): Value => graph.node('Sqrt', [graph.sum(graph.mul(value, value), [-1])])
  const q = splitHeads(graph, focus(linear(attention, x, 'proj_q')), HEADS, WIDTH)
  const k = splitHeads(graph, focus(linear(attention, memory, 'proj_k')), HEADS, WIDTH)
  const v = splitHeads(graph, linear(attention, memory, 'proj_v'), HEADS, WIDTH)
  const gathered = graph.matmul(graph.transpose(k, [0, 1, 3, 2]), v)
  const total = graph.transpose(graph.sum(k, [2]), [0, 1, 3, 2])
  const weights = graph.add(graph.matmul(q, total), graph.scalar(1e-6))
  return joinHeads(graph, graph.div(graph.matmul(q, gathered), weights), WIDTH)
}

/** Linear, residual, norm; then the output block: expand, ReLU, squeeze, residual, norm. */
function finishLayer(module: Module, hidden: Value, x: Value): Value {
  const { graph } = module
  const attention = child(module, 'attention')
  const mixed = layerNorm(attention, graph.add(linear(attention, hidden, 'linear'), x), 'norm', EPSILON)
  const output = child(module, 'output')
  const squeezed = linear(output, graph.relu(linear(output, mixed, 'expand')), 'squeeze')
  return layerNorm(output, graph.add(mixed, squeezed), 'norm', EPSILON)
}

/** Number of numbered children of a module. */
export function countChildren(module: Module, name: string): number {
  let count = 0
  const prefix = `${module.prefix}${name}.`
  while ([...module.parameters.keys()].some((key) => key.startsWith(`${prefix}${count}.`))) count++
  return count
}

/** Cosine similarity of all pairs divided by the temperature 0.1. [B, n, 256] x [B, m, 256] → [B, n, m] */
export function similarity(module: Module, tokens: Pair): Value {
  const { graph } = module
  const [a, b] = tokens.map((value) => {
    const projected = linear(module, value, 'out_proj')
    const length = graph.node('ReduceL2', [projected, graph.integers([-1])], { keepdims: 1 })
    return graph.div(projected, graph.node('Max', [length, graph.scalar(1e-12)]))
  }) as [Value, Value]
  return graph.div(graph.matmul(a, graph.transpose(b, [0, 2, 1])), graph.scalar(0.1))
}
