// How much shape the explained surface has. A flat patch fits into many poses of many objects; a surface that bends or
// breaks agrees by chance less often.
import { eigenSymmetric3 } from '@sextant/geometry'

/** Sums of x, y, z, xx, xy, xz, yy, yz, zz over the explained points, mm. */
export type ReliefTally = Float64Array

export function createReliefTally(): ReliefTally {
  return new Float64Array(9)
}

export function addPoint(sums: ReliefTally, x: number, y: number, z: number): void {
  sums[0] += x
  sums[1] += y
  sums[2] += z
  sums[3] += x * x
  sums[4] += x * y
  sums[5] += x * z
  sums[6] += y * y
  sums[7] += y * z
  sums[8] += z * z
}

/** Root mean square distance of the points from their best plane, mm. */
export function reliefOf(sums: ReliefTally, count: number): number {
  if (count < 3) return 0
  const [x, y, z, xx, xy, xz, yy, yz, zz] = sums.map((sum) => sum / count)
  const covariance = [
    ...[xx - x * x, xy - x * y, xz - x * z],
    ...[xy - x * y, yy - y * y, yz - y * z],
    ...[xz - x * z, yz - y * z, zz - z * z],
  ]
  return Math.sqrt(Math.max(0, Math.min(...eigenSymmetric3(covariance).values)))
}
