import { cross, normalize, rotationOf, type Vector3 } from '@sextant/geometry'
import { describe, expect, it } from 'vitest'
import { templateFromObject, viewDirections } from './viewpoints.ts'

/** Published camera positions of level 0 (unit), in order. Source: SAM-6D, cam_poses_level0. */
const PUBLISHED: readonly (readonly [number, number, number])[] = [
  [0.0, 0.0, -1.0],
  [-0.162456, -0.499995, -0.850654],
  [-0.162456, 0.499995, -0.850654],
  [0.425323, 0.309011, -0.850654],
  [0.425323, -0.309011, -0.850654],
  [-0.52573, 0.0, -0.850652],
  [0.262869, 0.809012, -0.525738],
  [0.262869, -0.809012, -0.525738],
  [-0.688189, -0.499997, -0.525736],
  [-0.688189, 0.499997, -0.525736],
  [0.850648, 0.0, -0.525736],
  [-0.276388, -0.850649, -0.44722],
  [-0.276388, 0.850649, -0.44722],
  [0.723607, 0.525725, -0.44722],
  [0.723607, -0.525725, -0.44722],
  [-0.894426, 0.0, -0.447216],
  [-0.587786, -0.809017, 0.0],
  [-0.951058, -0.309013, 0.0],
  [-0.951058, 0.309013, 0.0],
  [-0.587786, 0.809017, 0.0],
  [0.0, 1.0, 0.0],
  [0.587786, 0.809017, 0.0],
  [0.951058, 0.309013, 0.0],
  [0.951058, -0.309013, 0.0],
  [0.587786, -0.809017, 0.0],
  [0.0, -1.0, 0.0],
  [0.894426, 0.0, 0.447216],
  [-0.723607, -0.525725, 0.44722],
  [-0.723607, 0.525725, 0.44722],
  [0.276388, 0.850649, 0.44722],
  [0.276388, -0.850649, 0.44722],
  [-0.850648, 0.0, 0.525736],
  [0.688189, 0.499997, 0.525736],
  [0.688189, -0.499997, 0.525736],
  [-0.262869, -0.809012, 0.525738],
  [-0.262869, 0.809012, 0.525738],
  [0.52573, 0.0, 0.850652],
  [-0.425323, -0.309011, 0.850654],
  [-0.425323, 0.309011, 0.850654],
  [0.162456, 0.499995, 0.850654],
  [0.162456, -0.499995, 0.850654],
  [0.0, 0.0, 1.0],
]

describe('viewDirections', () => {
  it('gives the published 42 views in the published order', () => {
    const directions = viewDirections(42)
    expect(directions).toHaveLength(42)
    directions.forEach((direction, view) => {
      direction.forEach((value, k) => expect(Math.abs(value - PUBLISHED[view][k]), `view ${view}`).toBeLessThan(1e-6))
    })
  })

  it.each([162, 642] as const)('spreads %i distinct unit directions evenly', (count) => {
    const directions = viewDirections(count)
    expect(directions).toHaveLength(count)
    const expectedSpacing = Math.sqrt((4 * Math.PI) / count)
    directions.forEach((a, i) => {
      expect(Math.hypot(...a)).toBeCloseTo(1, 12)
      let nearest = Infinity
      directions.forEach((b, j) => {
        if (i !== j) nearest = Math.min(nearest, Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]))
      })
      expect(nearest).toBeGreaterThan(0.7 * expectedSpacing)
      expect(nearest).toBeLessThan(1.3 * expectedSpacing)
    })
  })

  it('refuses other counts', () => {
    expect(() => viewDirections(43 as 42)).toThrow(/43/)
  })
})

describe('templateFromObject', () => {
  it('is a proper rotation that looks at the origin from the direction, with +z up', () => {
    for (const direction of viewDirections(162)) {
      const pose = templateFromObject(direction, 700)
      const R = rotationOf(pose)
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 3; j++) {
          const product = R[3 * i] * R[3 * j] + R[3 * i + 1] * R[3 * j + 1] + R[3 * i + 2] * R[3 * j + 2]
          expect(product).toBeCloseTo(i === j ? 1 : 0, 12)
        }
      }
      const determinant =
        R[0] * (R[4] * R[8] - R[5] * R[7]) - R[1] * (R[3] * R[8] - R[5] * R[6]) + R[2] * (R[3] * R[7] - R[4] * R[6])
      expect(determinant).toBeCloseTo(1, 12)
      // camera centre in the object frame: -R^T t
      const centre = [0, 1, 2].map((k) => -(R[k] * pose[3] + R[3 + k] * pose[7] + R[6 + k] * pose[11]))
      centre.forEach((value, k) => expect(value).toBeCloseTo(700 * direction[k], 9))
      // the object's z axis has no part to the right, and none downwards
      if (Math.abs(direction[2]) < 0.999) {
        expect(R[2]).toBeCloseTo(0, 12)
        expect(R[5]).toBeLessThan(0)
      }
    }
  })

  it('has the axes of the published rule, in all 42 published views', () => {
    for (const [view, position] of PUBLISHED.entries()) {
      const forward: Vector3 = [-position[0], -position[1], -position[2]]
      const helper: Vector3 = Math.abs(position[2]) > 0.999 ? [0, -1, 0] : [0, 0, -1]
      const right = normalize(cross(helper, forward))
      const down = normalize(cross(forward, right))
      // Columns of the camera-to-object rotation are rows of the object-to-camera rotation.
      rotationOf(templateFromObject(viewDirections(42)[view], 1)).forEach((value, k) => {
        expect(Math.abs(value - [...right, ...down, ...forward][k]), `view ${view}`).toBeLessThan(1e-6)
      })
    }
  })

  it('follows the published rule at the lower pole', () => {
    // p = (0, 0, -1): forward +z, helper -y, right = h x f = (-1, 0, 0), down = f x r = (0, -1, 0)
    const rotation = rotationOf(templateFromObject([0, 0, -1], 1))
    expect(rotation.map((value) => value + 0)).toEqual([-1, 0, 0, 0, -1, 0, 0, 0, 1])
  })
})
