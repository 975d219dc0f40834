import { describe, expect, it } from 'vitest'
import { averagePrecision, COCO_IOUS } from './average-precision.ts'

const detection = (imageId: string, score: number, ...overlaps: number[]) => ({ imageId, score, overlaps })

describe('averagePrecision', () => {
  it('is 1 when every instance is hit before any miss', () => {
    const detections = [detection('a', 0.9, 0.8, 0), detection('a', 0.8, 0, 0.7), detection('a', 0.1, 0.2, 0.1)]
    expect(averagePrecision(detections, 2, 0.5)).toBe(1)
  })

  it('counts an instance once: the second answer for it is a miss', () => {
    const twice = [detection('a', 0.9, 0.8), detection('a', 0.8, 0.9), detection('b', 0.7, 0.6)]
    // hits at ranks 1 and 3 of two instances: precision 1 up to recall .5, then 2/3
    expect(averagePrecision(twice, 2, 0.5)).toBeCloseTo((51 + 50 * (2 / 3)) / 101)
  })

  it('keeps images apart and takes the instance overlapped most', () => {
    const detections = [detection('a', 0.9, 0.6, 0.9), detection('a', 0.8, 0.7, 0.1), detection('b', 0.7, 0.6)]
    expect(averagePrecision(detections, 3, 0.5)).toBe(1)
  })

  it('is 0 without hits, and not a number without instances', () => {
    expect(averagePrecision([], 2, 0.5)).toBe(0)
    expect(averagePrecision([detection('a', 0.9, 0.4)], 1, 0.5)).toBe(0)
    expect(averagePrecision([], 0, 0.5)).toBeNaN()
  })

  it('falls as more overlap is asked for', () => {
    const detections = [0.55, 0.65, 0.75, 0.92].map((iou, k) => detection(`image ${k}`, iou, iou))
    const values = COCO_IOUS.map((minIou) => averagePrecision(detections, 4, minIou))
    expect(values[0]).toBe(1)
    expect(values.at(-1)).toBe(0)
    expect([...values].sort((a, b) => b - a)).toEqual(values)
  })
})
