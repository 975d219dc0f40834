import { createBoxMesh } from '@sextant/testkit'
import { createTemplateWorkspace, TEMPLATE_RECIPE_DEFAULTS } from '@sextant/templates'
import { describe, expect, it } from 'vitest'
import { describeBlenderScene } from './blender-scene.ts'

const recipe = { ...TEMPLATE_RECIPE_DEFAULTS, engine: 'blender', samples: 4 } as const
const { faces, positions } = createBoxMesh([-30, -20, -10], [30, 20, 10])
const box = { faces, positions }

describe('describeBlenderScene', () => {
  it('is the published scene: radius 0.5, cameras 2 away that look at the origin, the light behind them', () => {
    const { mesh, scene } = describeBlenderScene(createTemplateWorkspace(box, recipe))
    const radii = Array.from({ length: mesh.positions.length / 3 }, (_, v) =>
      Math.hypot(...mesh.positions.subarray(3 * v, 3 * v + 3)),
    )
    expect(Math.max(...radii)).toBeCloseTo(0.5, 6)
    expect(scene).toMatchObject({ imageSize: 512, samples: 4, hasColors: false, lightPower: 1000, reflectance: 0.8 })
    expect(scene.horizontalAngle).toBeCloseTo(0.691111, 6)
    expect(scene.views).toHaveLength(42)
    for (const { light, worldFromCamera: m } of scene.views) {
      const [xx = 0, yx = 0, zx = 0, x = 0, xy = 0, yy = 0, zy = 0, y = 0, xz = 0, yz = 0, zz = 0, z = 0] = m
      expect(Math.hypot(x, y, z)).toBeCloseTo(2, 9)
      // Blender's camera looks along -z, so +z points away from the object.
      expect([2 * zx, 2 * zy, 2 * zz]).toEqual([x, y, z].map((value) => expect.closeTo(value, 9)))
      expect(light).toEqual([x, y, z].map((value) => expect.closeTo(2.5 * value, 9)))
      const determinant = xx * (yy * zz - zy * yz) - yx * (xy * zz - zy * xz) + zx * (xy * yz - yy * xz)
      expect(determinant).toBeCloseTo(1, 9)
      // The object's +z is up in the picture, but for the poles.
      if (Math.hypot(x, y) > 0.1) expect(yz).toBeGreaterThan(0)
    }
  })

  it('gives colours in linear light, and none where the recipe colorizes', () => {
    const colors = new Uint8Array(box.positions.length)
    colors.set([255, 188, 0])
    const colored = describeBlenderScene(createTemplateWorkspace({ ...box, colors }, recipe))
    const linear = Array.from(colored.mesh.colors ?? [])
    const corners = Array.from({ length: linear.length / 4 }, (_, corner) => linear.slice(4 * corner, 4 * corner + 4))
    expect(corners).toContainEqual([1, expect.closeTo(0.503, 3), 0, 1])
    const dark = { ...recipe, colorize: true, baseColor: 0.1 }
    const uniform = describeBlenderScene(createTemplateWorkspace({ ...box, colors }, dark))
    expect(uniform).toMatchObject({ mesh: { colors: null }, scene: { hasColors: false, reflectance: 0.1 } })
  })

  it('refuses a recipe without samples', () => {
    expect(() => describeBlenderScene(createTemplateWorkspace(box, TEMPLATE_RECIPE_DEFAULTS))).toThrow(RangeError)
  })
})
