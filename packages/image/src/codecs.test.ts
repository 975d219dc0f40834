import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createRng } from '@sextant/geometry'
import { decode, encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { decodeBase64 } from './base64.ts'
import { decodeColor } from './decode-color.ts'
import { decodeDepthRaw } from './decode-depth.ts'
import { encodeColorPng, encodeDepthPng, encodeGrayPng } from './encode.ts'

const shared = fileURLToPath(new URL('../../../../shared/data/malformed/', import.meta.url))
const hasShared = existsSync(shared)
const rng = createRng(11)
const counts = Uint16Array.from({ length: 64 * 48 }, () => rng.integer(65536))

describe('16-bit depth', () => {
  it('is written exactly, as another reader sees it', async () => {
    const png = decode(await encodeDepthPng(counts, 64, 48))
    expect([png.depth, png.channels]).toEqual([16, 1])
    expect([...png.data]).toEqual([...counts])
  })

  it('is read exactly from another writer', async () => {
    const png = encode({ width: 64, height: 48, data: counts, depth: 16, channels: 1 })
    const raw = await decodeDepthRaw(png, null)
    expect([raw.width, raw.height]).toEqual([64, 48])
    expect([...raw.counts]).toEqual([...counts])
  })

  it('is read from raw little-endian values of the size of the colour image', async () => {
    const size = { width: 64, height: 48 }
    const u16 = await decodeDepthRaw(new Uint8Array(counts.buffer.slice(0)), size)
    expect([...u16.counts]).toEqual([...counts])
    const floats = Float32Array.from(counts, (value) => value / 3)
    const f32 = await decodeDepthRaw(new Uint8Array(floats.buffer), size)
    expect([...f32.counts]).toEqual([...floats])
  })

  it('is refused with 8 bits', async () => {
    const grey = await encodeGrayPng(new Uint8Array(64 * 48), 64, 48)
    await expect(decodeDepthRaw(grey, null)).rejects.toMatchObject({ code: 'depth.bit_depth_unsupported' })
  })

  it.each(['', 'short', 'x'.repeat(5000)])('is refused when it is no image (%#)', async (text) => {
    await expect(decodeDepthRaw(Buffer.from(text), null)).rejects.toMatchObject({ code: 'depth.undecodable' })
  })
})

describe('colour', () => {
  const data = Uint8Array.from({ length: 3 * 40 * 30 }, () => rng.integer(256))

  it('survives a round trip', async () => {
    const image = await decodeColor(await encodeColorPng({ width: 40, height: 30, data }))
    expect([...image.data]).toEqual([...data])
  })

  it('grey becomes RGB', async () => {
    const image = await decodeColor(await encodeGrayPng(Uint8Array.from([0, 90, 180, 255]), 2, 2))
    expect([...image.data]).toEqual([0, 0, 0, 90, 90, 90, 180, 180, 180, 255, 255, 255])
  })

  it('a truncated file is refused', async () => {
    const png = await encodeColorPng({ width: 40, height: 30, data })
    await expect(decodeColor(png.subarray(0, png.length / 2))).rejects.toMatchObject({ code: 'image.undecodable' })
  })

  it.skipIf(!hasShared).each(['pil_sample_cmyk.jpg', 'invalid-exif.jpg'])('%s loads (../shared/data)', async (name) => {
    const image = await decodeColor(readFileSync(`${shared}image/${name}`))
    expect(image.data.length).toBe(3 * image.width * image.height)
  })

  it.skipIf(!hasShared).each(['broken.png', 'broken_data_stream.png', 'bmp_b_badwidth.bmp'])(
    '%s is refused (../shared/data)',
    async (name) => {
      await expect(decodeColor(readFileSync(`${shared}image/${name}`))).rejects.toMatchObject({
        code: 'image.undecodable',
      })
    },
  )
})

describe('decodeBase64', () => {
  const text = Buffer.from(counts.buffer).toString('base64')

  it.each([
    ['plain', text],
    ['with a data prefix', `data:image/png;base64,${text}`],
    ['with line breaks', text.replace(/.{76}/g, '$&\r\n')],
    ['url-safe', text.replaceAll('+', '-').replaceAll('/', '_')],
  ])('reads %s', (_, value) => {
    expect(Buffer.compare(decodeBase64(value, 'x'), Buffer.from(counts.buffer))).toBe(0)
  })

  it.each(['', '!!!!', 'not base64 at all, really not: ()()()()()()'])('refuses %j', (value) => {
    expect(() => decodeBase64(value, 'depth_image')).toThrow(/depth_image/)
  })
})
