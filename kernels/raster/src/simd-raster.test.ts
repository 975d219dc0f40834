import { createRng, rotationAbout, transformFrom, type PinholeCamera, type TriangleMesh } from '@sextant/geometry'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createRasterMesh } from './raster-mesh.ts'
import { createRasterTarget } from './raster-target.ts'
import { renderInto } from './render.ts'
import { createSimdRaster, drawSimd, type SimdRaster } from './simd-raster.ts'
import { RASTER_WASM_SOURCE } from './wasm-code.ts'

const SEED = 20261127
const near = 1
const wide: PinholeCamera = { fx: 150, fy: 170, cx: 71.3, cy: 64.8, width: 160, height: 120 }
const small: PinholeCamera = { fx: 60, fy: 61, cx: 20.5, cy: 17.1, width: 45, height: 33 }

/** Loose triangles of about `size` mm around the origin, up to `spread` mm away; every third one shares an edge. */
function soup(count: number, size: number, spread: number, seed: number): TriangleMesh {
  const rng = createRng(seed)
  const around = (radius: number): number => (2 * rng.next() - 1) * radius
  const positions: number[] = []
  const faces: number[] = []
  for (let k = 0; k < count; k++) {
    const centre = [around(spread), around(spread), around(spread)]
    const first = positions.length / 3
    for (let corner = 0; corner < 4; corner++) positions.push(...centre.map((value) => value + around(size)))
    faces.push(first, first + 1, first + 2)
    if (k % 3 === 0) faces.push(first + 2, first + 1, first + 3)
  }
  return { positions: Float32Array.from(positions), faces: Uint32Array.from(faces) }
}

const poseOf = (angle: number, x: number, z: number) =>
  transformFrom<'camera', 'object'>(rotationAbout([1, 2, 3], angle), [x, -x / 2, z])

/** Draws with both twins and compares all they give. */
function expectSame(raster: SimdRaster, pose: ReturnType<typeof poseOf>, camera: PinholeCamera, triangleIds: boolean) {
  const target = createRasterTarget(camera.width, camera.height)
  renderInto(target, raster.mesh, pose, camera, { near, triangleIds })
  const picture = drawSimd(raster, pose, camera, { near, triangleIds })
  if (picture === null) throw new Error('a face was to be clipped')
  expect(picture.coverage).toEqual(target.coverage)
  expect(Buffer.compare(bytesOf(picture.depths), bytesOf(target.depths))).toBe(0)
  if (triangleIds) expect(Buffer.compare(bytesOf(picture.triangleIds), bytesOf(target.triangleIds))).toBe(0)
}

const bytesOf = ({ buffer, byteLength, byteOffset }: Float32Array | Int32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

describe('properties', () => {
  it('gives the bits of renderInto for faces of every size, in a memory that other pictures have used', () => {
    const sizes = fc.constantFrom(0.2, 1, 3, 10, 60)
    const views = fc.array(
      fc.record({ angle: fc.double({ min: -3, max: 3, noNaN: true }), x: fc.integer({ min: -150, max: 150 }) }),
      {
        minLength: 2,
        maxLength: 4,
      },
    )
    let covered = 0
    fc.assert(
      fc.property(sizes, views, fc.integer(), (size, poses, seed) => {
        const raster = createSimdRaster(createRasterMesh(soup(120, size, 50, seed)), wide)
        for (const [k, { angle, x }] of poses.entries()) {
          const camera = k % 2 === 0 ? wide : small
          expectSame(raster, poseOf(angle, x, 300), camera, k % 3 !== 1)
          covered += raster.picture.coverage.pixelCount
        }
      }),
      { seed: SEED, numRuns: 150 },
    )
    expect(covered).toBeGreaterThan(100_000)
  })
})

describe('drawSimd', () => {
  const mesh = createRasterMesh(soup(40, 20, 30, SEED))

  it('leaves a picture with a face to be clipped to the twin, and draws the next one', () => {
    const raster = createSimdRaster(mesh, wide)
    expect(drawSimd(raster, poseOf(1, 0, 20), wide, { near, triangleIds: true })).toBeNull()
    expectSame(raster, poseOf(1, 0, 300), wide, true)
  })

  it('draws nothing for a mesh outside the picture and for a mesh without faces', () => {
    const raster = createSimdRaster(mesh, wide)
    expectSame(raster, poseOf(1, 2000, 300), wide, true)
    expect(raster.picture.coverage.pixelCount).toBe(0)
    const empty = createRasterMesh({ positions: new Float32Array(0), faces: new Uint32Array(0) })
    expectSame(createSimdRaster(empty, wide), poseOf(0, 0, 300), wide, true)
  })

  it('refuses a picture larger than its memory and a near plane in or behind the camera', () => {
    const raster = createSimdRaster(mesh, small)
    expect(() => drawSimd(raster, poseOf(0, 0, 300), wide, { near, triangleIds: true })).toThrow(/160 x 120/)
    expect(() => drawSimd(raster, poseOf(0, 0, 300), small, { near: 0, triangleIds: true })).toThrow(/near/)
    expect(() => createSimdRaster(mesh, { width: 0, height: 5 })).toThrow(/side 0/)
  })
})

describe('the embedded module', () => {
  it('was compiled from the source beside it (node tools/build-wasm.mjs)', () => {
    const source = readFileSync(new URL('../wasm/raster.ts', import.meta.url))
    expect(createHash('sha256').update(source).digest('hex')).toBe(RASTER_WASM_SOURCE)
  })
})
