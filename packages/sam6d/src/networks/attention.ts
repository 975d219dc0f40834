import type { GraphBuilder, Value } from '../onnx/graph-builder.ts'

/**
 * Softmax attention of all heads at once, by the runtime's fused operator: the logits are never held whole.
 *
 * @param q      [B, n, heads · d]
 * @param k      [B, m, heads · d]
 * @param v      [B, m, heads · e]
 * @param scale  of the logits
 * @returns [B, n, heads · e]
 */
export function attend(graph: GraphBuilder, q: Value, k: Value, v: Value, heads: number, scale: number): Value {
  const attributes = { num_heads: heads, scale: { float: scale } }
  return graph.node('MultiHeadAttention', [q, k, v], attributes, 'com.microsoft')
}
