import { templateManifestSchema, type TemplateFile } from '@sextant/contracts'
import { cross, dot, normalize, subtract, transformPointInto, type Vector3 } from '@sextant/geometry'
import { parseNpy } from '@sextant/image'
import { decode as decodePng } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { TEMPLATE_RECIPE_DEFAULTS } from './recipe.ts'
import { createTemplateEncoders } from './template-encoders.ts'
import { createTemplateWorkspace, objectCoordinatesOf, renderTemplate } from './render-template.ts'
import {
  depthScaleFor,
  describeTemplateSet,
  encodeTemplate,
  templateFiles,
  type TemplateEncoders,
} from './template-set.ts'
import { templateFromObject } from './viewpoints.ts'

const recipe = { ...TEMPLATE_RECIPE_DEFAULTS, imageSize: 16, focalLength: 711.1113 / 32 }
const tetrahedron = {
  positions: Float32Array.from([-40, -30, -20, 50, -30, -20, 0, 45, -20, 0, 0, 60]),
  faces: Uint32Array.from([0, 1, 2, 0, 1, 3, 1, 2, 3, 2, 0, 3]),
}
const workspace = createTemplateWorkspace(tetrahedron, recipe)

/** Encoders whose "files" are the values themselves. */
const bytesOf = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength))
const raw: TemplateEncoders = {
  color: (image) => Promise.resolve(bytesOf(image.data)),
  gray: (data) => Promise.resolve(bytesOf(data)),
  depth: (counts) => Promise.resolve(bytesOf(counts)),
  float16: (values) => bytesOf(values),
}

describe('encodeTemplate', () => {
  it('gives four files whose mask, coordinates and depth agree', async () => {
    const template = renderTemplate(workspace, 5)
    const files = await encodeTemplate(template, raw, 0.1)
    expect(files.map((file) => file.name)).toEqual(['rgb_5.png', 'mask_5.png', 'xyz_5.npy', 'depth_5.png'])
    const coordinates = objectCoordinatesOf(template)
    const mask = files[1].bytes
    const xyz = new Float32Array(files[2].bytes.buffer)
    const depth = new Uint16Array(files[3].bytes.buffer)
    expect(new Set(mask)).toEqual(new Set([0, 255]))
    mask.forEach((value, o) => {
      const point = xyz.subarray(3 * o, 3 * o + 3)
      if (value === 0) {
        expect([...point, depth[o]]).toEqual([-1, -1, -1, 0])
      } else {
        expect(point).toEqual(coordinates.subarray(3 * o, 3 * o + 3))
        expect(Math.abs(depth[o] / 10 - template.depth.data[o])).toBeLessThanOrEqual(0.051)
      }
    })
  })
})

describe('createTemplateEncoders', () => {
  it('writes files that standard readers read back', async () => {
    const template = renderTemplate(workspace, 5)
    const [rgb, mask, xyz, depth] = await encodeTemplate(template, createTemplateEncoders(), 0.1)
    const coordinates = objectCoordinatesOf(template)
    const pixels = template.mask.data.length
    const inside = Array.from(template.mask.data)
    expect(decodePng(rgb.bytes)).toMatchObject({ width: 16, height: 16, channels: 3, depth: 8 })
    expect(Array.from(decodePng(rgb.bytes).data)).toEqual(Array.from(template.color.data))
    expect(decodePng(mask.bytes)).toMatchObject({ channels: 1, depth: 8 })
    expect(Array.from(decodePng(mask.bytes).data)).toEqual(inside.map((value) => 255 * value))
    expect(decodePng(depth.bytes)).toMatchObject({ channels: 1, depth: 16 })
    expect(Array.from(decodePng(depth.bytes).data)).toEqual(Array.from(template.depth.data, (z) => Math.round(z / 0.1)))
    const { shape, data } = parseNpy(xyz.bytes)
    expect(shape).toEqual([16, 16, 3])
    for (let o = 0; o < pixels; o++) {
      for (let k = 0; k < 3; k++) {
        const expected = inside[o] === 0 ? -1 : coordinates[3 * o + k]
        expect(Math.abs(data[3 * o + k] - expected)).toBeLessThanOrEqual(2 ** -5)
      }
    }
  })
})

describe('the files of a set', () => {
  /** Three corners each, mm. */
  const faces = Array.from({ length: tetrahedron.faces.length / 3 }, (_, f) =>
    Array.from(tetrahedron.faces.subarray(3 * f, 3 * f + 3), (v) => tetrahedron.positions.subarray(3 * v, 3 * v + 3)),
  )
  const middle = [0, 1, 2].map((k) => faces.flat().reduce((sum, corner) => sum + corner[k], 0) / (3 * faces.length))

  /** Distance to the surface of a point of it, mm: of all faces' planes the one that lies farthest out counts. */
  function distanceToSurface(point: Float32Array): number {
    const heights = faces.map(([a, b, c]) => {
      const normal = normalize(cross(subtract(vector(b), vector(a)), subtract(vector(c), vector(a))))
      const side = Math.sign(dot(normal, subtract(vector(a), vector(middle))))
      return side * dot(normal, subtract(vector(point), vector(a)))
    })
    return Math.abs(Math.max(...heights))
  }
  const vector = ([x, y, z]: Iterable<number>): Vector3 => [x, y, z]

  it('coordinates lie on the CAD and project to their pixel; the mask is where depth is, in all 42 views', async () => {
    const size = 64
    const set = createTemplateWorkspace(tetrahedron, { ...recipe, imageSize: size, focalLength: 711.1113 / 8 })
    const { camera, directions, scene } = set
    // Half floats of 32 to 64 mm are 1/32 mm apart.
    const step = 2 ** -5
    const byName = new Map<string, Uint8Array>()
    for await (const { name, bytes } of templateFiles(set, createTemplateEncoders(), 0.1)) byName.set(name, bytes)
    for (const [view, direction] of directions.entries()) {
      const pose = templateFromObject(direction, scene.cameraDistance)
      const mask = decodePng(byName.get(`mask_${view}.png`)!).data
      const depth = decodePng(byName.get(`depth_${view}.png`)!).data
      const { data: xyz } = parseNpy(byName.get(`xyz_${view}.npy`)!)
      const worst = { surface: 0, pixel: 0, depth: 0 }
      let inside = 0
      for (let o = 0; o < size * size; o++) {
        expect(mask[o] === 255, `view ${view}, pixel ${o}`).toBe(depth[o] > 0)
        if (mask[o] === 0) continue
        inside++
        const point = xyz.subarray(3 * o, 3 * o + 3)
        const [x, y, z] = transformPointInto([0, 0, 0], pose, point)
        worst.surface = Math.max(worst.surface, distanceToSurface(point))
        worst.depth = Math.max(worst.depth, Math.abs(z - 0.1 * depth[o]))
        const [u, v] = [(camera.fx * x) / z + camera.cx, (camera.fy * y) / z + camera.cy]
        worst.pixel = Math.max(worst.pixel, Math.abs(u - (o % size)), Math.abs(v - Math.floor(o / size)))
      }
      expect(inside).toBeGreaterThan(100)
      expect(worst.surface).toBeLessThan(0.1 + step)
      expect(worst.depth).toBeLessThan(0.1 + step)
      expect(worst.pixel).toBeLessThan((step * camera.fx) / (scene.cameraDistance / 2))
    }
  })
})

describe('templateFiles', () => {
  const collect = async (files: AsyncIterable<TemplateFile>): Promise<string[]> => {
    const names: string[] = []
    for await (const file of files) names.push(file.name)
    return names
  }

  it('gives every file of every view once, in order, and reports progress', async () => {
    const progress: number[] = []
    const names = await collect(templateFiles(workspace, raw, 0.1, { onView: (done) => progress.push(done) }))
    expect(names).toHaveLength(168)
    expect(new Set(names).size).toBe(168)
    expect(names.slice(-4)).toEqual(['rgb_41.png', 'mask_41.png', 'xyz_41.npy', 'depth_41.png'])
    expect(progress).toEqual(Array.from({ length: 42 }, (_, k) => k + 1))
  })

  it('holds a bounded number of views', async () => {
    let open = 0
    let most = 0
    const slow: TemplateEncoders = {
      ...raw,
      color: async (image) => {
        most = Math.max(most, ++open)
        await new Promise((resolve) => setTimeout(resolve, 1))
        open--
        return image.data
      },
    }
    await collect(templateFiles(workspace, slow, 0.1, { viewsInFlight: 3 }))
    expect(most).toBe(3)
  })

  it('stops when told, and when an encoder fails', async () => {
    const controller = new AbortController()
    const onView = (done: number): void => {
      if (done === 2) controller.abort(new Error('enough'))
    }
    await expect(collect(templateFiles(workspace, raw, 0.1, { signal: controller.signal, onView }))).rejects.toThrow(
      'enough',
    )
    const failing: TemplateEncoders = { ...raw, gray: () => Promise.reject(new Error('codec')) }
    await expect(collect(templateFiles(workspace, failing, 0.1))).rejects.toThrow('codec')
  })
})

describe('describeTemplateSet', () => {
  it('fits the manifest schema', () => {
    const source = {
      cadFileName: 'part.ply',
      cadSha256: '0'.repeat(64),
      diameterMm: 123.4,
      createdBy: 'sextant 0.1.0',
    }
    const description = describeTemplateSet(recipe, 400, source)
    expect(templateManifestSchema.parse({ ...description, files: [] })).toMatchObject({ depthScale: 0.1, recipe })
  })

  it.each([
    [400, 0.1],
    [5242, 0.1],
    [5243, 1],
    [60_000, 10],
  ])('keeps depth at %i mm in 16 bits with scale %d', (distance, scale) => {
    expect(depthScaleFor(distance)).toBeCloseTo(scale, 12)
  })
})
