import { describe, expect, it } from 'vitest'
import type { PoseV2 } from '@sextant/contracts'
import { eulerOf, quaternionOf, toRos } from './pose-text.ts'

/** R = Rz(yaw) Ry(pitch) Rx(roll), degrees, row-major. */
function rotationOf(roll: number, pitch: number, yaw: number): number[] {
  const [a, b, c] = [roll, pitch, yaw].map((degrees) => (degrees * Math.PI) / 180) as [number, number, number]
  const [ca, sa, cb, sb, cc, sc] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b), Math.cos(c), Math.sin(c)]
  return [
    cc * cb,
    cc * sb * sa - sc * ca,
    cc * sb * ca + sc * sa,
    sc * cb,
    sc * sb * sa + cc * ca,
    sc * sb * ca - cc * sa,
    -sb,
    cb * sa,
    cb * ca,
  ]
}

const matrixOf = ([w, x, y, z]: readonly [number, number, number, number]): number[] => [
  1 - 2 * (y * y + z * z),
  2 * (x * y - w * z),
  2 * (x * z + w * y),
  2 * (x * y + w * z),
  1 - 2 * (x * x + z * z),
  2 * (y * z - w * x),
  2 * (x * z - w * y),
  2 * (y * z + w * x),
  1 - 2 * (x * x + y * y),
]

describe('a pose in other words', () => {
  const turns = [
    [0, 0, 0],
    [180, 0, 0],
    [0, 0, 180],
    [10, -20, 30],
    [-170, 40, 100],
    [90, 0, -90],
    [5, 89, -120],
  ] as const
  it.each(turns)('turns by %d, %d, %d degrees', (roll, pitch, yaw) => {
    const pose = { rotation: rotationOf(roll, pitch, yaw), translation: [0, 0, 0] }
    const quaternion = quaternionOf(pose)
    expect(quaternion[0]).toBeGreaterThanOrEqual(0)
    matrixOf(quaternion).forEach((value, i) => {
      expect(value).toBeCloseTo(pose.rotation[i] ?? 0, 9)
    })
    const [r, p, y] = eulerOf(pose)
    rotationOf(r, p, y).forEach((value, i) => {
      expect(value).toBeCloseTo(pose.rotation[i] ?? 0, 9)
    })
  })

  it('turns by 90 degrees of pitch, where roll and yaw are one', () => {
    const rotation = rotationOf(0, 90, 25)
    const [r, p, y] = eulerOf({ rotation, translation: [0, 0, 0] })
    rotationOf(r, p, y).forEach((value, i) => {
      expect(value).toBeCloseTo(rotation[i] ?? 0, 6)
    })
  })

  it('is in metres for ROS', () => {
    const pose = { rotation: rotationOf(0, 0, 0), translation: [1, -20, 800] } as unknown as PoseV2
    expect(toRos(pose, 'camera')).toContain('position: {x: 0.001000, y: -0.020000, z: 0.800000}')
    expect(toRos(pose, 'camera')).toContain('w: 1.0000000')
  })
})
