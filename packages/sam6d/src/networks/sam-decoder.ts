import type { StateDict } from '../checkpoint/state-dict.ts'
import { GraphBuilder, type Graph, type Value } from '../onnx/graph-builder.ts'
import { attend } from './attention.ts'
import { child, layerNorm, linear, parameter, readParameter, shapeOf, type Module } from './layers.ts'

const WIDTH = 256
const HEADS = 8
const MASKS = 4
const NORM = 1e-5
const CHANNEL_NORM = 1e-6

/**
 * SAM's prompt encoder and mask decoder for single foreground points.
 * Inputs `features` [1, 256, s, s] and `points` [N, 2] (x, y in pixels of the padded image). Outputs `masks`
 * [N, 4, 4s, 4s] (logits; the first is the single-mask output, the other three are used) and `scores` [N, 4] (predicted IoU).
 *
 * @source Kirillov et al. 2023, Segment Anything, appendix A
 */
export function buildSamDecoder(parameters: StateDict, side: number, hasTaps = false): Graph {
  const graph = new GraphBuilder('sam_mask_decoder', hasTaps)
  const root: Module = { graph, parameters, prefix: '' }
  const decoder = child(root, 'mask_decoder')
  const features = graph.input('features', [1, WIDTH, side, side])
  const sparse = encodePoints(root, graph.input('points', ['prompts', 2]), side * 16)
  graph.tap('sparse', sparse, ['prompts', 2, WIDTH])
  const batch = graph.slice(graph.shape(sparse), 0, 0, 1)
  const repeat = (value: Value, rows: number): Value =>
    graph.expand(value, graph.concat([batch, graph.integers([rows, WIDTH])], 0))
  const own = graph.concat([parameter(decoder, 'iou_token.weight'), parameter(decoder, 'mask_tokens.weight')], 0)
  const tokens = graph.concat([repeat(graph.unsqueeze(own, [0]), 1 + MASKS), sparse], 1)
  const flat = graph.transpose(graph.reshape(features, [1, WIDTH, side * side]), [0, 2, 1])
  const image = graph.add(flat, parameter(root, 'prompt_encoder.no_mask_embed.weight', [1, 1, WIDTH]))
  const places = densePlaces(root, side)
  graph.tap('dense_pe', places, [1, side * side, WIDTH])
  const [queries, keys] = twoWayTransformer(child(decoder, 'transformer'), tokens, repeat(image, side * side), places)
  graph.output('masks', drawMasks(decoder, queries, keys, side), ['prompts', MASKS, 4 * side, 4 * side])
  graph.output('scores', denseLayers(child(decoder, 'iou_prediction_head'), row(graph, queries, 0)), ['prompts', MASKS])
  return graph.build()
}

/** [N, 2] → [N, 2, 256]: the point, and the padding point that stands for "no box". */
function encodePoints(root: Module, points: Value, size: number): Value {
  const { graph } = root
  const unit = graph.div(graph.add(points, graph.scalar(0.5)), graph.scalar(size))
  const centred = graph.sub(graph.mul(unit, graph.scalar(2)), graph.scalar(1))
  const gaussian = parameter(root, 'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix')
  const phases = graph.mul(graph.matmul(centred, gaussian), graph.scalar(2 * Math.PI))
  const waves = graph.concat([graph.node('Sin', [phases]), graph.node('Cos', [phases])], 1)
  const point = graph.add(waves, parameter(root, 'prompt_encoder.point_embeddings.1.weight'))
  const padding = graph.expand(parameter(root, 'prompt_encoder.not_a_point_embed.weight'), graph.shape(point))
  return graph.concat([graph.unsqueeze(point, [1]), graph.unsqueeze(padding, [1])], 1)
}

/** Position code of the centres of the feature map, computed once. [1, side², 256] */
function densePlaces(root: Module, side: number): Value {
  return root.graph.weight('dense_places', [1, side * side, WIDTH], async () => {
    const gaussian = await readParameter(root, 'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix')
    const half = WIDTH / 2
    const out = new Float32Array(side * side * WIDTH)
    for (let i = 0; i < side * side; i++) {
      const x = Math.fround(2 * (((i % side) + 0.5) / side) - 1)
      const y = Math.fround(2 * ((Math.floor(i / side) + 0.5) / side) - 1)
      for (let c = 0; c < half; c++) {
        const phase = Math.fround(Math.fround(x * gaussian[c] + y * gaussian[half + c]) * 2 * Math.PI)
        out[i * WIDTH + c] = Math.sin(phase)
        out[i * WIDTH + half + c] = Math.cos(phase)
      }
    }
    return out
  })
}

/** tokens: [N, t, 256], image: [N, s², 256], places: [1, s², 256] → the same two, attended both ways. */
function twoWayTransformer(module: Module, tokens: Value, image: Value, places: Value): readonly [Value, Value] {
  const { graph } = module
  let queries = tokens
  let keys = image
  for (let i = 0; i < 2; i++) {
    const layer = child(module, `layers.${i}`)
    if (i === 0) queries = projectedAttention(child(layer, 'self_attn'), queries, queries, queries)
    else {
      const placed = graph.add(queries, tokens)
      queries = graph.add(queries, projectedAttention(child(layer, 'self_attn'), placed, placed, queries))
    }
    queries = layerNorm(layer, queries, 'norm1', NORM)
    const toImage = child(layer, 'cross_attn_token_to_image')
    const seen = projectedAttention(toImage, graph.add(queries, tokens), graph.add(keys, places), keys)
    queries = layerNorm(layer, graph.add(queries, seen), 'norm2', NORM)
    const mlp = child(layer, 'mlp')
    const mixed = linear(mlp, graph.relu(linear(mlp, queries, 'lin1')), 'lin2')
    queries = layerNorm(layer, graph.add(queries, mixed), 'norm3', NORM)
    const toTokens = child(layer, 'cross_attn_image_to_token')
    const heard = projectedAttention(toTokens, graph.add(keys, places), graph.add(queries, tokens), queries)
    keys = layerNorm(layer, graph.add(keys, heard), 'norm4', NORM)
  }
  const final = child(module, 'final_attn_token_to_image')
  const seen = projectedAttention(final, graph.add(queries, tokens), graph.add(keys, places), keys)
  return [layerNorm(module, graph.add(queries, seen), 'norm_final_attn', NORM), keys]
}

function projectedAttention(module: Module, q: Value, k: Value, v: Value): Value {
  const [inner = WIDTH] = shapeOf(module, 'q_proj.weight')
  const [query, key, value] = [linear(module, q, 'q_proj'), linear(module, k, 'k_proj'), linear(module, v, 'v_proj')]
  return linear(module, attend(module.graph, query, key, value, HEADS, (inner / HEADS) ** -0.5), 'out_proj')
}

/**
 * Mask logits: the image's tokens upscaled four times by two transposed convolutions, times what each mask token makes of
 * itself. A transposed convolution of stride 2 and size 2 is a linear layer to four pixels. The second one's pixels are only
 * put in their places after the product with the mask tokens, when there are 4 channels instead of 32.
 */
function drawMasks(decoder: Module, queries: Value, keys: Value, side: number): Value {
  const { graph } = decoder
  const first = upscale(decoder, keys, 'output_upscaling.0', 64)
  const wide = graph.reshape(graph.transpose(graph.reshape(first, [-1, side, side, 2, 2, 64]), [0, 1, 3, 2, 4, 5]), [
    -1,
    4 * side * side,
    64,
  ])
  const normed = graph.gelu(layerNorm(decoder, wide, 'output_upscaling.1', CHANNEL_NORM))
  const second = graph.gelu(graph.reshape(upscale(decoder, normed, 'output_upscaling.3', 32), [0, -1, 32]))
  const makers = Array.from({ length: MASKS }, (_, i) =>
    graph.unsqueeze(denseLayers(child(decoder, `output_hypernetworks_mlps.${i}`), row(graph, queries, 1 + i)), [2]),
  )
  const values = graph.reshape(graph.matmul(second, graph.concat(makers, 2)), [-1, 2 * side, 2 * side, 2, 2, MASKS])
  return graph.reshape(graph.transpose(values, [0, 5, 1, 3, 2, 4]), [-1, MASKS, 4 * side, 4 * side])
}

/** [N, n, in] → [N, n, 4 · out], pixels of a cell row by row. */
function upscale(module: Module, x: Value, name: string, out: number): Value {
  const { graph } = module
  const [width = 0] = shapeOf(module, `${name}.weight`)
  const matrix = graph.weight(`${module.prefix}${name}.weight:cells`, [width, 4 * out], async () => {
    const values = await readParameter(module, `${name}.weight`)
    const cells = new Float32Array(values.length)
    for (let i = 0; i < width; i++) {
      for (let o = 0; o < out; o++) {
        for (let cell = 0; cell < 4; cell++) cells[i * 4 * out + cell * out + o] = values[(i * out + o) * 4 + cell]
      }
    }
    return cells
  })
  const bias = graph.weight(`${module.prefix}${name}.bias:cells`, [4 * out], async () => {
    const values = await readParameter(module, `${name}.bias`)
    return Float32Array.from({ length: 4 * out }, (_, i) => values[i % out])
  })
  return graph.add(graph.matmul(x, matrix), bias)
}

/** Linear layers with ReLU between. */
function denseLayers(module: Module, x: Value): Value {
  const { graph } = module
  const hidden = graph.relu(linear(module, x, 'layers.0'))
  return linear(module, graph.relu(linear(module, hidden, 'layers.1')), 'layers.2')
}

/** Token i of each prompt: [N, t, C] → [N, C] */
function row(graph: GraphBuilder, tokens: Value, i: number): Value {
  return graph.squeeze(graph.slice(tokens, 1, i, i + 1), [1])
}
