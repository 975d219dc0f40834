import { PlatformError } from '@sextant/contracts'
import * as ort from 'onnxruntime-node'
import { SESSION_DEFAULTS, type Provider, type Session, type SessionOptions, type Tensor } from '../session.ts'

/** A cast of a weight is a constant: both of these would compute it while loading. */
const CASTS_WEIGHTS = ['ConstantFolding', 'FuseFp16InitializerToFp32NodeTransformer']
const KEEPS_WEIGHTS = { optimization: { disable_specified_optimizers: CASTS_WEIGHTS.join(';') } }

/**
 * Opens an ONNX file with ONNX Runtime. The providers are tried one after the other: ONNX Runtime for Node throws when one
 * of its list cannot be loaded instead of going on to the next.
 *
 * @throws model.load_failed when no provider takes the model
 */
export async function openOnnxSession(modelPath: string, options: Partial<SessionOptions> = {}): Promise<Session> {
  const { providers, threads, keepsStoredWeights } = { ...SESSION_DEFAULTS, ...options }
  // Refusals are reported; the runtime's own lines on stderr would tell them twice.
  ort.env.logLevel = 'fatal'
  const refusals: { provider: Provider; reason: string }[] = []
  for (const provider of providers) {
    try {
      const session = await ort.InferenceSession.create(modelPath, {
        executionProviders: [provider],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
        ...(keepsStoredWeights && { extra: KEEPS_WEIGHTS }),
      })
      return wrap(session, provider, refusals)
    } catch (error) {
      refusals.push({ provider, reason: error instanceof Error ? error.message.slice(0, 300) : String(error) })
    }
  }
  const reasons = refusals.map(({ provider, reason }) => `${provider}: ${reason}`).join('; ')
  throw new PlatformError('model.load_failed', { detail: `No provider takes the network: ${reasons}.` })
}

function wrap(session: ort.InferenceSession, provider: Provider, refusals: Session['refusals']): Session {
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    inputDims: (name) => dimsOf(session.inputMetadata.find((input) => input.name === name)),
    provider,
    refusals,
    async run(inputs, wanted) {
      const feeds = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, toOrt(value)]))
      const outputs = await (wanted === undefined ? session.run(feeds) : session.run(feeds, [...wanted]))
      return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, fromOrt(value)]))
    },
    release: () => session.release(),
  }
}

function dimsOf(input: ort.InferenceSession.ValueMetadata | undefined): (number | null)[] | undefined {
  if (input?.isTensor !== true) return undefined
  return input.shape.map((size) => (typeof size === 'number' && size > 0 ? size : null))
}

function toOrt({ data, dims }: Tensor): ort.Tensor {
  if (data instanceof Float32Array) return new ort.Tensor('float32', data, dims)
  if (data instanceof Int32Array) return new ort.Tensor('int32', data, dims)
  if (data instanceof BigInt64Array) return new ort.Tensor('int64', data, dims)
  return new ort.Tensor('uint8', data, dims)
}

function fromOrt(value: ort.Tensor): Tensor {
  const { data, dims } = value
  if (
    data instanceof Float32Array ||
    data instanceof Int32Array ||
    data instanceof BigInt64Array ||
    data instanceof Uint8Array
  ) {
    return { data, dims }
  }
  throw new TypeError(`the network answers ${value.type}`)
}
