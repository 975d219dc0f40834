import type { TriangleMesh } from '@sextant/geometry'

/**
 * Decimates by vertex clustering: all vertices of a cell become their mean, faces that collapse or repeat disappear.
 *
 * @param cellSize  mm
 * @returns a fresh mesh; the input itself when nothing would collapse it usefully (fewer than four faces left)
 * @source Rossignac & Borrel 1993
 */
export function simplifyByClustering(mesh: TriangleMesh, cellSize: number): TriangleMesh {
  if (!(cellSize > 0)) throw new RangeError(`cellSize is ${cellSize}, expected > 0`)
  const { positions: p, faces, colors } = mesh
  const n = p.length / 3
  const cells = new Map<number, number>()
  const clusterOf = new Uint32Array(n)
  for (let i = 0; i < n; i++) {
    const key =
      ((Math.floor(p[3 * i] / cellSize) + 65536) * 131072 + Math.floor(p[3 * i + 1] / cellSize) + 65536) * 131072 +
      Math.floor(p[3 * i + 2] / cellSize) +
      65536
    let cluster = cells.get(key)
    if (cluster === undefined) {
      cluster = cells.size
      cells.set(key, cluster)
    }
    clusterOf[i] = cluster
  }
  const size = cells.size
  const sums = new Float64Array(7 * size)
  for (let i = 0; i < n; i++) {
    const s = 7 * clusterOf[i]
    for (let k = 0; k < 3; k++) {
      sums[s + k] += p[3 * i + k]
      if (colors !== undefined) sums[s + 3 + k] += colors[3 * i + k]
    }
    sums[s + 6]++
  }
  const positions = new Float32Array(3 * size)
  const merged = new Uint8Array(3 * size)
  for (let c = 0; c < size; c++) {
    for (let k = 0; k < 3; k++) {
      positions[3 * c + k] = sums[7 * c + k] / sums[7 * c + 6]
      merged[3 * c + k] = Math.round(sums[7 * c + 3 + k] / sums[7 * c + 6])
    }
  }
  const seen = new Set<number>()
  const kept: number[] = []
  for (let f = 0; f < faces.length; f += 3) {
    const a = clusterOf[faces[f]]
    const b = clusterOf[faces[f + 1]]
    const c = clusterOf[faces[f + 2]]
    if (a === b || b === c || a === c) continue
    const low = Math.min(a, b, c)
    const high = Math.max(a, b, c)
    const key = (low * size + (a + b + c - low - high)) * size + high
    if (Number.isSafeInteger(key)) {
      if (seen.has(key)) continue
      seen.add(key)
    }
    kept.push(a, b, c)
  }
  if (kept.length < 12) return mesh
  const out: TriangleMesh = { positions, faces: Uint32Array.from(kept) }
  return colors === undefined ? out : { ...out, colors: merged }
}
