import type { ColorImage } from '@sextant/geometry'

/** Depth as false colours, near = red to far = blue; black where nothing was measured. For looking at only. */
export function paintDepth(counts: Uint16Array, width: number, height: number): ColorImage {
  const data = new Uint8Array(3 * width * height)
  const valid = counts.filter((count) => count > 0).sort()
  const near = valid.length === 0 ? 0 : valid[Math.floor(0.02 * valid.length)]
  const far = valid.length === 0 ? 1 : valid[Math.floor(0.98 * (valid.length - 1))]
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue
    const t = Math.min(1, Math.max(0, (counts[i] - near) / Math.max(1, far - near)))
    // The usual "jet" ramp: three shifted triangles.
    data[3 * i] = ramp(1.5 - 4 * (t - 0.25))
    data[3 * i + 1] = ramp(1.5 - Math.abs(4 * (t - 0.5)))
    data[3 * i + 2] = ramp(1.5 - 4 * (0.75 - t))
  }
  return { width, height, data }
}

const ramp = (value: number): number => 255 * Math.min(1, Math.max(0, value))
