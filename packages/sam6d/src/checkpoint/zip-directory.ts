import type { ByteSource } from './byte-source.ts'
import { refuseCheckpoint } from './refusal.ts'

/** A stored (uncompressed) member of a zip archive. */
export interface ZipMember {
  readonly name: string
  /** bytes from the start of the file to the member's first byte */
  readonly offset: number
  readonly size: number
}

const END = 0x06054b50
const END_64 = 0x06064b50
const LOCATOR_64 = 0x07064b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const MAX_MEMBERS = 100_000
const MAX_DIRECTORY = 64 * 1024 * 1024

/**
 * Reads the central directory of a zip archive, zip64 included. PyTorch stores members uncompressed; a compressed member
 * is refused, so an archive can never unfold to more than its own size.
 *
 * @throws model.unreadable when the archive is damaged, compressed, or claims more than it holds
 * @source PKWARE APPNOTE 6.3, sections 4.3 and 4.5.3
 */
export async function readZipDirectory(source: ByteSource): Promise<Map<string, ZipMember>> {
  const { count, offset, size } = await findDirectory(source)
  if (count > MAX_MEMBERS || size > MAX_DIRECTORY) throw refuseCheckpoint(`its directory lists ${count} members`)
  if (offset + size > source.size) throw refuseCheckpoint('its directory lies outside the file (truncated?)')
  const bytes = await source.read(offset, size)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const members = new Map<string, ZipMember>()
  let at = 0
  for (let i = 0; i < count; i++) {
    if (at + 46 > size || view.getUint32(at, true) !== CENTRAL) throw refuseCheckpoint('its directory is damaged')
    const method = view.getUint16(at + 10, true)
    const nameLength = view.getUint16(at + 28, true)
    const extraLength = view.getUint16(at + 30, true)
    const end = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true)
    if (end > size) throw refuseCheckpoint('its directory is damaged')
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength))
    const sizes = wideSizes(view, at, at + 46 + nameLength, extraLength)
    if (method !== 0 || sizes.packed !== sizes.plain) throw refuseCheckpoint(`its member ${name} is compressed`)
    if (members.has(name)) throw refuseCheckpoint(`its member ${name} occurs twice`)
    members.set(name, { name, offset: await dataOffset(source, sizes.header, sizes.plain, name), size: sizes.plain })
    at = end
  }
  return members
}

async function findDirectory(source: ByteSource): Promise<{ count: number; offset: number; size: number }> {
  const length = Math.min(source.size, 65_557)
  const start = source.size - length
  const bytes = await source.read(start, length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue
    const record = {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    }
    const isWide = record.count === 0xffff || record.size === 0xffffffff || record.offset === 0xffffffff
    if (at < 20 || view.getUint32(at - 20, true) !== LOCATOR_64) {
      if (isWide) throw refuseCheckpoint('its zip64 directory is missing')
      return record
    }
    const wide = Number(view.getBigUint64(at - 20 + 8, true))
    if (!Number.isSafeInteger(wide) || wide + 56 > source.size) throw refuseCheckpoint('its zip64 directory is damaged')
    const header = await source.read(wide, 56)
    const wideView = new DataView(header.buffer, header.byteOffset, header.byteLength)
    if (wideView.getUint32(0, true) !== END_64) throw refuseCheckpoint('its zip64 directory is damaged')
    return {
      count: safe(wideView.getBigUint64(32, true)),
      size: safe(wideView.getBigUint64(40, true)),
      offset: safe(wideView.getBigUint64(48, true)),
    }
  }
  throw refuseCheckpoint('the end of the archive is missing (truncated?)')
}

function wideSizes(
  view: DataView,
  entry: number,
  extra: number,
  extraLength: number,
): { packed: number; plain: number; header: number } {
  let packed = view.getUint32(entry + 20, true)
  let plain = view.getUint32(entry + 24, true)
  let header = view.getUint32(entry + 42, true)
  for (let at = extra; at + 4 <= extra + extraLength;) {
    const length = view.getUint16(at + 2, true)
    if (view.getUint16(at, true) === 1) {
      let field = at + 4
      const next = (): number => {
        field += 8
        if (field > at + 4 + length || field > extra + extraLength) throw refuseCheckpoint('its directory is damaged')
        return safe(view.getBigUint64(field - 8, true))
      }
      if (plain === 0xffffffff) plain = next()
      if (packed === 0xffffffff) packed = next()
      if (header === 0xffffffff) header = next()
    }
    at += 4 + length
  }
  return { packed, plain, header }
}

/** The local header repeats name and extra field, with lengths of its own. */
async function dataOffset(source: ByteSource, header: number, size: number, name: string): Promise<number> {
  if (header + 30 > source.size) throw refuseCheckpoint(`its member ${name} lies outside the file`)
  const bytes = await source.read(header, 30)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== LOCAL) throw refuseCheckpoint(`its member ${name} is damaged`)
  const offset = header + 30 + view.getUint16(26, true) + view.getUint16(28, true)
  if (offset + size > source.size) throw refuseCheckpoint(`its member ${name} lies outside the file (truncated?)`)
  return offset
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw refuseCheckpoint('its directory holds an impossible size')
  return Number(value)
}
