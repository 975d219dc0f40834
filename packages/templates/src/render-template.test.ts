import { transformPointInto, type TriangleMesh, type Vector3 } from '@sextant/geometry'
import { describe, expect, it } from 'vitest'
import { TEMPLATE_RECIPE_DEFAULTS, templateRadius, templateScene } from './recipe.ts'
import { createTemplateWorkspace, objectCoordinatesOf, renderTemplate } from './render-template.ts'
import { LINEAR_OF_SRGB, srgbByteOf } from './srgb.ts'

/** Axis-aligned box with a corner at `low`; each corner has its own colour. */
function box(low: Vector3, size: Vector3): TriangleMesh {
  const positions: number[] = []
  const colors: number[] = []
  for (let corner = 0; corner < 8; corner++) {
    for (let k = 0; k < 3; k++) {
      const high = (corner >> k) & 1
      positions.push(low[k] + high * size[k])
      colors.push(high * 200 + 40)
    }
  }
  const quads = [
    [0, 2, 3, 1],
    [4, 5, 7, 6],
    [0, 1, 5, 4],
    [2, 6, 7, 3],
    [0, 4, 6, 2],
    [1, 3, 7, 5],
  ]
  return {
    positions: Float32Array.from(positions),
    faces: Uint32Array.from(quads.flatMap(([a, b, c, d]) => [a, b, c, a, c, d])),
    colors: Uint8Array.from(colors),
  }
}

/** 2 · rings · segments faces (less the poles) with colours that change from vertex to vertex; not round the origin. */
function sphere(rings: number, segments: number): TriangleMesh {
  const positions: number[] = []
  const faces: number[] = []
  for (let i = 0; i <= rings; i++) {
    for (let j = 0; j < segments; j++) {
      const [theta, phi] = [(Math.PI * i) / rings, (2 * Math.PI * j) / segments]
      positions.push(
        30 * Math.sin(theta) * Math.cos(phi),
        20 * Math.sin(theta) * Math.sin(phi),
        10 + 25 * Math.cos(theta),
      )
      if (i === rings) continue
      const [a, b] = [i * segments + j, i * segments + ((j + 1) % segments)]
      faces.push(a, b, a + segments, b, b + segments, a + segments)
    }
  }
  return {
    positions: Float32Array.from(positions),
    faces: Uint32Array.from(faces),
    colors: Uint8Array.from(positions, (_, k) => (97 * k) % 256),
  }
}

const small = { ...TEMPLATE_RECIPE_DEFAULTS, imageSize: 128, focalLength: 711.1113 / 4 }
const mesh = box([-30, -20, -10], [60, 40, 20])

describe('the recipe', () => {
  it('takes the radius from the farther extreme corner and stands four radii away', () => {
    expect(templateRadius(box([-30, -40, 0], [10, 10, 1]))).toBeCloseTo(50, 9)
    expect(templateRadius(box([0, 0, 0], [30, 40, 120]))).toBeCloseTo(130, 9)
    expect(templateScene(50)).toEqual({ cameraDistance: 200, lightDistance: 500, near: 10 })
  })

  it('refuses a mesh without extent', () => {
    expect(() => templateRadius({ positions: new Float32Array(0), faces: new Uint32Array(0) })).toThrow(RangeError)
    expect(() => templateRadius({ positions: new Float32Array(9), faces: new Uint32Array(0) })).toThrow(RangeError)
  })
})

describe('renderTemplate', () => {
  it('gives coordinates that project back to their pixel and agree with depth, in all 42 views', () => {
    const workspace = createTemplateWorkspace(mesh, small)
    for (let view = 0; view < 42; view++) {
      const template = renderTemplate(workspace, view)
      const { camera, depth, mask, templateFromObject } = template
      const objectCoordinates = objectCoordinatesOf(template)
      let worstPixel = 0
      let worstDepth = 0
      let covered = 0
      let disagreeing = 0
      mask.data.forEach((inside, o) => {
        if ((inside === 1) !== depth.data[o] > 0) disagreeing++
        if (inside === 0) return
        covered++
        const [x, y, z] = transformPointInto(
          [0, 0, 0],
          templateFromObject,
          objectCoordinates.subarray(3 * o, 3 * o + 3),
        )
        const u = (camera.fx * x) / z + camera.cx
        const v = (camera.fy * y) / z + camera.cy
        worstPixel = Math.max(worstPixel, Math.abs(u - (o % 128)), Math.abs(v - Math.floor(o / 128)))
        worstDepth = Math.max(worstDepth, Math.abs(z - depth.data[o]))
      })
      expect(covered).toBeGreaterThan(400)
      expect(disagreeing).toBe(0)
      expect(worstPixel).toBeLessThan(1e-3)
      expect(worstDepth).toBeLessThan(5e-3)
    }
  })

  it('does not depend on the size of the object, but for lengths', () => {
    const one = renderTemplate(createTemplateWorkspace(mesh, small), 12)
    const grown = { ...mesh, positions: mesh.positions.map((v) => 8 * v) }
    const eight = renderTemplate(createTemplateWorkspace(grown, small), 12)
    expect(eight.mask).toEqual(one.mask)
    expect(eight.color).toEqual(one.color)
    const differences = one.depth.data.map((z, o) => Math.abs(eight.depth.data[o] / 8 - z))
    expect(Math.max(...differences)).toBeLessThan(1e-4)
  })

  it('shades by the cosine to a light behind the camera', () => {
    // view 41 looks down the z axis on the top face: uniform reflectance, cos = 1 in the centre
    const plain = createTemplateWorkspace(mesh, { ...small, colorize: true, baseColor: 0.5 })
    const { color, depth } = renderTemplate(plain, 41)
    const o = 64 * 128 + 64
    const radius = templateRadius(mesh)
    const fromLight = 10 * radius - 10
    const gain = (1000 / (4 * Math.PI ** 2 * 25)) * ((10 * radius) / fromLight) ** 2
    expect(depth.data[o]).toBeCloseTo(4 * radius - 10, 3)
    expect(Math.abs(color.data[3 * o] - srgbByteOf(0.5 * gain))).toBeLessThanOrEqual(1)
    expect(color.data[0]).toBe(0)
  })

  it('uses vertex colours, a base colour when asked, grey otherwise', () => {
    const centre = 3 * (64 * 128 + 64)
    const pixel = (workspace: ReturnType<typeof createTemplateWorkspace>): number[] =>
      Array.from(renderTemplate(workspace, 41).color.data.subarray(centre, centre + 3))
    const { positions, faces } = mesh
    const [red, green, blue] = pixel(createTemplateWorkspace(mesh, small))
    // top face: z channel at its high end, x and y in the middle
    expect(blue).toBeGreaterThan(red + 50)
    expect(Math.abs(red - green)).toBeLessThan(20)
    const dark = pixel(createTemplateWorkspace(mesh, { ...small, colorize: true, baseColor: 0.05 }))
    const grey = pixel(createTemplateWorkspace({ positions, faces }, small))
    expect(dark[0] === dark[1] && dark[1] === dark[2]).toBe(true)
    expect(grey[0] === grey[1] && grey[1] === grey[2]).toBe(true)
    expect(grey[0]).toBeGreaterThan(dark[0] + 100)
  })

  it('anti-aliases colour only', () => {
    const smooth = renderTemplate(createTemplateWorkspace(mesh, small), 7)
    const hard = renderTemplate(createTemplateWorkspace(mesh, { ...small, antialias: false }), 7)
    expect(smooth.mask).toEqual(hard.mask)
    expect(smooth.depth).toEqual(hard.depth)
    let differing = 0
    hard.mask.data.forEach((inside, o) => {
      const difference = Math.abs(smooth.color.data[3 * o] - hard.color.data[3 * o])
      if (difference > 8) differing++
      if (inside === 0 && hard.color.data[3 * o] !== 0) differing += 10_000
    })
    expect(differing).toBeGreaterThan(20)
    expect(differing).toBeLessThan(600)
  })

  it('gives fresh images and the same bits when a view is repeated', () => {
    const workspace = createTemplateWorkspace(mesh, small)
    const first = renderTemplate(workspace, 3)
    const copy = structuredClone(first)
    renderTemplate(workspace, 30)
    expect(first).toEqual(copy)
    expect(renderTemplate(workspace, 3)).toEqual(copy)
  })

  it('refuses views and counts that do not exist', () => {
    expect(() => createTemplateWorkspace(mesh, { ...small, viewCount: 40 })).toThrow(/40/)
    expect(() => renderTemplate(createTemplateWorkspace(mesh, small), 42)).toThrow(/42/)
  })
})

describe('the two drawing kernels', () => {
  const { faces, positions } = mesh
  const round = sphere(60, 40)
  it.each([
    ['vertex colours', mesh, small],
    ['small faces with vertex colours', round, small],
    ['no colours', { positions, faces }, small],
    ['a base colour', round, { ...small, colorize: true }],
    ['no anti-aliasing', round, { ...small, antialias: false }],
    ['a focal length that leaves faces to be clipped', round, { ...small, focalLength: 20_000 }],
  ])('give the same bytes: %s', (_, shape, recipe) => {
    const simd = createTemplateWorkspace(shape, recipe, { kernel: 'simd' })
    const typescript = createTemplateWorkspace(shape, recipe, { kernel: 'typescript' })
    for (const view of [0, 12, 23, 41]) {
      const one = renderTemplate(simd, view)
      const two = renderTemplate(typescript, view)
      expect(one.mask.data.includes(1)).toBe(true)
      expect(one).toEqual(two)
    }
  })
})

describe('srgb', () => {
  it('inverts itself within one count', () => {
    LINEAR_OF_SRGB.forEach((linear, byte) => expect(Math.abs(srgbByteOf(linear) - byte)).toBeLessThanOrEqual(1))
    expect([srgbByteOf(-1), srgbByteOf(0), srgbByteOf(1), srgbByteOf(9)]).toEqual([0, 0, 255, 255])
  })
})
