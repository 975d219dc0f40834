/**
 * Distance of each observed point, brought into the object's coordinate frame, to the nearest model point.
 *
 * @param observed  [n, 3]
 * @param model     [m, 3] object
 * @param rotation  [9], `translation` [3]: observed = R object + t
 * @param used      [n] points with 0 are skipped and get 0
 */
export function nearestModelDistances(
  observed: Float32Array,
  model: Float32Array,
  rotation: ArrayLike<number>,
  translation: ArrayLike<number>,
  used: ArrayLike<number>,
): Float64Array {
  const n = observed.length / 3
  const out = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    if (used[i] === 0) continue
    const dx = observed[3 * i] - translation[0]
    const dy = observed[3 * i + 1] - translation[1]
    const dz = observed[3 * i + 2] - translation[2]
    const x = rotation[0] * dx + rotation[3] * dy + rotation[6] * dz
    const y = rotation[1] * dx + rotation[4] * dy + rotation[7] * dz
    const z = rotation[2] * dx + rotation[5] * dy + rotation[8] * dz
    let best = Infinity
    for (let k = 0; k < model.length; k += 3) {
      const ex = model[k] - x
      const ey = model[k + 1] - y
      const ez = model[k + 2] - z
      const square = ex * ex + ey * ey + ez * ez
      if (square < best) best = square
    }
    out[i] = Math.sqrt(best)
  }
  return out
}
