import {
  createRng,
  transformFrom,
  transformPointInto,
  type Transform,
  type TriangleMesh,
  type Vector3,
} from '@sextant/geometry'
import { decodeDepthRaw, toDepthImage } from '@sextant/image'
import { createRasterMesh, createRasterTarget, renderInto } from '@sextant/raster'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createMug } from '../example-cad/mug.ts'
import { createTeaBox } from '../example-cad/tea-box.ts'
import { loadModel } from '../evaluation-case.ts'
import { metricPointsOf } from '../metric-points.ts'
import { visibleMask } from '../visible-mask.ts'
import { senseColor } from './color-sensor.ts'
import { areApart, footprintOf } from './footprint.ts'
import { settle, shellCenter } from './rest-pose.ts'
import { layOut, type Prop } from './scene-layout.ts'
import { lookAt } from './view.ts'

const bundled = fileURLToPath(new URL('../../../../examples/scene/', import.meta.url))
const FINISH = { diffuse: 1, mirror: 0, exponent: 10 }

describe('settle', () => {
  it('brings a box to rest on one of its faces from anywhere', () => {
    const box = createTeaBox()
    const corners = [47, -47].flatMap((x) => [31, -31].flatMap((y) => [72, -72].map((z): Vector3 => [x, y, z])))
    const rng = createRng(3)
    for (let n = 0; n < 8; n++) {
      const R = settle(corners, shellCenter(box), [rng.normal(), rng.normal(), rng.normal()])
      const heights = corners
        .map((corner) => transformPointInto([0, 0, 0], transformFrom(R, [0, 0, 0]), corner)[2])
        .sort((a, b) => a - b)
      expect(heights[3] - heights[0]).toBeLessThan(0.01)
      expect(heights[4] - heights[3]).toBeGreaterThan(60)
    }
  })
})

describe('footprints', () => {
  const square = (x: number): Vector3[] => [
    [x, 0, 0],
    [x + 10, 0, 5],
    [x + 10, 10, 0],
    [x, 10, 9],
    [x + 5, 5, 3],
  ]
  it('are convex outlines that know whether they are apart', () => {
    const a = footprintOf(square(0))
    expect(a).toHaveLength(4)
    expect(areApart(a, footprintOf(square(14)), 3)).toBe(true)
    expect(areApart(a, footprintOf(square(12)), 3)).toBe(false)
    expect(areApart(a, footprintOf(square(5)), 0)).toBe(false)
  })
})

describe('layOut', () => {
  it('puts things on the table without touching, and says so when there is no room', () => {
    const mug: Prop = { name: 'mug', mesh: createMug(), down: null, finish: FINISH }
    const placed = layOut([mug, mug, mug], createRng(5))!
    const prints = placed.map(({ mesh, worldFromObject }) => {
      const points = metricPointsOf(mesh).extreme.map((p) => transformPointInto([0, 0, 0], worldFromObject, p))
      expect(Math.min(...points.map((p) => p[2]))).toBeCloseTo(0, 6)
      return footprintOf(points)
    })
    expect(areApart(prints[0], prints[1], 3.9)).toBe(true)
    expect(areApart(prints[0], prints[2], 3.9)).toBe(true)
    expect(areApart(prints[1], prints[2], 3.9)).toBe(true)
    expect(layOut(new Array<Prop>(60).fill(mug), createRng(5))).toBeNull()
  })
})

describe('lookAt', () => {
  it('sees the target in the middle and up upwards', () => {
    const view: Transform<'camera', 'world'> = lookAt([300, -700, 500], [10, 20, 30])
    const [x, y, z] = transformPointInto([0, 0, 0], view, [10, 20, 30])
    expect(x).toBeCloseTo(0, 9)
    expect(y).toBeCloseTo(0, 9)
    expect(z).toBeCloseTo(Math.hypot(290, 720, 470), 9)
    expect(transformPointInto([0, 0, 0], view, [10, 20, 90])[1]).toBeLessThan(0)
  })
})

describe('senseColor', () => {
  it('keeps brightness in order, adds noise, and repeats with its seed', () => {
    const radiance = new Float32Array(3 * 64 * 16)
    for (let i = 0; i < radiance.length / 3; i++) radiance.fill(i % 64 < 32 ? 0.05 : 0.3, 3 * i, 3 * i + 3)
    const image = senseColor(radiance, 32, 8, createRng(1))
    expect(image).toEqual(senseColor(radiance, 32, 8, createRng(1)))
    const dark = new Set<number>()
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 16; x++) {
        expect(image.data[3 * (32 * y + x)]).toBeLessThan(image.data[3 * (32 * y + x + 16)])
        dark.add(image.data[3 * (32 * y + x)])
      }
    }
    expect(dark.size).toBeGreaterThan(3)
  })
})

describe('the bundled example', () => {
  it('has true poses that agree with its depth image', async () => {
    const read = async (name: string): Promise<Buffer> => readFile(`${bundled}${name}`)
    const { cam_K: K, width, height } = JSON.parse((await read('camera.json')).toString())
    const depth = toDepthImage(await decodeDepthRaw(await read('depth.png'), null), 1)
    const camera = { fx: K[0], fy: K[4], cx: K[2], cy: K[5], width, height }
    const color = { width, height, data: new Uint8Array(3 * width * height) }
    const poses: { model: string; R: number[]; t_mm: number[]; visib_fract: number }[] = JSON.parse(
      (await read('gt.json')).toString(),
    )
    expect(poses).toHaveLength(5)
    for (const pose of poses) {
      const mesh: TriangleMesh = await loadModel({ path: `${bundled}${pose.model}`, scaleToMm: 1, info: null })
      const truth = transformFrom<'camera', 'object'>(pose.R, pose.t_mm)
      const seen = visibleMask({ color, depth, camera }, mesh, truth).data.reduce((sum, v) => sum + v, 0)
      const target = createRasterTarget(width, height)
      const { pixelCount } = renderInto(target, createRasterMesh(mesh), truth, camera)
      // What the sensor confirms is what is visible, less edges and failed measurements.
      expect(pose.visib_fract).toBeGreaterThanOrEqual(0.5)
      expect(seen / (pixelCount * pose.visib_fract)).toBeGreaterThan(0.75)
      expect(seen / (pixelCount * pose.visib_fract)).toBeLessThan(1.02)
    }
    expect(poses.some((pose) => pose.visib_fract < 0.9)).toBe(true)
  })
})
