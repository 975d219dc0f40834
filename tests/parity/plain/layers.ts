// The layers of the networks as their papers write them, in float64 and without the rearrangements of the graphs: a second
// opinion, made from the formulas alone. Weights come straight from the weight rule, past checkpoint and graph.
import { pseudoValues } from '../pseudo-weights.ts'

/** [rows, width], row-major */
export interface Matrix {
  readonly rows: number
  readonly width: number
  readonly data: Float64Array
}

/** The weights of one network by full name. */
export type Weights = (name: string) => Float32Array

export function weightsOf(shapes: ReadonlyMap<string, readonly number[]>): Weights {
  return (name) => {
    const shape = shapes.get(name)
    if (shape === undefined) throw new RangeError(`no parameter ${name}`)
    return pseudoValues(name, shape)
  }
}

export function matrix(rows: number, width: number, at: (row: number, column: number) => number): Matrix {
  const data = new Float64Array(rows * width)
  for (let r = 0; r < rows; r++) for (let c = 0; c < width; c++) data[r * width + c] = at(r, c)
  return { rows, width, data }
}

export function fromFloats(values: ArrayLike<number>, width: number): Matrix {
  return { rows: values.length / width, width, data: Float64Array.from(values) }
}

export function map(x: Matrix, f: (value: number, column: number) => number): Matrix {
  return { ...x, data: x.data.map((value, i) => f(value, i % x.width)) }
}

export function add(a: Matrix, b: Matrix): Matrix {
  return { ...a, data: a.data.map((value, i) => value + b.data[i]!) }
}

/** x Wᵀ + b */
export function linear(weights: Weights, name: string, x: Matrix, hasBias = true): Matrix {
  const W = weights(`${name}.weight`)
  const b = hasBias ? weights(`${name}.bias`) : undefined
  return matrix(x.rows, W.length / x.width, (r, o) => {
    let sum = b?.[o] ?? 0
    for (let c = 0; c < x.width; c++) sum += x.data[r * x.width + c]! * W[o * x.width + c]!
    return sum
  })
}

export function layerNorm(weights: Weights, name: string, x: Matrix, epsilon: number): Matrix {
  const [gain, shift] = [weights(`${name}.weight`), weights(`${name}.bias`)]
  const out = new Float64Array(x.data.length)
  for (let r = 0; r < x.rows; r++) {
    const row = x.data.subarray(r * x.width, (r + 1) * x.width)
    const mean = row.reduce((sum, value) => sum + value, 0) / x.width
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.width
    row.forEach((value, c) => {
      out[r * x.width + c] = ((value - mean) / Math.sqrt(variance + epsilon)) * gain[c]! + shift[c]!
    })
  }
  return { ...x, data: out }
}

/** Exact: x Φ(x), the error function by its series. */
export function gelu(x: number): number {
  return 0.5 * x * (1 + erf(x / Math.SQRT2))
}

function erf(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x)
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > 1e-17; n++) {
    term *= (-x * x) / n
    sum += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

/**
 * Softmax attention, one head after the other.
 *
 * @param logit  of query i and key j before the softmax, from their product and the head
 */
export function attend(
  q: Matrix,
  k: Matrix,
  v: Matrix,
  heads: number,
  logit: (product: number, head: number, i: number, j: number) => number,
): Matrix {
  const size = q.width / heads
  const out = new Float64Array(q.rows * v.width)
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < q.rows; i++) {
      const logits = Float64Array.from({ length: k.rows }, (_, j) => logit(dot(q, i, k, j, h * size, size), h, i, j))
      const largest = Math.max(...logits)
      const exponentials = logits.map((value) => Math.exp(value - largest))
      const total = exponentials.reduce((sum, value) => sum + value, 0)
      for (let j = 0; j < k.rows; j++) {
        const share = exponentials[j]! / total
        for (let c = h * size; c < (h + 1) * size; c++) out[i * v.width + c]! += share * v.data[j * v.width + c]!
      }
    }
  }
  return { rows: q.rows, width: v.width, data: out }
}

export function dot(a: Matrix, i: number, b: Matrix, j: number, from: number, count: number): number {
  let sum = 0
  for (let c = from; c < from + count; c++) sum += a.data[i * a.width + c]! * b.data[j * b.width + c]!
  return sum
}

/** Columns [from, from + count) */
export function columns(x: Matrix, from: number, count: number): Matrix {
  return matrix(x.rows, count, (r, c) => x.data[r * x.width + from + c]!)
}

export function rows(x: Matrix, indices: ArrayLike<number>): Matrix {
  return matrix(indices.length, x.width, (r, c) => x.data[indices[r]! * x.width + c]!)
}

export function stack(...parts: readonly Matrix[]): Matrix {
  const data = Float64Array.from(parts.flatMap((part) => [...part.data]))
  return { rows: data.length / parts[0]!.width, width: parts[0]!.width, data }
}
