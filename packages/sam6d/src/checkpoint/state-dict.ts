/** Number formats a checkpoint may hold. */
export type ElementType =
  'float32' | 'float64' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool'

export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
}

/** One named parameter, not yet read. */
export interface Parameter {
  readonly name: string
  readonly shape: readonly number[]
  readonly elementType: ElementType
  /** Its values in C order as float32: a fresh array on each call. */
  read(): Promise<Float32Array>
}

/** Named parameters in file order. */
export type StateDict = ReadonlyMap<string, Parameter>

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}
