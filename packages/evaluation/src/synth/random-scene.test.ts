import { createRng } from '@sextant/geometry'
import { createBoxMesh, createBracketMesh } from '@sextant/testkit'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadFrame, loadMask } from '../evaluation-case.ts'
import { readBopScenes } from '../read-bop-scenes.ts'
import { visibleMask } from '../visible-mask.ts'
import { writeBopModels, writeBopScene } from '../write-bop-scene.ts'
import { asBuilt } from './as-built.ts'
import { dropProps } from './drop-props.ts'
import { randomScene, type RandomSceneFrame } from './random-scene.ts'
import { drawSensor, SENSOR_KINDS } from './sensors.ts'

const FINISH = { diffuse: 0.9, mirror: 0.05, exponent: 20 }
const box = createBoxMesh([-40, -30, -20], [40, 30, 20])
const models = [
  { id: 3, mesh: box },
  { id: 7, mesh: createBracketMesh() },
]

const placedHeights = (mesh: typeof box, worldFromObject: ArrayLike<number>): number[] => {
  const heights: number[] = []
  for (let i = 0; i < mesh.positions.length; i += 3) {
    const [x = 0, y = 0, z = 0] = mesh.positions.subarray(i, i + 3)
    const row = [8, 9, 10, 11].map((k) => worldFromObject[k] ?? 0)
    heights.push((row[0] ?? 0) * x + (row[1] ?? 0) * y + (row[2] ?? 0) * z + (row[3] ?? 0))
  }
  return heights
}

describe('dropProps', () => {
  const props = [0, 1, 2, 3].map((k) => ({ name: `prop-${k}`, mesh: box, down: null, finish: FINISH }))

  it('lays things on the table, neither in it nor above it, and repeats itself', async () => {
    const placed = await dropProps(props, null, 4)
    expect(placed.length).toBeGreaterThan(1)
    const lowest = placed.map(({ mesh, worldFromObject }) => Math.min(...placedHeights(mesh, worldFromObject)))
    for (const height of lowest) expect(height).toBeGreaterThan(-2)
    expect(Math.min(...lowest)).toBeLessThan(2)
    expect((await dropProps(props, null, 4)).map((prop) => prop.worldFromObject)).toEqual(
      placed.map((prop) => prop.worldFromObject),
    )
  })

  it('keeps things inside a bin', async () => {
    const bin = { width: 300, depth: 240, height: 100, wall: 4 }
    const placed = await dropProps(props, bin, 2)
    expect(placed.length).toBeGreaterThan(1)
    for (const { worldFromObject } of placed) {
      expect(Math.abs(worldFromObject[3])).toBeLessThan(bin.width / 2)
      expect(Math.abs(worldFromObject[7])).toBeLessThan(bin.depth / 2)
    }
  })
})

describe('randomScene', () => {
  let folder = ''
  let frames: RandomSceneFrame[] = []
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sextant-synth-'))
    frames = await randomScene(models, { kind: 'table', sensor: 'structured-light', objectCount: 3, viewCount: 1 }, 11)
    await writeBopModels(folder, models)
    await writeBopScene(folder, 11, frames)
  }, 60_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('is read back as a BOP data set with the poses it was made with', async () => {
    const [evaluationCase] = await readBopScenes(folder)
    const frame = await loadFrame(evaluationCase)
    expect(frame.camera.width).toBe(640)
    expect(frame.depth.data.filter((z) => z > 0).length).toBeGreaterThan(0.5 * 640 * 480)
    expect(evaluationCase.instances.length).toBeGreaterThan(0)
    for (const instance of evaluationCase.instances) {
      const made = frames[0].instances.find(({ cameraFromObject }) =>
        cameraFromObject.every((value, k) => Math.abs(value - (instance.cameraFromObject[k] ?? 0)) < 1e-3),
      )
      expect(made?.id).toBe(instance.objectId)
      const mesh = models.find(({ id }) => id === instance.objectId)?.mesh
      if (mesh === undefined || instance.maskPath === null) throw new Error('an instance lacks model or mask')
      const drawn = await loadMask(instance.maskPath)
      const seen = visibleMask(frame, mesh, instance.cameraFromObject)
      const shared = drawn.data.filter((inside, i) => inside !== 0 && seen.data[i] !== 0).length
      expect(shared / seen.data.filter((inside) => inside !== 0).length).toBeGreaterThan(0.8)
    }
  })

  it('makes the same frame of the same seed', async () => {
    const options = { kind: 'table', sensor: 'structured-light', objectCount: 3, viewCount: 1 } as const
    const [again] = await randomScene(models, options, 11)
    expect(again.depthCounts).toEqual(frames[0].depthCounts)
    expect(again.color.data).toEqual(frames[0].color.data)
  }, 60_000)

  it('prints things otherwise than their CAD and leaves the rest of the scene alone', async () => {
    const colors = Uint8Array.from({ length: box.positions.length }, (_, i) => (37 * i) % 256)
    const options = { kind: 'table', sensor: 'structured-light', objectCount: 3, viewCount: 1 } as const
    const printed = [{ id: 3, mesh: { ...box, colors } }]
    const [same] = await randomScene(printed, options, 11)
    const [other] = await randomScene(printed, { ...options, otherPrints: 1 }, 11)
    expect(other.instances).toEqual(same.instances)
    const { width } = same.color
    const changed = (isInside: (i: number) => boolean): number => {
      let count = 0
      for (let i = 0; i < width * same.color.height; i++) {
        const difference = [0, 1, 2].map((c) => Math.abs(same.color.data[3 * i + c] - other.color.data[3 * i + c]))
        if (isInside(i) && Math.max(...difference) > 20) count++
      }
      return count
    }
    const isThing = (i: number): boolean => same.instances.some(({ visibleMask: { data } }) => data[i] !== 0)
    const onThings = changed(isThing)
    expect(onThings).toBeGreaterThan(500)
    // Pixels beside an outline show a little of the thing.
    expect(changed((i) => !isThing(i))).toBeLessThan(onThings / 20)
  }, 60_000)

  it('lays every model on a table once when told so', async () => {
    const options = { kind: 'table', sensor: null, objectCount: models.length, viewCount: 1, isDistinct: true } as const
    const [{ instances }] = await randomScene(models, options, 21)
    expect(new Set(instances.map(({ id }) => id)).size).toBe(models.length)
  }, 60_000)

  it('refuses to make scenes of nothing', async () => {
    await expect(randomScene([], { kind: 'bin', sensor: null, objectCount: 3, viewCount: 1 }, 1)).rejects.toThrow(
      RangeError,
    )
  })
})

describe('drawSensor', () => {
  it.each(SENSOR_KINDS)('draws a %s camera with finite errors', (kind) => {
    const sensor = drawSensor(kind, createRng(3))
    for (const value of Object.values(sensor).flat()) {
      if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
    }
    expect(sensor.pixelNoise).toBeGreaterThan(0)
  })
})

describe('asBuilt', () => {
  it('deviates by a few thousandths of the size and keeps the faces', () => {
    const built = asBuilt({ ...box, colors: new Uint8Array(box.positions.length).fill(120) }, createRng(8))
    expect(built.faces).toBe(box.faces)
    const shifts = [...built.positions].map((value, i) => Math.abs(value - (box.positions[i] ?? 0)))
    expect(Math.max(...shifts)).toBeGreaterThan(0.01)
    expect(Math.max(...shifts)).toBeLessThan(3)
    expect(built.colors).not.toEqual(new Uint8Array(box.positions.length).fill(120))
  })
})
