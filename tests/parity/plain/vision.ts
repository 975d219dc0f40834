import {
  add,
  attend,
  columns,
  fromFloats,
  gelu,
  layerNorm,
  linear,
  map,
  matrix,
  rows,
  stack,
  type Matrix,
  type Weights,
} from './layers.ts'

const EPSILON = 1e-6
const WINDOW = 14

/** DINOv2's blocks and last norm. @param tokens  after the position embedding */
export function dinoBlocks(weights: Weights, tokens: Matrix, depth: number): { first: Matrix; last: Matrix } {
  const scaled = (branch: Matrix, gamma: string): Matrix => {
    const gains = weights(gamma)
    return map(branch, (value, c) => value * gains[c]!)
  }
  const states = visionBlocks(weights, '', tokens, depth, scaled)
  return { first: states[1]!, last: layerNorm(weights, 'norm', states.at(-1)!, EPSILON) }
}

/**
 * PEM's four levels side by side, and the cells that the upscaling layer makes of the patches.
 *
 * @param tokens  [197, width] after the position embedding
 * @param cells   [16, n] patches
 * @returns [16 · n, 256]
 */
export function pemFeatures(weights: Weights, tokens: Matrix, cells: readonly number[]): Matrix {
  const network = 'feature_extraction.rgb_net'
  const states = visionBlocks(weights, `${network}.vit.`, tokens, 12, (branch) => branch)
  const levels = [3, 6, 9, 12].map((after) => layerNorm(weights, `${network}.vit.norm`, states[after]!, EPSILON))
  const patches = matrix(196, 4 * tokens.width, (patch, c) => {
    const level = levels[Math.floor(c / tokens.width)]!
    return level.data[(patch + 1) * tokens.width + (c % tokens.width)]!
  })
  const upscaling = `${network}.output_upscaling`
  const parts = new Map(['weight', 'bias'].map((kind) => [`${upscaling}.${kind}`, weights(`${upscaling}.${kind}`)]))
  const perPlace = cells.length / 16
  const atPlaces = Array.from({ length: 16 }, (_, place) => {
    const wanted = rows(patches, cells.slice(place * perPlace, (place + 1) * perPlace))
    return linear((name) => sixteenth(parts.get(name)!, place), upscaling, wanted)
  })
  return stack(...atPlaces)
}

function sixteenth(values: Float32Array, index: number): Float32Array {
  const size = values.length / 16
  return values.subarray(index * size, (index + 1) * size)
}

/** The tokens before and after each block; heads are 64 wide. @param scaled  what becomes of a branch's result */
function visionBlocks(
  weights: Weights,
  prefix: string,
  tokens: Matrix,
  depth: number,
  scaled: (branch: Matrix, gamma: string) => Matrix,
): Matrix[] {
  const states = [tokens]
  for (let i = 0; i < depth; i++) {
    const name = `${prefix}blocks.${i}`
    const x = states[i]!
    const qkv = linear(weights, `${name}.attn.qkv`, layerNorm(weights, `${name}.norm1`, x, EPSILON))
    const [q, k, v] = [0, 1, 2].map((part) => columns(qkv, part * x.width, x.width)) as [Matrix, Matrix, Matrix]
    const mixed = attend(q, k, v, x.width / 64, (product) => product / Math.sqrt(64))
    const middle = add(x, scaled(linear(weights, `${name}.attn.proj`, mixed), `${name}.ls1.gamma`))
    states.push(add(middle, scaled(perceptron(weights, name, middle, ['fc1', 'fc2']), `${name}.ls2.gamma`)))
  }
  return states
}

function perceptron(weights: Weights, block: string, x: Matrix, names: readonly [string, string]): Matrix {
  const hidden = linear(weights, `${block}.mlp.${names[0]}`, layerNorm(weights, `${block}.norm2`, x, EPSILON))
  return linear(weights, `${block}.mlp.${names[1]}`, map(hidden, gelu))
}

/**
 * SAM's image encoder.
 *
 * @param image  [3, 16 side, 16 side]
 * @returns cells after the first block, [side², width], and the features, [side², 256]
 */
export function samEncoder(
  weights: Weights,
  image: Float32Array,
  side: number,
  heads: number,
): { first: Matrix; features: Matrix } {
  const patches = matrix(side * side, 3 * 256, (cell, i) => {
    const [plane, v, u] = [Math.floor(i / 256), Math.floor(i / 16) % 16, i % 16]
    const [row, column] = [Math.floor(cell / side) * 16 + v, (cell % side) * 16 + u]
    return image[(plane * 16 * side + row) * 16 * side + column]!
  })
  const name = 'image_encoder'
  const embedded = linear(weights, `${name}.patch_embed.proj`, patches)
  const start = add(embedded, fromFloats(weights(`${name}.pos_embed`), embedded.width))
  const first = samBlock(weights, `${name}.blocks.0`, start, side, heads, WINDOW)
  const x = samBlock(weights, `${name}.blocks.1`, first, side, heads, side)
  const narrow = layerNorm(weights, `${name}.neck.1`, linear(weights, `${name}.neck.0`, x, false), EPSILON)
  const smooth = convolve3(weights(`${name}.neck.2.weight`), narrow, side)
  return { first, features: layerNorm(weights, `${name}.neck.3`, smooth, EPSILON) }
}

/** Attention inside squares of `window` cells; the map is padded with zeros after the norm. */
function samBlock(weights: Weights, name: string, x: Matrix, side: number, heads: number, window: number): Matrix {
  const normed = layerNorm(weights, `${name}.norm1`, x, EPSILON)
  const attended = new Float64Array(x.data.length)
  for (let top = 0; top < side; top += window) {
    for (let left = 0; left < side; left += window) {
      const cellOf = (i: number): number => {
        const [row, column] = [top + Math.floor(i / window), left + (i % window)]
        return row < side && column < side ? row * side + column : -1
      }
      const inside = matrix(window * window, x.width, (i, c) => normed.data[cellOf(i) * x.width + c] ?? 0)
      const out = relativeAttention(weights, `${name}.attn`, inside, window, heads)
      for (let i = 0; i < window * window; i++) {
        if (cellOf(i) >= 0) attended.set(rows(out, [i]).data, cellOf(i) * x.width)
      }
    }
  }
  const middle = add(x, { ...x, data: attended })
  return add(middle, perceptron(weights, name, middle, ['lin1', 'lin2']))
}

/** q·k/√d + q·R_rows[Δrow] + q·R_columns[Δcolumn], term by term. */
function relativeAttention(weights: Weights, name: string, x: Matrix, side: number, heads: number): Matrix {
  const qkv = linear(weights, `${name}.qkv`, x)
  const [q, k, v] = [0, 1, 2].map((part) => columns(qkv, part * x.width, x.width)) as [Matrix, Matrix, Matrix]
  const size = x.width / heads
  const [down, across] = [weights(`${name}.rel_pos_h`), weights(`${name}.rel_pos_w`)]
  const term = (table: Float32Array, i: number, head: number, difference: number): number => {
    let sum = 0
    for (let c = 0; c < size; c++) {
      sum += q.data[i * x.width + head * size + c]! * table[(difference + side - 1) * size + c]!
    }
    return sum
  }
  const mixed = attend(q, k, v, heads, (product, head, i, j) => {
    const [rowStep, columnStep] = [Math.floor(i / side) - Math.floor(j / side), (i % side) - (j % side)]
    return product / Math.sqrt(size) + term(down, i, head, rowStep) + term(across, i, head, columnStep)
  })
  return linear(weights, `${name}.proj`, mixed)
}

/** 3 x 3 convolution of a square map, padded by one. @param kernel  [out, width, 3, 3] */
function convolve3(kernel: Float32Array, x: Matrix, side: number): Matrix {
  const out = kernel.length / (9 * x.width)
  return matrix(x.rows, out, (cell, o) => {
    let sum = 0
    for (let dv = -1; dv <= 1; dv++) {
      for (let du = -1; du <= 1; du++) {
        const [row, column] = [Math.floor(cell / side) + dv, (cell % side) + du]
        if (row < 0 || column < 0 || row >= side || column >= side) continue
        const [from, tap] = [(row * side + column) * x.width, 3 * (dv + 1) + du + 1]
        for (let c = 0; c < x.width; c++) sum += x.data[from + c]! * kernel[(o * x.width + c) * 9 + tap]!
      }
    }
    return sum
  })
}
