import { createTrace, PlatformError } from '@sextant/contracts'
import { createRng, type Frame, type PinholeCamera } from '@sextant/geometry'
import { describe, expect, it } from 'vitest'
import { packDescriptors, parseDescriptors } from './descriptor-layout.ts'
import { detectObject } from './detect-object.ts'
import { segmentScene } from './segment-scene.ts'
import { createGeometricSegmenter } from './segmenter.ts'
import { prepareTemplates, type TemplateDescriptors } from './template-descriptors.ts'

type Rgb = readonly [number, number, number]

/** A sphere or a frontal square plate; `size` is the diameter or the side, mm. */
interface Thing {
  readonly kind: 'ball' | 'plate'
  readonly size: number
  /** centre, mm */
  readonly x: number
  readonly y: number
  readonly z: number
  readonly rgb: Rgb
}

const RED: Rgb = [190, 40, 30]
const BLUE: Rgb = [30, 60, 180]

/** Depth of `thing` along the ray (rx, ry, 1), or 0. */
function castThing({ kind, size, x, y, z }: Thing, rx: number, ry: number): number {
  if (kind === 'plate') return Math.abs(rx * z - x) < size / 2 && Math.abs(ry * z - y) < size / 2 ? z : 0
  const a = rx * rx + ry * ry + 1
  const b = rx * x + ry * y + z
  const disc = b * b - a * (x * x + y * y + z * z - (size * size) / 4)
  return disc < 0 ? 0 : (b - Math.sqrt(disc)) / a
}

function render(camera: PinholeCamera, things: readonly Thing[], wall: number, sigma: number): Frame {
  const { width, height } = camera
  const rng = createRng(8)
  const depths = new Float32Array(width * height)
  const colors = new Uint8Array(3 * width * height)
  for (let v = 0, i = 0; v < height; v++) {
    for (let u = 0; u < width; u++, i++) {
      let z = wall
      let rgb: Rgb = [110, 110, 110]
      for (const thing of things) {
        const hit = castThing(thing, (u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy)
        if (hit > 0 && (z === 0 || hit < z)) {
          z = hit
          rgb = thing.rgb
        }
      }
      depths[i] = z > 0 ? 1 / (1 / z + sigma * rng.normal()) : 0
      for (let c = 0; c < 3; c++) colors[3 * i + c] = Math.min(255, Math.max(0, rgb[c] + 3 * rng.normal()))
    }
  }
  return { color: { width, height, data: colors }, depth: { width, height, data: depths }, camera }
}

const camera: PinholeCamera = { fx: 500, fy: 500, cx: 199.5, cy: 149.5, width: 400, height: 300 }
const close: PinholeCamera = { fx: 200, fy: 200, cx: 63.5, cy: 63.5, width: 128, height: 128 }

/** One view of a thing alone; a ball and a frontal plate need no more. */
function describeThing(kind: Thing['kind'], size: number, rgb: Rgb, isUniform = false): TemplateDescriptors {
  const { color, depth } = render(close, [{ kind, size, x: 0, y: 0, z: 2 * size, rgb }], 0, 0)
  const mask = { width: 128, height: 128, data: Uint8Array.from(depth.data, (z) => (z > 0 ? 1 : 0)) }
  const diameterMm = kind === 'ball' ? size : size * Math.SQRT2
  return prepareTemplates([{ camera: close, color, depth, mask }], { diameterMm, isUniform })
}

const redBall: Thing = { kind: 'ball', size: 100, x: -120, y: -60, z: 700, rgb: RED }
const blueBall: Thing = { kind: 'ball', size: 100, x: 110, y: -50, z: 720, rgb: BLUE }
const redPlate: Thing = { kind: 'plate', size: 90, x: 0, y: 70, z: 690, rgb: RED }
const smallRedBall: Thing = { kind: 'ball', size: 55, x: -120, y: 80, z: 700, rgb: RED }
const frame = render(camera, [redBall, blueBall, redPlate, smallRedBall], 1000, 4e-7)

const env = () => ({ trace: createTrace(() => 0), rng: createRng(1) })
const scene = segmentScene(frame, { maxDiameterMm: 150 }, env())

/** The thing whose centre lies in the box of the best detection. */
function foundBy(object: TemplateDescriptors): Thing | undefined {
  const [best] = detectObject(scene, object, {}, env()).detections
  return [redBall, blueBall, redPlate, smallRedBall].find(({ x, y, z }) => {
    const u = (x / z) * camera.fx + camera.cx
    const v = (y / z) * camera.fy + camera.cy
    return u >= best.box.x0 && u < best.box.x1 && v >= best.box.y0 && v < best.box.y1
  })
}

describe('detectObject', () => {
  it('tells equal shapes apart by colour', () => {
    expect(foundBy(describeThing('ball', 100, RED))).toBe(redBall)
    expect(foundBy(describeThing('ball', 100, BLUE))).toBe(blueBall)
  })

  it('tells equal colours and shapes apart by size', () => {
    expect(foundBy(describeThing('ball', 55, RED))).toBe(smallRedBall)
  })

  it('tells equal colours and sizes apart by shape', () => {
    expect(foundBy(describeThing('plate', 90, RED))).toBe(redPlate)
  })

  it('still finds by shape and size when the CAD has no colour', () => {
    const object = describeThing('plate', 90, RED, true)
    expect(object.hasColor).toBe(false)
    expect(foundBy(object)).toBe(redPlate)
    const [best] = detectObject(scene, object, {}, env()).detections
    expect(best.scoreParts?.appearance).toBe(0.5)
  })

  it('finds the colour of a grey CAD meaningless', () => {
    expect(describeThing('ball', 100, [128, 128, 128]).hasColor).toBe(false)
  })

  it('covers the object with the mask of the best detection', () => {
    const [best] = detectObject(scene, describeThing('ball', 100, RED), {}, env()).detections
    const area = best.mask.counts.reduce((sum, count, k) => sum + (k % 2) * count, 0)
    // a disc of radius 50 mm at 700 mm and fx 500
    const expected = Math.PI * ((50 * 500) / 700) ** 2
    expect(area / expected).toBeGreaterThan(0.9)
    expect(area / expected).toBeLessThan(1.1)
    expect(best.mask.counts.reduce((sum, count) => sum + count, 0)).toBe(400 * 300)
  })

  it('answers descending scores in 0..1, and at most the limit', () => {
    const { detections } = detectObject(scene, describeThing('ball', 100, RED), { limit: 3 }, env())
    expect(detections.length).toBeLessThanOrEqual(3)
    detections.forEach(({ score }, k) => {
      expect(score).toBeLessThanOrEqual(k === 0 ? 1 : detections[k - 1].score)
      expect(score).toBeGreaterThanOrEqual(0)
    })
  })

  it('answers a reason when nothing has the size', () => {
    const answer = detectObject(scene, describeThing('ball', 700, RED), {}, env())
    expect(answer).toMatchObject({ detections: [], reason: 'no_candidates' })
  })

  it('answers a reason when there is no depth', () => {
    const empty: Frame = { ...frame, depth: { ...frame.depth, data: new Float32Array(400 * 300) } }
    const answer = detectObject(segmentScene(empty, {}, env()), describeThing('ball', 100, RED), {}, env())
    expect(answer).toMatchObject({ detections: [], reason: 'no_depth' })
  })
})

describe('createGeometricSegmenter', () => {
  it('answers per object in order and the same every time', async () => {
    const objects = [describeThing('ball', 100, RED), describeThing('ball', 15, RED)]
    const segmenter = createGeometricSegmenter()
    const answer = await segmenter.detect({ frame, objects, limit: 5, minScore: 0 }, env())
    expect(answer.map(({ reason }) => reason)).toEqual([null, 'no_candidates'])
    expect(await segmenter.detect({ frame, objects, limit: 5, minScore: 0 }, env())).toEqual(answer)
  })
})

describe('packDescriptors', () => {
  it('survives the round trip', () => {
    const object = describeThing('ball', 100, RED)
    expect(parseDescriptors(packDescriptors(object))).toEqual(object)
  })

  it('refuses cut and foreign bytes', () => {
    const bytes = packDescriptors(describeThing('ball', 100, RED))
    expect(() => parseDescriptors(bytes.subarray(0, bytes.length - 4))).toThrow(PlatformError)
    expect(() => parseDescriptors(new Uint8Array(12))).toThrow(PlatformError)
    const other = bytes.slice()
    other[4] = 99
    expect(() => parseDescriptors(other)).toThrow(/version 99/)
  })
})

describe('prepareTemplates', () => {
  it('refuses an empty set, a missing diameter and images that differ in size', () => {
    expect(() => prepareTemplates([], { diameterMm: 10, isUniform: false })).toThrow(RangeError)
    const { color, depth } = render(close, [], 500, 0)
    const mask = { width: 128, height: 128, data: new Uint8Array(128 * 128) }
    const view = { camera: close, color, depth, mask }
    expect(() => prepareTemplates([view], { diameterMm: 0, isUniform: false })).toThrow(RangeError)
    const small = { ...view, mask: { width: 2, height: 2, data: new Uint8Array(4) } }
    expect(() => prepareTemplates([small], { diameterMm: 10, isUniform: false })).toThrow(RangeError)
  })

  it('describes a view without pixels as empty', () => {
    const { color, depth } = render(close, [], 500, 0)
    const mask = { width: 128, height: 128, data: new Uint8Array(128 * 128) }
    const object = prepareTemplates([{ camera: close, color, depth, mask }], { diameterMm: 10, isUniform: false })
    expect(object.views[0]).toMatchObject({ areaMm2: 0, extentMm: 0 })
    expect(object.hasColor).toBe(false)
  })
})
