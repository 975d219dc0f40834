import type { Graph, Value } from '../onnx/graph-builder.ts'
import { GraphBuilder } from '../onnx/graph-builder.ts'
import type { StateDict } from '../checkpoint/state-dict.ts'
import {
  child,
  joinHeads,
  layerNorm,
  linear,
  parameter,
  prependToken,
  readParameter,
  shapeOf,
  transposeMatrix,
  type Module,
} from './layers.ts'
import { resizePositionEmbedding } from './position-embedding.ts'

const EPSILON = 1e-6
/** Pixels of a side, of both networks' input. */
export const VIEW_SIZE = 224

/**
 * DINOv2 (ViT-S, B or L with 14-pixel patches) on 224 x 224 images.
 * Input `image` [B, 3, 224, 224], ImageNet-normalised RGB. Outputs `class_token` [B, C], `patch_tokens` [B, 256, C], both
 * after the final norm.
 *
 * @source Oquab et al. 2023, DINOv2; parameter names of the official checkpoints
 */
export function buildDinoV2(parameters: StateDict, hasTaps = false): Graph {
  const graph = new GraphBuilder('dinov2', hasTaps)
  const module: Module = { graph, parameters, prefix: '' }
  const [, , width = 0] = shapeOf(module, 'cls_token')
  const depth = depthOf(parameters, 'blocks.')
  const heads = width / 64
  let x = embedPatches(module, graph.input('image', ['batch', 3, VIEW_SIZE, VIEW_SIZE]), 14, width)
  x = graph.add(x, dinoPositions(module, width))
  graph.tap('tokens', x, ['batch', 257, width])
  for (let i = 0; i < depth; i++) {
    const block = child(module, `blocks.${i}`)
    const attended = selfAttention(child(block, 'attn'), layerNorm(block, x, 'norm1', EPSILON), width, heads)
    x = graph.add(x, graph.mul(attended, parameter(block, 'ls1.gamma')))
    const mixed = perceptron(child(block, 'mlp'), layerNorm(block, x, 'norm2', EPSILON))
    x = graph.add(x, graph.mul(mixed, parameter(block, 'ls2.gamma')))
    if (i === 0) graph.tap('after_block0', x, ['batch', 257, width])
  }
  x = layerNorm(module, x, 'norm', EPSILON)
  graph.output('class_token', graph.squeeze(graph.slice(x, 1, 0, 1), [1]), ['batch', width])
  graph.output('patch_tokens', graph.slice(x, 1, 1), ['batch', 256, width])
  return graph.build()
}

/** Blocks whose normed outputs PEM reads, 0-based. */
const PEM_LEVELS = [2, 5, 8, 11]
/** Cells a patch becomes. */
export const PEM_PLACES = 16
/** Channels of a cell. */
export const PEM_CHANNELS = 256

/**
 * PEM's image features: ViT-B/16, four levels of it concatenated and upscaled.
 * Input `image` [B, 3, 224, 224] (BGR planes, ImageNet-normalised: as the network was trained). Each of its 14 x 14 patches
 * becomes 4 x 4 cells of 256 channels, of which only those asked for are computed: input `cells` [16, n] names patches of
 * the batch, 196 an image, for each of the 16 places (row, column) in a patch. Output `features` [16, n, 256].
 *
 * @source Lin et al. 2024, SAM-6D, pose estimation model
 */
export function buildPemFeatures(parameters: StateDict, hasTaps = false): Graph {
  const graph = new GraphBuilder('pem_features', hasTaps)
  const module: Module = { graph, parameters, prefix: 'feature_extraction.rgb_net.' }
  const vit = child(module, 'vit')
  const [, , width = 0] = shapeOf(vit, 'cls_token')
  let x = embedPatches(vit, graph.input('image', ['batch', 3, VIEW_SIZE, VIEW_SIZE]), 16, width)
  x = graph.add(x, parameter(vit, 'pos_embed'))
  graph.tap('tokens_after_pos_embed', x, ['batch', 197, width])
  const levels: Value[] = []
  for (let i = 0; i < 12; i++) {
    const block = child(vit, `blocks.${i}`)
    x = graph.add(x, selfAttention(child(block, 'attn'), layerNorm(block, x, 'norm1', EPSILON), width, width / 64))
    x = graph.add(x, perceptron(child(block, 'mlp'), layerNorm(block, x, 'norm2', EPSILON)))
    if (i === 0) graph.tap('tokens_after_block0', x, ['batch', 197, width])
    if (!PEM_LEVELS.includes(i)) continue
    const level = layerNorm(vit, x, 'norm', EPSILON)
    graph.tap(`level${levels.length}_block${i}_normed`, level, ['batch', 197, width])
    levels.push(graph.slice(level, 1, 1))
  }
  const cells = graph.input('cells', [PEM_PLACES, 'cells'], 'int64')
  const patches = graph.reshape(graph.concat(levels, 2), [-1, PEM_LEVELS.length * width])
  graph.output('features', upscale(module, graph.node('Gather', [patches, cells], { axis: 0 })), [
    PEM_PLACES,
    'cells',
    PEM_CHANNELS,
  ])
  return graph.build()
}

/** The upscaling layer, each place in a patch by its own part of the matrix. [16, n, width] → [16, n, 256] */
function upscale(module: Module, patches: Value): Value {
  const { graph } = module
  const [, width = 0] = shapeOf(module, 'output_upscaling.weight')
  const weight = graph.weight('output_upscaling.weight:places', [PEM_PLACES, width, PEM_CHANNELS], async () => {
    const values = await readParameter(module, 'output_upscaling.weight')
    const out = new Float32Array(values.length)
    const size = PEM_CHANNELS * width
    for (let at = 0; at < values.length; at += size) {
      out.set(transposeMatrix(values.subarray(at, at + size), PEM_CHANNELS, width), at)
    }
    return out
  })
  const bias = parameter(module, 'output_upscaling.bias', [PEM_PLACES, 1, PEM_CHANNELS])
  return graph.add(graph.matmul(patches, weight), bias)
}

/** Attention over all tokens. x: [B, n, width]; q, k, v in one projection, in this order, heads inside each. */
export function selfAttention(module: Module, x: Value, width: number, heads: number): Value {
  const { graph } = module
  const size = width / heads
  const qkv = graph.transpose(graph.reshape(linear(module, x, 'qkv'), [0, -1, 3, heads, size]), [2, 0, 3, 1, 4])
  const [q = '', k = '', v = ''] = graph.split(qkv, 3, 0).map((part) => graph.squeeze(part, [0]))
  const logits = graph.matmul(graph.mul(q, graph.scalar(size ** -0.5)), graph.transpose(k, [0, 1, 3, 2]))
  return linear(module, joinHeads(graph, graph.matmul(graph.softmax(logits), v), width), 'proj')
}

/** Two linear layers with an exact GELU between, named as in timm and DINOv2. */
export function perceptron(module: Module, x: Value, names: readonly [string, string] = ['fc1', 'fc2']): Value {
  return linear(module, module.graph.gelu(linear(module, x, names[0])), names[1])
}

/** [B, 3, 224, 224] → [B, 1 + patches, width] */
function embedPatches(module: Module, image: Value, patch: number, width: number): Value {
  const { graph } = module
  const weight = parameter(module, 'patch_embed.proj.weight')
  const grid = graph.node('Conv', [image, weight, parameter(module, 'patch_embed.proj.bias')], {
    kernel_shape: [patch, patch],
    strides: [patch, patch],
  })
  return prependToken(module, 'cls_token', graph.transpose(graph.reshape(grid, [0, width, -1]), [0, 2, 1]), width)
}

/** The checkpoint's positions are for 37 x 37 patches; ours are 16 x 16. */
function dinoPositions(module: Module, width: number): Value {
  const stored = module.parameters.get(`${module.prefix}pos_embed`)!
  const side = Math.sqrt(stored.shape[1] - 1)
  return module.graph.weight('pos_embed:16x16', [1, 257, width], async () =>
    resizePositionEmbedding(await stored.read(), side, 16, width),
  )
}

function depthOf(parameters: StateDict, prefix: string): number {
  let depth = 0
  while ([...parameters.keys()].some((name) => name.startsWith(`${prefix}${depth}.`))) depth++
  return depth
}
