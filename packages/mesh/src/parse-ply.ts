import { finishMesh, NumberBuffer, undecodable, type ParsedMesh } from './mesh-builder.ts'
import { TextScanner } from './text-scanner.ts'

interface PlyProperty {
  readonly name: string
  readonly type: ScalarType
  /** type of the count when the property is a list */
  readonly countType: ScalarType | null
}

interface PlyElement {
  readonly name: string
  readonly count: number
  readonly properties: PlyProperty[]
}

type ScalarType = 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'float32' | 'float64'

const TYPES: Readonly<Record<string, ScalarType>> = {
  char: 'int8', int8: 'int8', uchar: 'uint8', uint8: 'uint8', short: 'int16', int16: 'int16', ushort: 'uint16',
  uint16: 'uint16', int: 'int32', int32: 'int32', uint: 'uint32', uint32: 'uint32', float: 'float32',
  float32: 'float32', double: 'float64', float64: 'float64',
} // prettier-ignore

const SIZES: Readonly<Record<ScalarType, number>> = {
  int8: 1, uint8: 1, int16: 2, uint16: 2, int32: 4, uint32: 4, float32: 4, float64: 8,
} // prettier-ignore

/** Reads values of one format one after the other. */
interface ValueReader {
  read(type: ScalarType): number
}

const MAX_ELEMENTS = 50_000_000

/**
 * Parses PLY: ascii, binary little or big endian; polygons become fans; properties before and after the index list are
 * skipped; colours are taken as stored.
 *
 * @throws {PlatformError} mesh.undecodable, mesh.degenerate
 * @source Greg Turk, The PLY Polygon File Format, 1994
 */
export function parsePly(bytes: Uint8Array): ParsedMesh {
  const scanner = new TextScanner(bytes)
  const { format, elements } = parseHeader(scanner)
  const reader = format === 'ascii' ? asciiReader(scanner) : binaryReader(bytes, scanner.position, format === 'little')
  const warnings: string[] = []
  let positions: Float64Array | null = null
  let colors: Float64Array | null = null
  const faces = new NumberBuffer()
  for (const element of elements) {
    if (element.name === 'vertex') {
      const vertices = readVertices(reader, element)
      positions = vertices.positions
      colors = vertices.colors
    } else if (element.name === 'face') readFaces(reader, element, faces)
    else skipElement(reader, element)
  }
  if (positions === null) throw undecodable('the PLY header declares no vertex element')
  return finishMesh(positions, faces.view(), colors, warnings)
}

function parseHeader(scanner: TextScanner): { format: 'ascii' | 'little' | 'big'; elements: PlyElement[] } {
  if (scanner.line() !== 'ply') throw undecodable('the file does not begin with "ply"')
  let format: 'ascii' | 'little' | 'big' | null = null
  const elements: PlyElement[] = []
  for (;;) {
    if (scanner.isAtEnd) throw undecodable('the PLY header has no end_header')
    const [keyword, ...words] = scanner.line().split(/\s+/)
    if (keyword === 'end_header') break
    if (keyword === 'format') {
      if (words[0] === 'ascii') format = 'ascii'
      else if (words[0] === 'binary_little_endian') format = 'little'
      else if (words[0] === 'binary_big_endian') format = 'big'
      else throw undecodable(`PLY format ${words[0]} is not known`)
    } else if (keyword === 'element') {
      const count = Number(words[1])
      if (!Number.isInteger(count) || count < 0 || count > MAX_ELEMENTS) {
        throw undecodable(`PLY element ${words[0]} has count ${words[1]}`)
      }
      elements.push({ name: words[0], count, properties: [] })
    } else if (keyword === 'property') {
      const element = elements.at(-1)
      if (element === undefined) throw undecodable('a PLY property comes before any element')
      element.properties.push(
        words[0] === 'list'
          ? { name: words[3], type: typeOf(words[2]), countType: typeOf(words[1]) }
          : { name: words[1], type: typeOf(words[0]), countType: null },
      )
    }
  }
  if (format === null) throw undecodable('the PLY header has no format')
  return { format, elements }
}

function typeOf(word: string | undefined): ScalarType {
  const type = word === undefined ? undefined : TYPES[word]
  if (type === undefined) throw undecodable(`PLY type ${word ?? 'missing'} is not known`)
  return type
}

function asciiReader(scanner: TextScanner): ValueReader {
  return {
    read() {
      const value = scanner.number()
      if (Number.isNaN(value)) throw undecodable('the PLY data end early or hold something that is not a number')
      return value
    },
  }
}

function binaryReader(bytes: Uint8Array, start: number, isLittle: boolean): ValueReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let position = start
  return {
    read(type) {
      const at = position
      position += SIZES[type]
      if (position > bytes.length) throw undecodable('the PLY data end early')
      switch (type) {
        case 'int8':
          return view.getInt8(at)
        case 'uint8':
          return view.getUint8(at)
        case 'int16':
          return view.getInt16(at, isLittle)
        case 'uint16':
          return view.getUint16(at, isLittle)
        case 'int32':
          return view.getInt32(at, isLittle)
        case 'uint32':
          return view.getUint32(at, isLittle)
        case 'float32':
          return view.getFloat32(at, isLittle)
        case 'float64':
          return view.getFloat64(at, isLittle)
      }
    },
  }
}

function readVertices(
  reader: ValueReader,
  element: PlyElement,
): { positions: Float64Array; colors: Float64Array | null } {
  const slots = element.properties.map((property) => {
    const axis = ['x', 'y', 'z'].indexOf(property.name)
    const channel = ['red', 'green', 'blue'].indexOf(property.name.replace('diffuse_', ''))
    return { property, axis, channel, scale: property.type.startsWith('float') ? 255 : 1 }
  })
  if ([0, 1, 2].some((axis) => !slots.some((slot) => slot.axis === axis))) {
    throw undecodable('the PLY vertices have no x, y and z')
  }
  const hasColor = [0, 1, 2].every((channel) => slots.some((slot) => slot.channel === channel))
  const positions = new Float64Array(3 * element.count)
  const colors = hasColor ? new Float64Array(3 * element.count) : null
  for (let i = 0; i < element.count; i++) {
    for (const { property, axis, channel, scale } of slots) {
      if (property.countType !== null) {
        skipList(reader, property, property.countType)
        continue
      }
      const value = reader.read(property.type)
      if (axis >= 0) positions[3 * i + axis] = value
      else if (channel >= 0 && colors !== null) {
        colors[3 * i + channel] = Math.min(255, Math.max(0, Math.round(value * scale)))
      }
    }
  }
  return { positions, colors }
}

function readFaces(reader: ValueReader, element: PlyElement, faces: NumberBuffer): void {
  for (let f = 0; f < element.count; f++) {
    for (const property of element.properties) {
      const { countType, name } = property
      if (countType === null) reader.read(property.type)
      else if (name !== 'vertex_indices' && name !== 'vertex_index') skipList(reader, property, countType)
      else {
        const count = reader.read(countType)
        const first = count > 0 ? reader.read(property.type) : 0
        let previous = count > 1 ? reader.read(property.type) : 0
        for (let k = 2; k < count; k++) {
          const next = reader.read(property.type)
          faces.push(first)
          faces.push(previous)
          faces.push(next)
          previous = next
        }
      }
    }
  }
}

function skipList(reader: ValueReader, property: PlyProperty, countType: ScalarType): void {
  const count = reader.read(countType)
  for (let k = 0; k < count; k++) reader.read(property.type)
}

function skipElement(reader: ValueReader, element: PlyElement): void {
  for (let i = 0; i < element.count; i++) {
    for (const property of element.properties) {
      if (property.countType === null) reader.read(property.type)
      else skipList(reader, property, property.countType)
    }
  }
}
