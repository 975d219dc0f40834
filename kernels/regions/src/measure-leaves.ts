import type { Surface } from '@sextant/surface'
import { SPAN_WIDTH, widenSpan, type LeafMeasures } from './region-tree.ts'

/** Sums, spans and boxes of every leaf. A leaf without pixels has an empty span and box. */
export function measureLeaves(surface: Surface, labels: Int32Array, leafCount: number): LeafMeasures {
  const { width, height, depths, normals, camera } = surface
  const sums = new Float64Array(4 * leafCount)
  const spans = new Float32Array(SPAN_WIDTH * leafCount)
  const boxes = new Int32Array(4 * leafCount)
  for (let k = 0; k < spans.length; k += 2) {
    spans[k] = Infinity
    spans[k + 1] = -Infinity
  }
  for (let leaf = 0; leaf < leafCount; leaf++) {
    boxes[4 * leaf] = width
    boxes[4 * leaf + 1] = height
  }
  const raysX = new Float64Array(width)
  for (let u = 0; u < width; u++) raysX[u] = (u - camera.cx) / camera.fx
  for (let v = 0, i = 0; v < height; v++) {
    const rayY = (v - camera.cy) / camera.fy
    for (let u = 0; u < width; u++, i++) {
      const leaf = labels[i]
      if (leaf < 0) continue
      const box = 4 * leaf
      if (u < boxes[box]) boxes[box] = u
      if (v < boxes[box + 1]) boxes[box + 1] = v
      if (u >= boxes[box + 2]) boxes[box + 2] = u + 1
      if (v >= boxes[box + 3]) boxes[box + 3] = v + 1
      const z = depths[i]
      if (!(z > 0)) continue
      const x = raysX[u] * z
      const y = rayY * z
      sums[4 * leaf] += x
      sums[4 * leaf + 1] += y
      sums[4 * leaf + 2] += z
      sums[4 * leaf + 3]++
      // Flying pixels at rims have no normal; one of them would double the extent.
      if (normals[3 * i + 2] === 0) continue
      widenSpan(spans, SPAN_WIDTH * leaf, x, y, z)
    }
  }
  return { sums, spans, boxes }
}
