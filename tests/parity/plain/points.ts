import {
  add,
  attend,
  dot,
  fromFloats,
  layerNorm,
  linear,
  map,
  matrix,
  rows,
  stack,
  type Matrix,
  type Weights,
} from './layers.ts'

const WIDTH = 256
const HEADS = 4
const SIZE = WIDTH / HEADS
const EPSILON = 1e-5

/** Sine and cosine of each index interleaved, as the network was trained. @returns [pairs, 256] */
export function geometricEmbedding(weights: Weights, distances: Float32Array, angles: Float32Array): Matrix {
  const frequencies = weights('geo_embedding.embedding.div_term')
  const waves = (values: Float32Array): Matrix =>
    matrix(values.length, WIDTH, (r, c) => {
      const phase = values[r]! * frequencies[Math.floor(c / 2)]!
      return c % 2 === 0 ? Math.sin(phase) : Math.cos(phase)
    })
  const near = linear(weights, 'geo_embedding.proj_d', waves(distances))
  const turned = linear(weights, 'geo_embedding.proj_a', waves(angles))
  return matrix(near.rows, WIDTH, (r, c) => {
    const three = [0, 1, 2].map((neighbor) => turned.data[(3 * r + neighbor) * WIDTH + c]!)
    return near.data[r * WIDTH + c]! + Math.max(...three)
  })
}

/** Attention with the whole projected embedding of every pair, then residual, norm, output block. */
function transformerLayer(weights: Weights, name: string, x: Matrix, memory: Matrix, embedding?: Matrix): Matrix {
  const attention = `${name}.attention.attention`
  const q = linear(weights, `${attention}.proj_q`, x)
  const k = linear(weights, `${attention}.proj_k`, memory)
  const v = linear(weights, `${attention}.proj_v`, memory)
  const p = embedding === undefined ? undefined : linear(weights, `${attention}.proj_p`, embedding)
  const mixed = attend(q, k, v, HEADS, (product, head, i, j) => {
    const place = p === undefined ? 0 : dot(q, i, p, i * memory.rows + j, head * SIZE, SIZE)
    return (product + place) / Math.sqrt(SIZE)
  })
  return finishLayer(weights, name, mixed, x)
}

function finishLayer(weights: Weights, name: string, mixed: Matrix, x: Matrix): Matrix {
  const sum = add(linear(weights, `${name}.attention.linear`, mixed), x)
  const normed = layerNorm(weights, `${name}.attention.norm`, sum, EPSILON)
  const hidden = map(linear(weights, `${name}.output.expand`, normed), (value) => Math.max(value, 0))
  return layerNorm(
    weights,
    `${name}.output.norm`,
    add(normed, linear(weights, `${name}.output.squeeze`, hidden)),
    EPSILON,
  )
}

type Pair = readonly [Matrix, Matrix]

function geometricTransformer(weights: Weights, name: string, [x, y]: Pair, embeddings: Pair): Pair {
  const ownX = transformerLayer(weights, `${name}.layers.0`, x, x, embeddings[0])
  const ownY = transformerLayer(weights, `${name}.layers.0`, y, y, embeddings[1])
  const crossed = transformerLayer(weights, `${name}.layers.1`, ownX, ownY)
  return [crossed, transformerLayer(weights, `${name}.layers.1`, ownY, crossed)]
}

/** Linear attention as weights of pairs: every query with every key. */
function linearLayer(weights: Weights, name: string, x: Matrix, memory: Matrix): Matrix {
  const attention = `${name}.attention.attention`
  const scales = weights(`${attention}.scale`)
  const focus = (value: Matrix): Matrix => {
    const positive = map(value, (one, c) => (Math.max(one, 0) + 1e-6) / Math.log1p(Math.exp(scales[c]!)))
    const norms = (of: Matrix): number[] =>
      Array.from({ length: of.rows }, (_, r) => Math.sqrt(dot(of, r, of, r, 0, WIDTH)))
    const cubed = map(positive, (one) => one ** 3)
    const [before, after] = [norms(positive), norms(cubed)]
    return matrix(cubed.rows, WIDTH, (r, c) => (cubed.data[r * WIDTH + c]! / after[r]!) * before[r]!)
  }
  const q = focus(linear(weights, `${attention}.proj_q`, x))
  const k = focus(linear(weights, `${attention}.proj_k`, memory))
  const v = linear(weights, `${attention}.proj_v`, memory)
  const mixed = matrix(x.rows, WIDTH, (i, c) => {
    const head = Math.floor(c / SIZE)
    let sum = 0
    let total = 1e-6
    for (let j = 0; j < memory.rows; j++) {
      const weight = dot(q, i, k, j, head * SIZE, SIZE)
      sum += weight * v.data[j * WIDTH + c]!
      total += weight
    }
    return sum / total
  })
  return finishLayer(weights, name, mixed, x)
}

/** Cosines over temperature 0.1 */
function similarity(weights: Weights, name: string, [x, y]: Pair): Matrix {
  const [a, b] = [linear(weights, `${name}.out_proj`, x), linear(weights, `${name}.out_proj`, y)]
  const length = (of: Matrix, r: number): number => Math.sqrt(dot(of, r, of, r, 0, WIDTH))
  return matrix(a.rows, b.rows, (i, j) => dot(a, i, b, j, 0, WIDTH) / length(a, i) / length(b, j) / 0.1)
}

/** [n, 256], [m, 256], embeddings of [n + 1]² and [m + 1]² pairs → [n + 1, m + 1] */
export function coarseMatching(weights: Weights, features: Pair, embeddings: Pair): Matrix {
  const name = 'coarse_point_matching'
  const background = fromFloats(weights(`${name}.bg_token`), WIDTH)
  const start = features.map((value) => stack(background, linear(weights, `${name}.in_proj`, value)))
  const tokens = geometricTransformer(weights, `${name}.transformers.0`, [start[0]!, start[1]!], embeddings)
  return similarity(weights, name, tokens)
}

/** The sparse rows are gathered from the tensor that has the background at row 0: one off, as the network was trained. */
export function fineMatching(
  weights: Weights,
  features: Pair,
  positions: Pair,
  embeddings: Pair,
  sparse: readonly [readonly number[], readonly number[]],
): Matrix {
  const name = 'fine_point_matching'
  const background = fromFloats(weights(`${name}.bg_token`), WIDTH)
  const tokens = ([0, 1] as const).map((i) =>
    stack(background, add(linear(weights, `${name}.in_proj`, features[i]), positions[i])),
  )
  const thinned = ([0, 1] as const).map((i) => stack(rows(tokens[i]!, [0]), rows(tokens[i]!, sparse[i])))
  const mixed = geometricTransformer(
    weights,
    `${name}.transformers.0.sparse_layer`,
    [thinned[0]!, thinned[1]!],
    embeddings,
  )
  const after = (from: Matrix): Matrix =>
    rows(
      from,
      Array.from({ length: from.rows - 1 }, (_, i) => i + 1),
    )
  const spread = ([0, 1] as const).map((i) =>
    stack(
      rows(mixed[i], [0]),
      linearLayer(weights, `${name}.transformers.0.dense_layer`, after(tokens[i]!), after(mixed[i])),
    ),
  )
  return similarity(weights, name, [spread[0]!, spread[1]!])
}

/** Convolution, batch norm and ReLU one after the other, the largest of each group. */
export function positionEncoding(weights: Weights, near: Float32Array, wide: Float32Array): Matrix {
  const pooled = (
    [
      ['mlp1', near, 32],
      ['mlp2', wide, 64],
    ] as const
  ).map(([mlp, groups, samples]) => {
    let x = fromFloats(groups, 6)
    for (let i = 0; i < 3; i++) {
      const layer = `fine_point_matching.PE.${mlp}.layer${i}`
      const [gain, shift, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((part) =>
        weights(`${layer}.normlayer.bn.${part}`),
      ) as [Float32Array, Float32Array, Float32Array, Float32Array]
      x = map(linear(weights, `${layer}.conv`, x, false), (value, c) =>
        Math.max(((value - mean[c]!) / Math.sqrt(variance[c]! + EPSILON)) * gain[c]! + shift[c]!, 0),
      )
    }
    return matrix(x.rows / samples, x.width, (group, c) => {
      let largest = -Infinity
      for (let s = 0; s < samples; s++) largest = Math.max(largest, x.data[(group * samples + s) * x.width + c]!)
      return largest
    })
  })
  const joined = matrix(pooled[0]!.rows, WIDTH, (r, c) => pooled[Math.floor(c / 128)]!.data[r * 128 + (c % 128)]!)
  return linear(weights, 'fine_point_matching.PE.mlp3.conv', joined)
}
