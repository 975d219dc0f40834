/** An array with its shape, C order. */
export interface Tensor {
  readonly dims: readonly number[]
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array
}

export function tensor(data: Tensor['data'], dims: readonly number[]): Tensor {
  return { data, dims }
}

/** @throws {TypeError} the tensor does not hold float32 */
export function floatsOf(value: Tensor | undefined): Float32Array {
  if (value?.data instanceof Float32Array) return value.data
  throw new TypeError('expected a float32 tensor')
}

/** Where a network may run. */
export const PROVIDERS = ['tensorrt', 'cuda', 'webgpu', 'cpu'] as const
export type Provider = (typeof PROVIDERS)[number]

/** A loaded network. One call runs at a time. */
export interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /** Shape an input is declared with; null: known at run time only. Undefined: no such input. */
  inputDims(name: string): readonly (number | null)[] | undefined
  /** The provider chosen, and why those before it in the order were not. */
  readonly provider: Provider
  readonly refusals: readonly { readonly provider: Provider; readonly reason: string }[]
  /** Output tensors are fresh; inputs are read only. `wanted` limits the outputs computed. */
  run(inputs: Readonly<Record<string, Tensor>>, wanted?: readonly string[]): Promise<Record<string, Tensor>>
  release(): Promise<void>
}

export interface SessionOptions {
  /** Tried in this order. */
  readonly providers: readonly Provider[]
  /** Threads within one operator. */
  readonly threads: number
  /**
   * Keeps weights in memory as they are stored and casts them whenever they are used. Else the runtime casts them once,
   * while loading, and keeps both.
   */
  readonly keepsStoredWeights: boolean
}

export const SESSION_DEFAULTS: SessionOptions = { providers: ['cpu'], threads: 2, keepsStoredWeights: false }

/** Opens a model file; external data lie beside it. */
export type OpenSession = (modelPath: string, options?: Partial<SessionOptions>) => Promise<Session>
