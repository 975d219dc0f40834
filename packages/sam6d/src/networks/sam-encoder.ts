import type { StateDict } from '../checkpoint/state-dict.ts'
import { GraphBuilder, type Graph, type Value } from '../onnx/graph-builder.ts'
import { attend } from './attention.ts'
import { child, layerNorm, linear, parameter, shapeOf, type Module } from './layers.ts'
import { countChildren } from './point-transformer.ts'
import { perceptron } from './vision-transformer.ts'

const EPSILON = 1e-6
const PATCH = 16
const WINDOW = 14

/**
 * SAM's image encoder, of any size: width, depth, heads and global blocks are read from the parameters.
 * Input `image` [1, 3, P, P] (P = 1024 for the official models), normalised and padded. Output `features`
 * [1, 256, P/16, P/16].
 *
 * @source Kirillov et al. 2023, Segment Anything; Li et al. 2022, ViTDet
 */
export function buildSamEncoder(parameters: StateDict, hasTaps = false): Graph {
  const graph = new GraphBuilder('sam_image_encoder', hasTaps)
  const module: Module = { graph, parameters, prefix: 'image_encoder.' }
  const [, side = 0, , width = 0] = shapeOf(module, 'pos_embed')
  const image = graph.input('image', [1, 3, side * PATCH, side * PATCH])
  const weights = [parameter(module, 'patch_embed.proj.weight'), parameter(module, 'patch_embed.proj.bias')]
  const patches = graph.node('Conv', [image, ...weights], { kernel_shape: [PATCH, PATCH], strides: [PATCH, PATCH] })
  let x = graph.add(graph.transpose(patches, [0, 2, 3, 1]), parameter(module, 'pos_embed'))
  graph.tap('after_patch_pos', x, [1, side, side, width])
  for (let i = 0; i < countChildren(module, 'blocks'); i++) {
    x = transformerBlock(child(module, `blocks.${i}`), x, side, width)
    if (i === 0) graph.tap('after_block0', x, [1, side, side, width])
  }
  graph.output('features', neck(module, x), [1, 256, side, side])
  return graph.build()
}

/** x: [1, side, side, width]. A block is global when its position tables are as long as the map, else windowed. */
function transformerBlock(block: Module, x: Value, side: number, width: number): Value {
  const { graph } = block
  const attention = child(block, 'attn')
  const [rows = 0, headWidth = 1] = shapeOf(attention, 'rel_pos_h')
  const heads = width / headWidth
  const normed = layerNorm(block, x, 'norm1', EPSILON)
  const span = (rows + 1) / 2
  const attended =
    span === side
      ? spatialAttention(attention, normed, side, width, heads)
      : windowedAttention(attention, normed, side, width, heads)
  const sum = graph.add(x, graph.reshape(attended, [1, side, side, width]))
  return graph.add(sum, perceptron(child(block, 'mlp'), layerNorm(block, sum, 'norm2', EPSILON), ['lin1', 'lin2']))
}

/** The padding takes part in the attention of its window, as in the official code. */
function windowedAttention(attention: Module, x: Value, side: number, width: number, heads: number): Value {
  const { graph } = attention
  const count = Math.ceil(side / WINDOW)
  const padded = count * WINDOW
  const pads = [0, 0, 0, 0, 0, padded - side, padded - side, 0]
  const full = graph.node('Pad', [x, graph.integers(pads)])
  const split = graph.reshape(full, [count, WINDOW, count, WINDOW, width])
  const windows = graph.reshape(graph.transpose(split, [0, 2, 1, 3, 4]), [count * count, WINDOW, WINDOW, width])
  const attended = spatialAttention(attention, windows, WINDOW, width, heads)
  const back = graph.transpose(graph.reshape(attended, [count, count, WINDOW, WINDOW, width]), [0, 2, 1, 3, 4])
  const joined = graph.reshape(back, [1, padded, padded, width])
  return graph.slice(graph.slice(joined, 1, 0, side), 2, 0, side)
}

/**
 * Attention with decomposed relative positions on a square map. The position terms become further channels: the query gets
 * its products with the row and the column table, the key gets its own row and column as unit vectors. One product then
 * holds content and position, so that the fused operator applies and no map of logits (800 MB in a global block of ViT-B)
 * is ever stored.
 *
 * @param x  [B, side, side, width]
 * @returns [B, side², width]
 */
function spatialAttention(attention: Module, x: Value, side: number, width: number, heads: number): Value {
  const { graph } = attention
  const size = width / heads
  const tokens = side * side
  const qkv = linear(attention, graph.reshape(x, [-1, tokens, width]), 'qkv')
  const part = (i: number): Value => graph.slice(qkv, 2, i * width, (i + 1) * width)
  const q = graph.reshape(part(0), [-1, side, side * heads, size])
  const rowTerm = graph.matmul(q, table(attention, 'rel_pos_h', side))
  const turned = graph.transpose(graph.reshape(q, [-1, side, side, heads, size]), [0, 2, 1, 3, 4])
  const columnTerm = graph.transpose(
    graph.reshape(
      graph.matmul(graph.reshape(turned, [-1, side, side * heads, size]), table(attention, 'rel_pos_w', side)),
      [-1, side, side, heads, side],
    ),
    [0, 2, 1, 3, 4],
  )
  const perHead = (value: Value, channels: number): Value => graph.reshape(value, [-1, tokens, heads, channels])
  const query = [
    perHead(graph.mul(q, graph.scalar(size ** -0.5)), size),
    perHead(rowTerm, side),
    perHead(columnTerm, side),
  ]
  const batch = graph.slice(graph.shape(qkv), 0, 0, 1)
  const places = graph.expand(
    unitPlaces(graph, side),
    graph.concat([batch, graph.integers([tokens, heads, 2 * side])], 0),
  )
  const total = heads * (size + 2 * side)
  const flat = (parts: readonly Value[]): Value => graph.reshape(graph.concat(parts, 3), [-1, tokens, total])
  const attended = attend(graph, flat(query), flat([perHead(part(1), size), places]), part(2), heads, 1)
  return linear(attention, attended, 'proj')
}

/** Relative position table [2 side - 1, size] as [side (query), size, side (key)]: entry q - k + side - 1. */
function table(attention: Module, name: string, side: number): Value {
  const stored = attention.parameters.get(attention.prefix + name)!
  const [rows = 0, size = 0] = stored.shape
  if (rows !== 2 * side - 1) throw new RangeError(`${stored.name} has ${rows} rows for a map of ${side}`)
  return attention.graph.weight(`${stored.name}:expanded`, [side, size, side], async () => {
    const values = await stored.read()
    const out = new Float32Array(side * size * side)
    for (let q = 0; q < side; q++) {
      for (let k = 0; k < side; k++) {
        const row = q - k + side - 1
        for (let c = 0; c < size; c++) out[(q * size + c) * side + k] = values[row * size + c]
      }
    }
    return out
  })
}

/** [1, side², 1, 2 side]: each token's row and column as unit vectors. */
function unitPlaces(graph: GraphBuilder, side: number): Value {
  const values = new Float32Array(side * side * 2 * side)
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const at = (row * side + column) * 2 * side
      values[at + row] = 1
      values[at + side + column] = 1
    }
  }
  return graph.constant(`places:${side}`, values, [1, side * side, 1, 2 * side])
}

/** Two convolutions with norms over channels. [1, side, side, width] → [1, 256, side, side] */
function neck(module: Module, x: Value): Value {
  const { graph } = module
  const planes = graph.transpose(x, [0, 3, 1, 2])
  const narrow = graph.node('Conv', [planes, parameter(module, 'neck.0.weight')], { kernel_shape: [1, 1] })
  const normed = graph.transpose(
    layerNorm(module, graph.transpose(narrow, [0, 2, 3, 1]), 'neck.1', EPSILON),
    [0, 3, 1, 2],
  )
  const smooth = graph.node('Conv', [normed, parameter(module, 'neck.2.weight')], {
    kernel_shape: [3, 3],
    pads: [1, 1, 1, 1],
  })
  return graph.transpose(layerNorm(module, graph.transpose(smooth, [0, 2, 3, 1]), 'neck.3', EPSILON), [0, 3, 1, 2])
}
