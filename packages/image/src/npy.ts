const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]
const FLOAT_BITS = new Float32Array(1)
const INTEGER_BITS = new Uint32Array(FLOAT_BITS.buffer)

/** IEEE half of a number, rounded to nearest even. */
export function halfOf(value: number): number {
  FLOAT_BITS[0] = value
  const bits = INTEGER_BITS[0]
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude >= 0x7f800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00)
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  if (magnitude >= 0x38800000) {
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1)
    return sign | ((rounded - 0x38000000) >>> 13)
  }
  // Subnormal halves: adding one half ulp of 2^-24 rounds to nearest even.
  FLOAT_BITS[0] = Math.abs(value) + 0.5
  return sign | (INTEGER_BITS[0] - 0x3f000000)
}

/** Number of an IEEE half. */
export function numberOfHalf(half: number): number {
  const sign = (half & 0x8000) !== 0 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/**
 * NumPy file of float16 values, C order. Runs of one value, such as a background, are converted once.
 * @source NumPy enhancement proposal 1
 */
export function encodeNpyFloat16(values: ArrayLike<number>, shape: readonly number[]): Uint8Array {
  const { bytes, bodyOffset } = createNpy('<f2', shape, Uint16Array.BYTES_PER_ELEMENT * values.length)
  // The body begins at a multiple of 64.
  const body = new Uint16Array(bytes.buffer, bodyOffset, values.length)
  let previous = 0
  let half = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    // Object.is costs more; a zero takes the long way because -0 equals it.
    if (value !== previous || value === 0) {
      half = halfOf(value)
      previous = value
    }
    body[i] = half
  }
  return bytes
}

/** NumPy file of float32 values, C order. */
export function encodeNpyFloat32(values: Float32Array, shape: readonly number[]): Uint8Array {
  return joinNpy('<f4', shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
}

/** NumPy file of float64 values, C order. */
export function encodeNpyFloat64(values: Float64Array, shape: readonly number[]): Uint8Array {
  return joinNpy('<f8', shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
}

/** NumPy file of truth values (0 or 1), C order. */
export function encodeNpyBool(values: Uint8Array, shape: readonly number[]): Uint8Array {
  return joinNpy('|b1', shape, values)
}

function joinNpy(descriptor: string, shape: readonly number[], body: Uint8Array): Uint8Array {
  const { bytes, bodyOffset } = createNpy(descriptor, shape, body.length)
  bytes.set(body, bodyOffset)
  return bytes
}

/** A file whose body is still zeros. */
function createNpy(
  descriptor: string,
  shape: readonly number[],
  bodyLength: number,
): { readonly bytes: Uint8Array; readonly bodyOffset: number } {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': (${tuple}), }`
  const length = Math.ceil((text.length + 1 + 10) / 64) * 64 - 10
  const header = text.padEnd(length - 1) + '\n'
  const bytes = new Uint8Array(10 + length + bodyLength)
  bytes.set([...MAGIC, length & 0xff, length >> 8])
  for (let i = 0; i < length; i++) bytes[10 + i] = header.charCodeAt(i)
  return { bytes, bodyOffset: 10 + length }
}

/**
 * Reads a float16 or float32 NumPy file.
 * @throws {RangeError} another type, order or a broken header
 */
export function parseNpy(bytes: Uint8Array): { readonly shape: number[]; readonly data: Float32Array } {
  if (bytes.length < 10 || MAGIC.slice(0, 6).some((value, i) => bytes[i] !== value))
    throw new RangeError('not a .npy file')
  const isVersion1 = bytes[6] === 1
  const start = isVersion1 ? 10 : 12
  const length = bytes[8] + 256 * bytes[9] + (isVersion1 ? 0 : 65536 * bytes[10])
  const header = String.fromCharCode(...bytes.subarray(start, start + length))
  const descriptor = /'descr':\s*'([^']+)'/.exec(header)?.[1]
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number)
  const count = shape.reduce((product, n) => product * n, 1)
  // Copied: the slice of a Buffer would be a view into a larger piece of memory.
  const body = new Uint8Array(bytes.subarray(start + length))
  if (/'fortran_order':\s*True/.test(header)) throw new RangeError('Fortran order is not supported')
  if (descriptor === '<f4' && body.length >= 4 * count) return { shape, data: new Float32Array(body.buffer, 0, count) }
  if (descriptor === '<f2' && body.length >= 2 * count) {
    return { shape, data: Float32Array.from(new Uint16Array(body.buffer, 0, count), numberOfHalf) }
  }
  throw new RangeError(`cannot read ${descriptor ?? 'no type'} with ${body.length} bytes for ${count} values`)
}
