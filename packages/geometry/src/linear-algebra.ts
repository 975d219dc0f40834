/**
 * Solves the symmetric positive definite system A x = b in place by Cholesky.
 *
 * @param A  [n, n] row-major; overwritten; only the lower triangle is read
 * @param b  [n]; overwritten with x
 * @returns false when A is not positive definite (b is then undefined)
 */
export function solveCholeskyInPlace(A: Float64Array, b: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i * n + j]
      for (let k = 0; k < j; k++) sum -= A[i * n + k] * A[j * n + k]
      if (i === j) {
        if (!(sum > 0)) return false
        A[i * n + i] = Math.sqrt(sum)
      } else A[i * n + j] = sum / A[j * n + j]
    }
  }
  for (let i = 0; i < n; i++) {
    let sum = b[i]
    for (let k = 0; k < i; k++) sum -= A[i * n + k] * b[k]
    b[i] = sum / A[i * n + i]
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]
    for (let k = i + 1; k < n; k++) sum -= A[k * n + i] * b[k]
    b[i] = sum / A[i * n + i]
  }
  return true
}

/** Eigenvalues (ascending) and unit eigenvectors of a symmetric 3x3 matrix. */
export interface SymmetricEigen3 {
  readonly values: [number, number, number]
  /** row i is the eigenvector of values[i] */
  readonly vectors: [number[], number[], number[]]
}

/**
 * Cyclic Jacobi on a symmetric 3x3 matrix, row-major 9 numbers (not modified).
 * @source Golub & Van Loan, Matrix Computations, 8.5
 */
export function eigenSymmetric3(matrix: ArrayLike<number>): SymmetricEigen3 {
  const a = Float64Array.from(matrix)
  const v = Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1])
  for (let sweep = 0; sweep < 32; sweep++) {
    const off = a[1] * a[1] + a[2] * a[2] + a[5] * a[5]
    if (off < 1e-30 * (a[0] * a[0] + a[4] * a[4] + a[8] * a[8]) || off === 0) break
    for (let p = 0; p < 2; p++) {
      for (let q = p + 1; q < 3; q++) {
        const apq = a[3 * p + q]
        if (apq === 0) continue
        const theta = (a[4 * q] - a[4 * p]) / (2 * apq)
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        const s = t * c
        for (let k = 0; k < 3; k++) {
          const kp = a[3 * k + p]
          const kq = a[3 * k + q]
          a[3 * k + p] = c * kp - s * kq
          a[3 * k + q] = s * kp + c * kq
        }
        for (let k = 0; k < 3; k++) {
          const pk = a[3 * p + k]
          const qk = a[3 * q + k]
          a[3 * p + k] = c * pk - s * qk
          a[3 * q + k] = s * pk + c * qk
          const vp = v[3 * k + p]
          const vq = v[3 * k + q]
          v[3 * k + p] = c * vp - s * vq
          v[3 * k + q] = s * vp + c * vq
        }
      }
    }
  }
  const order = [0, 1, 2].sort((i, j) => a[4 * i] - a[4 * j])
  const vector = (i: number): number[] => [v[i], v[3 + i], v[6 + i]]
  return {
    values: [a[4 * order[0]], a[4 * order[1]], a[4 * order[2]]],
    vectors: [vector(order[0]), vector(order[1]), vector(order[2])],
  }
}
