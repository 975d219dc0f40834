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

/** What a PLY file says, before its textures are known. */
export interface PlySurface {
  /** [n, 3] */
  readonly positions: Float64Array
  /** [n, 3] sRGB bytes, or null */
  readonly colors: Float64Array | null
  /** [k, 2]; v grows upwards; empty when there are none */
  readonly uvs: ArrayLike<number>
  /** [m, 3] vertices */
  readonly faces: Float64Array
  /** [m, 3] texture coordinates; null: those of the vertices */
  readonly faceUvs: Float64Array | null
  /** [m] number of the texture of each face; null: all have the first */
  readonly faceTextures: Float64Array | null
  /** pictures that `comment TextureFile` names */
  readonly textureFiles: readonly string[]
}

/**
 * Parses PLY without textures: ascii, binary little or big endian; polygons become fans; properties before and after
 * the index list are skipped; colours are taken as stored.
 *
 * @throws {PlatformError} mesh.undecodable, mesh.degenerate
 * @source Greg Turk, The PLY Polygon File Format, 1994
 */
export function parsePly(bytes: Uint8Array): ParsedMesh {
  const { positions, faces, colors } = readPly(bytes)
  return finishMesh(positions, faces, colors, [])
}

/** Names of the pictures that the header of a PLY file gives. */
export function textureFilesOfPly(bytes: Uint8Array): readonly string[] {
  return commentsOfPly(bytes).flatMap((comment) => /^TextureFile\s+(\S.*)$/i.exec(comment)?.[1] ?? [])
}

const HEADER_BYTES = 1024 * 1024

/** Comments of the header of a PLY file, without the word itself; none for what is no PLY file. */
export function commentsOfPly(bytes: Uint8Array): readonly string[] {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEADER_BYTES))
  const end = head.indexOf('end_header')
  if (end < 0) return []
  const lines = head.toString('latin1', 0, end).split(/\r?\n/)
  return lines.flatMap((line) => /^comment\s+(.*)$/.exec(line.trim())?.[1] ?? [])
}

/** Reads the elements of a PLY file. @throws {PlatformError} mesh.undecodable */
export function readPly(bytes: Uint8Array): PlySurface {
  const scanner = new TextScanner(bytes)
  const { format, elements } = parseHeader(scanner)
  const reader = format === 'ascii' ? asciiReader(scanner) : binaryReader(bytes, scanner.position, format === 'little')
  let vertices: PlyVertices | null = null
  const sink: FaceSink = { faces: new NumberBuffer(), uvs: new NumberBuffer(), textures: new NumberBuffer() }
  assertLength(elements, bytes.length - scanner.position, format)
  for (const element of elements) {
    if (element.name === 'vertex') vertices = readVertices(reader, element)
    else if (element.name === 'face' && element.properties.length > 0) readFaces(reader, element, sink)
    else if (element.properties.length > 0) skipElement(reader, element)
  }
  if (vertices === null) throw undecodable('the PLY header declares no vertex element')
  const hasWedges = sink.uvs.length === 2 * sink.faces.length && sink.faces.length > 0
  return {
    positions: vertices.positions,
    colors: vertices.colors,
    uvs: hasWedges ? sink.uvs.view() : (vertices.uvs ?? []),
    faces: sink.faces.view(),
    faceUvs: hasWedges ? Float64Array.from({ length: sink.faces.length }, (_, corner) => corner) : null,
    faceTextures: sink.textures.length === sink.faces.length / 3 ? sink.textures.view() : null,
    textureFiles: textureFilesOfPly(bytes),
  }
}

/** A few bytes that claim millions of vertices must not become gigabytes: each value takes its room in the file. */
function assertLength(elements: readonly PlyElement[], length: number, format: string): void {
  let least = 0
  for (const { count, properties } of elements) {
    for (const { type, countType } of properties) least += count * (format === 'ascii' ? 1 : SIZES[countType ?? type])
  }
  if (least > length) throw undecodable(`the PLY data end early: ${length} bytes, at least ${least} are declared`)
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
      const isList = words[0] === 'list'
      const name = words.at(isList ? 3 : 1)
      if (name === undefined) throw undecodable(`a property of the PLY element ${element.name} has no name`)
      element.properties.push(
        isList
          ? { name, type: typeOf(words[2]), countType: typeOf(words[1]) }
          : { name, type: typeOf(words[0]), countType: null },
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

interface PlyVertices {
  readonly positions: Float64Array
  readonly colors: Float64Array | null
  readonly uvs: Float64Array | null
}

const UV_NAMES = [/^(texture_)?[us]$/, /^(texture_)?[vt]$/]

function readVertices(reader: ValueReader, element: PlyElement): PlyVertices {
  const slots = element.properties.map((property) => {
    const axis = ['x', 'y', 'z'].indexOf(property.name)
    const channel = ['red', 'green', 'blue'].indexOf(property.name.replace('diffuse_', ''))
    const uv = UV_NAMES.findIndex((name) => name.test(property.name))
    return { property, axis, channel, uv, scale: property.type.startsWith('float') ? 255 : 1 }
  })
  if ([0, 1, 2].some((axis) => !slots.some((slot) => slot.axis === axis))) {
    throw undecodable('the PLY vertices have no x, y and z')
  }
  const hasColor = [0, 1, 2].every((channel) => slots.some((slot) => slot.channel === channel))
  const hasUv = [0, 1].every((uv) => slots.some((slot) => slot.uv === uv))
  const positions = new Float64Array(3 * element.count)
  const colors = hasColor ? new Float64Array(3 * element.count) : null
  const uvs = hasUv ? new Float64Array(2 * element.count) : null
  for (let i = 0; i < element.count; i++) {
    for (const { property, axis, channel, uv, scale } of slots) {
      if (property.countType !== null) {
        skipList(reader, property, property.countType)
        continue
      }
      const value = reader.read(property.type)
      if (axis >= 0) positions[3 * i + axis] = value
      else if (uv >= 0 && uvs !== null) uvs[2 * i + uv] = value
      else if (channel >= 0 && colors !== null) {
        colors[3 * i + channel] = Math.min(255, Math.max(0, Math.round(value * scale)))
      }
    }
  }
  return { positions, colors, uvs }
}

interface FaceSink {
  /** [m, 3] */
  readonly faces: NumberBuffer
  /** [m, 3, 2] */
  readonly uvs: NumberBuffer
  /** [m] */
  readonly textures: NumberBuffer
}

function readFaces(reader: ValueReader, element: PlyElement, sink: FaceSink): void {
  const corners: number[] = []
  const uvs: number[] = []
  for (let f = 0; f < element.count; f++) {
    corners.length = 0
    uvs.length = 0
    let texture: number | null = null
    for (const { name, type, countType } of element.properties) {
      if (countType === null) {
        const value = reader.read(type)
        if (name === 'texnumber') texture = value
        continue
      }
      const list = name === 'vertex_indices' || name === 'vertex_index' ? corners : name === 'texcoord' ? uvs : null
      const count = reader.read(countType)
      for (let k = 0; k < count; k++) {
        const value = reader.read(type)
        list?.push(value)
      }
    }
    for (let k = 2; k < corners.length; k++) {
      for (const corner of [0, k - 1, k]) {
        sink.faces.push(corners[corner])
        if (uvs.length !== 2 * corners.length) continue
        sink.uvs.push(uvs[2 * corner])
        sink.uvs.push(uvs[2 * corner + 1])
      }
      if (texture !== null) sink.textures.push(texture)
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
