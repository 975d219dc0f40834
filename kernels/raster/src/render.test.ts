import { createRng, rotationAbout, transformFrom, type PinholeCamera, type TriangleMesh } from '@sextant/geometry'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRasterMesh } from './raster-mesh.ts'
import { createRasterTarget, type RasterTarget } from './raster-target.ts'
import { renderInto } from './render.ts'

const SEED = 20240917

// fx != fy, principal point off centre
const camera: PinholeCamera = { fx: 150, fy: 170, cx: 71.3, cy: 64.8, width: 160, height: 120 }

/** Plane through (0, 0, 0) spanned by x and y as an n x n grid of jittered vertices, side mm. */
function gridMesh(n: number, side: number, jitter: number, seed = SEED): TriangleMesh {
  const rng = createRng(seed)
  const positions: number[] = []
  const colors: number[] = []
  for (let j = 0; j <= n; j++) {
    for (let i = 0; i <= n; i++) {
      const inner = i > 0 && j > 0 && i < n && j < n
      const dx = inner ? (rng.next() - 0.5) * jitter : 0
      const dy = inner ? (rng.next() - 0.5) * jitter : 0
      positions.push(((i + dx) / n - 0.5) * side, ((j + dy) / n - 0.5) * side, 0)
      colors.push((255 * i) / n, (255 * j) / n, 100)
    }
  }
  const faces: number[] = []
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      const a = j * (n + 1) + i
      const b = a + 1
      const c = a + n + 1
      const d = c + 1
      // random diagonal, random winding
      if (rng.next() < 0.5) faces.push(a, b, d, a, c, d)
      else faces.push(b, a, c, b, c, d)
    }
  }
  return {
    positions: Float32Array.from(positions),
    faces: Uint32Array.from(faces),
    colors: Uint8Array.from(colors),
    normals: Float32Array.from(positions.map((_, k) => (k % 3 === 2 ? 1 : 0))),
  }
}

const upright = (x: number, y: number, z: number) =>
  transformFrom<'camera', 'object'>([1, 0, 0, 0, 1, 0, 0, 0, 1], [x, y, z])

const tilted = (axis: number[], angle: number, t: number[]) =>
  transformFrom<'camera', 'object'>(rotationAbout(axis, angle), t)

const render = (mesh: TriangleMesh, pose: ReturnType<typeof upright>, options = {}): RasterTarget => {
  const target = createRasterTarget(camera.width, camera.height)
  renderInto(target, createRasterMesh(mesh), pose, camera, options)
  return target
}

/** z of the plane z_object = 0 along the ray of pixel (x, y) */
function planeDepth(pose: Float64Array, x: number, y: number): number {
  const n = [pose[2], pose[6], pose[10]]
  const d = n[0] * pose[3] + n[1] * pose[7] + n[2] * pose[11]
  return d / (n[0] * ((x - camera.cx) / camera.fx) + n[1] * ((y - camera.cy) / camera.fy) + n[2])
}

describe('renderInto', () => {
  it('covers exactly the pixels whose centres lie in a rectangle', () => {
    // corners project to u in [51.3, 91.3], v in [45.1, 90.3]
    const mesh = gridMesh(1, 100, 0)
    const fronto: PinholeCamera = { fx: 200, fy: 200, cx: 71.3, cy: 64.8, width: 160, height: 120 }
    const target = createRasterTarget(160, 120)
    const coverage = renderInto(target, createRasterMesh(mesh), upright(0, 0, 500), fronto)
    // half size 20 px: 51.3..91.3 -> 52..91, 44.8..84.8 -> 45..84
    expect(coverage).toEqual({ pixelCount: 1600, x0: 52, y0: 45, x1: 92, y1: 85 })
    expect(target.depths[45 * 160 + 52]).toBeCloseTo(500, 4)
    expect(target.depths[44 * 160 + 52]).toBe(0)
    expect(target.depths[45 * 160 + 92]).toBe(0)
  })

  // 40 cells: every vertex and edge lies on pixel centres; 8 cells and more take the per-pixel path, fewer the spans
  it.each([1, 3, 8, 20, 40])('includes centres that lie on the outline or on inner edges: %i cells', (cells) => {
    const fronto: PinholeCamera = { fx: 200, fy: 200, cx: 70, cy: 60, width: 160, height: 120 }
    const target = createRasterTarget(160, 120)
    const mesh = gridMesh(cells, 100, 0)
    const quarterTurns = [
      [1, 0, 0, 0, 1, 0, 0, 0, 1],
      [0, -1, 0, 1, 0, 0, 0, 0, 1],
      [-1, 0, 0, 0, -1, 0, 0, 0, 1],
      [0, 1, 0, -1, 0, 0, 0, 0, 1],
    ]
    for (const rotation of quarterTurns) {
      for (const first of [0, 1, 2]) {
        // every edge takes every place in its face
        const faces = mesh.faces.map((_, k) => mesh.faces[k - (k % 3) + ((k + first) % 3)])
        const pose = transformFrom<'camera', 'object'>(rotation, [0, 0, 500])
        const coverage = renderInto(target, createRasterMesh({ ...mesh, faces }), pose, fronto)
        expect(coverage).toEqual({ pixelCount: 41 * 41, x0: 50, y0: 40, x1: 91, y1: 81 })
      }
    }
  })

  it('includes centres that lie on slanted outlines', () => {
    // a diamond with corners on pixel centres, 20 px from its middle: |dx| + |dy| <= 20
    const fronto: PinholeCamera = { fx: 200, fy: 200, cx: 70, cy: 60, width: 160, height: 120 }
    const target = createRasterTarget(160, 120)
    const positions = Float32Array.from([50, 0, 0, 0, 50, 0, -50, 0, 0, 0, -50, 0])
    const halves = [
      [0, 1, 2, 2, 3, 0],
      [1, 2, 3, 3, 0, 1],
    ]
    for (const half of halves) {
      for (const first of [0, 1, 2]) {
        const faces = Uint32Array.from(half.map((_, k) => half[k - (k % 3) + ((k + first) % 3)]))
        const coverage = renderInto(target, createRasterMesh({ positions, faces }), upright(0, 0, 500), fronto)
        expect(coverage).toEqual({ pixelCount: 841, x0: 50, y0: 40, x1: 91, y1: 81 })
      }
    }
  })

  it('gives the depth, coordinates, normals and colours of a tilted plane', () => {
    const pose = tilted([0.3, 0.8, 0.1], 0.9, [10, -5, 400])
    const target = render(gridMesh(7, 200, 0.6), pose, { objectCoordinates: true, normals: 'face', colors: true })
    let worst = 0
    let worstCoordinate = 0
    let worstNormal = 0
    let wrongColors = 0
    for (let y = 0; y < camera.height; y++) {
      for (let x = 0; x < camera.width; x++) {
        const o = y * camera.width + x
        if (target.depths[o] === 0) continue
        const z = planeDepth(pose, x, y)
        worst = Math.max(worst, Math.abs(target.depths[o] - z))
        const p = [
          ((x - camera.cx) / camera.fx) * z - pose[3],
          ((y - camera.cy) / camera.fy) * z - pose[7],
          z - pose[11],
        ]
        for (let k = 0; k < 3; k++) {
          const expected = pose[k] * p[0] + pose[4 + k] * p[1] + pose[8 + k] * p[2]
          worstCoordinate = Math.max(worstCoordinate, Math.abs(target.objectCoordinates[3 * o + k] - expected))
          const normal = -pose[4 * k + 2] * Math.sign(pose[10])
          worstNormal = Math.max(worstNormal, Math.abs(target.normals[3 * o + k] - normal))
        }
        wrongColors += target.colors[3 * o + 2] === 100 ? 0 : 1
      }
    }
    expect(target.coverage.pixelCount).toBeGreaterThan(2000)
    expect(worst).toBeLessThan(1e-3)
    expect(worstCoordinate).toBeLessThan(1e-3)
    expect(worstNormal).toBeLessThan(1e-6)
    expect(wrongColors).toBe(0)
  })

  it('interpolates colours linearly on the surface', () => {
    const target = render(gridMesh(4, 200, 0), tilted([1, 0, 0], 0.7, [0, 0, 400]), {
      objectCoordinates: true,
      colors: true,
    })
    let checked = 0
    let worst = 0
    target.depths.forEach((z, o) => {
      if (z === 0) return
      checked++
      worst = Math.max(worst, Math.abs(target.colors[3 * o] - (target.objectCoordinates[3 * o] / 200 + 0.5) * 255))
    })
    expect(checked).toBeGreaterThan(1000)
    // rounding to u8 at the vertices and at the pixel
    expect(worst).toBeLessThan(1.3)
  })

  it('turns normals to the camera on both sides', () => {
    for (const angle of [0.3, Math.PI + 0.3]) {
      for (const normals of ['face', 'vertex'] as const) {
        const target = render(gridMesh(3, 100, 0.4), tilted([1, 0, 0], angle, [0, 0, 300]), { normals })
        target.depths.forEach((z, o) => {
          if (z === 0) return
          expect(target.normals[3 * o + 1]).toBeCloseTo(Math.sin(0.3), 5)
          expect(target.normals[3 * o + 2]).toBeCloseTo(-Math.cos(0.3), 5)
        })
        expect(target.coverage.pixelCount).toBeGreaterThan(100)
      }
    }
  })

  it('keeps the nearer of two crossing squares', () => {
    const square = gridMesh(1, 100, 0)
    // the same square again, turned by 90 degrees about y: x -> z
    const turned = Float32Array.from(square.positions)
    for (let i = 0; i < turned.length; i += 3) [turned[i], turned[i + 2]] = [turned[i + 2], turned[i]]
    const both: TriangleMesh = {
      positions: Float32Array.from([...square.positions, ...turned]),
      faces: Uint32Array.from([...square.faces, ...Array.from(square.faces, (i) => i + 4)]),
    }
    const pose = tilted([0, 1, 0], 0.6, [0, 0, 300])
    const union = render(both, pose, { triangleIds: true })
    const one = render(square, pose)
    const two = render({ positions: turned, faces: square.faces }, pose)
    union.depths.forEach((z, o) => {
      const near = Math.min(one.depths[o] || Infinity, two.depths[o] || Infinity)
      expect(z).toBe(near === Infinity ? 0 : near)
      if (z > 0 && one.depths[o] !== two.depths[o]) expect(union.triangleIds[o] < 2).toBe(z === one.depths[o])
      if (z === 0) expect(union.triangleIds[o]).toBe(-1)
    })
    expect(new Set(union.triangleIds).size).toBe(5)
  })

  it('clips at the near plane', () => {
    // a floor 50 mm below the camera from behind it to far ahead: z = 50 / ((y - cy) / fy)
    const floor: TriangleMesh = {
      positions: Float32Array.from([-5000, 50, -1000, 5000, 50, -1000, 0, 50, 20000]),
      faces: Uint32Array.from([0, 1, 2]),
    }
    const target = render(floor, upright(0, 0, 0), { near: 200, objectCoordinates: true })
    for (let y = 0; y < camera.height; y++) {
      const expected = 50 / ((y - camera.cy) / camera.fy)
      const o = y * camera.width + 71
      if (expected >= 200 && expected < 15000) {
        // the sub-pixel grid, relative to the distance from the horizon
        expect(Math.abs(target.depths[o] / expected - 1)).toBeLessThan(2 ** -12 / (y - camera.cy))
        expect(Math.abs(target.objectCoordinates[3 * o + 1] - 50)).toBeLessThan(1e-3)
        expect(Math.abs(target.objectCoordinates[3 * o + 2] / expected - 1)).toBeLessThan(1e-5)
      }
      if (expected < 199) expect(target.depths[o]).toBe(0)
    }
  })

  it('renders faces that reach far outside the image', () => {
    // a wall of 2 km at 300 mm: u reaches 10^6 px; fills the image
    const target = render(gridMesh(1, 2e6, 0), upright(1, 1, 300), { objectCoordinates: true })
    expect(target.coverage.pixelCount).toBe(camera.width * camera.height)
    for (const z of target.depths) expect(z).toBeCloseTo(300, 3)
    const o = 50 * camera.width + 30
    expect(target.objectCoordinates[3 * o]).toBeCloseTo(((30 - camera.cx) / camera.fx) * 300 - 1, 2)
  })

  it('is empty behind the camera, beside the image and for no faces', () => {
    const mesh = gridMesh(2, 100, 0)
    const empty = { pixelCount: 0, x0: 0, y0: 0, x1: 0, y1: 0 }
    expect(render(mesh, upright(0, 0, -300)).coverage).toEqual(empty)
    expect(render(mesh, upright(5000, 0, 300)).coverage).toEqual(empty)
    expect(render(mesh, upright(0, 0, 0)).coverage).toEqual(empty)
    const none = { positions: mesh.positions, faces: new Uint32Array(0) }
    expect(render(none, upright(0, 0, 300), { normals: 'face' }).coverage).toEqual(empty)
  })

  it('gives the same picture in a used target', () => {
    const mesh = createRasterMesh(gridMesh(5, 150, 0.5))
    const small = createRasterMesh(gridMesh(2, 60, 0.5))
    const all = { objectCoordinates: true, normals: 'vertex', colors: true } as const
    const used = createRasterTarget(160, 120)
    renderInto(used, mesh, upright(40, 10, 200), camera, all)
    renderInto(used, mesh, upright(-40, 10, 250), camera)
    renderInto(used, small, upright(-20, -10, 300), camera, all)
    const fresh = createRasterTarget(160, 120)
    renderInto(fresh, small, upright(-20, -10, 300), camera, all)
    for (const channel of ['depths', 'triangleIds', 'objectCoordinates', 'normals', 'colors', 'coverage'] as const) {
      expect(used[channel]).toEqual(fresh[channel])
    }
  })

  it('refuses wrong sizes, indices and missing channels', () => {
    const mesh = gridMesh(1, 10, 0)
    const bare = createRasterMesh({ positions: mesh.positions, faces: mesh.faces })
    const target = createRasterTarget(160, 120)
    expect(() => renderInto(createRasterTarget(10, 10), bare, upright(0, 0, 9), camera)).toThrow(RangeError)
    expect(() => renderInto(target, bare, upright(0, 0, 9), camera, { colors: true })).toThrow(/colours/)
    expect(() => renderInto(target, bare, upright(0, 0, 9), camera, { normals: 'vertex' })).toThrow(/normals/)
    expect(() => renderInto(target, bare, upright(0, 0, 9), camera, { near: 0 })).toThrow(/near/)
    expect(() => createRasterMesh({ ...mesh, faces: Uint32Array.from([0, 1, 4]) })).toThrow(/4/)
    expect(() =>
      createRasterMesh({ ...mesh, positions: Float32Array.from([0, 0, NaN]), faces: new Uint32Array(0) }),
    ).toThrow()
    expect(() => createRasterTarget(0, 10)).toThrow(RangeError)
  })
})

describe('properties', () => {
  const poses = fc.record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    cells: fc.integer({ min: 1, max: 24 }),
    side: fc.double({ min: 20, max: 5000, noNaN: true }),
    angle: fc.double({ min: -1.2, max: 1.2, noNaN: true }),
    axis: fc.double({ min: 0, max: Math.PI, noNaN: true }),
    // multiples of 1/8 make vertices fall exactly on pixel centres now and then
    x: fc.integer({ min: -200, max: 200 }).map((v) => v / 8),
    z: fc.integer({ min: 800, max: 8000 }).map((v) => v / 8),
  })
  const poseOf = (p: { angle: number; axis: number; x: number; z: number }) =>
    tilted([Math.cos(p.axis), Math.sin(p.axis), 0], p.angle, [p.x, 0, p.z])

  it('leaves no gap inside a tessellated plane, whatever the tessellation', () => {
    fc.assert(
      fc.property(poses, (p) => {
        const fine = render(gridMesh(p.cells, p.side, 0.7, p.seed), poseOf(p))
        for (let y = fine.coverage.y0; y < fine.coverage.y1; y++) {
          // the plane is convex: its pixels in a row are contiguous
          const row = fine.depths.subarray(y * camera.width, (y + 1) * camera.width)
          const first = row.findIndex((z) => z > 0)
          const last = row.findLastIndex((z) => z > 0)
          if (first >= 0) expect(row.subarray(first, last + 1).every((z) => z > 0)).toBe(true)
        }
      }),
      { seed: SEED, numRuns: 150 },
    )
  })

  it('does not depend on the order or winding of faces', () => {
    fc.assert(
      fc.property(poses, (p) => {
        const mesh = gridMesh(p.cells, p.side, 0.7, p.seed)
        const corners = Array.from({ length: mesh.faces.length / 3 }, (_, f) => [
          ...mesh.faces.subarray(3 * f, 3 * f + 3),
        ])
        const shuffled = corners.reverse().map(([a, b, c], f) => (f % 2 === 0 ? [c, b, a] : [b, c, a]))
        const one = render(mesh, poseOf(p), { objectCoordinates: true })
        const two = render({ ...mesh, faces: Uint32Array.from(shuffled.flat()) }, poseOf(p), {
          objectCoordinates: true,
        })
        expect(two.coverage).toEqual(one.coverage)
        let worst = 0
        one.depths.forEach((z, o) => {
          worst = Math.max(worst, Math.abs(two.depths[o] - z) / (1 + z))
        })
        expect(worst).toBeLessThan(1e-6)
      }),
      { seed: SEED, numRuns: 60 },
    )
  })

  it('agrees with the analytic depth of the plane', () => {
    fc.assert(
      fc.property(poses, (p) => {
        const pose = poseOf({ ...p, angle: p.angle * 0.7 })
        const target = render(gridMesh(p.cells, Math.min(p.side, 300), 0.7, p.seed), pose)
        let worst = 0
        target.depths.forEach((z, o) => {
          if (z === 0) return
          const expected = planeDepth(pose, o % camera.width, Math.floor(o / camera.width))
          worst = Math.max(worst, Math.abs(z - expected))
        })
        expect(worst).toBeLessThan(2e-3)
      }),
      { seed: SEED, numRuns: 60 },
    )
  })
})
