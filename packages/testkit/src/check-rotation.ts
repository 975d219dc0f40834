/** Throws unless the 9 numbers are a proper rotation: orthonormal rows, determinant +1. @param tolerance  per entry */
export function checkRotation(R: ArrayLike<number>, tolerance = 1e-9): void {
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const dot = R[3 * i] * R[3 * j] + R[3 * i + 1] * R[3 * j + 1] + R[3 * i + 2] * R[3 * j + 2]
      const expected = i === j ? 1 : 0
      if (!(Math.abs(dot - expected) <= tolerance)) throw new Error(`rows ${i} and ${j} have dot product ${dot}`)
    }
  }
  const determinant =
    R[0] * (R[4] * R[8] - R[5] * R[7]) - R[1] * (R[3] * R[8] - R[5] * R[6]) + R[2] * (R[3] * R[7] - R[4] * R[6])
  if (!(Math.abs(determinant - 1) <= 4 * tolerance)) throw new Error(`the determinant is ${determinant}`)
}
