import type { TriangleMesh } from '@sextant/geometry'
import { encodeAlphaPng } from '@sextant/image'
import { boundingBox } from '@sextant/mesh'
import { createTemplateWorkspace, renderTemplate, TEMPLATE_RECIPE_DEFAULTS, type Template } from '@sextant/templates'

/** Samples per pixel and axis; edges fade into the transparent background. */
const SAMPLES = 3
const PROBE_SIZE = 96
/** Share of the picture's side that the object takes. */
const FILL = 0.94
/** Of the 42 template views: from the front, above and to the side. */
const VIEW_INDEX = 33

/** A picture of the object on a transparent background, as large as fits. @param size  px, square */
export async function drawThumbnail(mesh: TriangleMesh, size: number): Promise<Uint8Array> {
  const { min, max } = boundingBox(mesh)
  const center = min.map((low, axis) => (low + (max[axis] ?? low)) / 2)
  const centered = { ...mesh, positions: mesh.positions.map((value, i) => value - (center[i % 3] ?? 0)) }
  const render = (imageSize: number, focalLength: number): Template => {
    const recipe = { ...TEMPLATE_RECIPE_DEFAULTS, imageSize, focalLength, antialias: false }
    return renderTemplate(createTemplateWorkspace(centered, recipe), VIEW_INDEX)
  }
  const reach = reachOf(render(PROBE_SIZE, PROBE_SIZE))
  const side = SAMPLES * size
  return encodeAlphaPng(averageSamples(render(side, (side * FILL) / reach), size), size, size)
}

/** Largest distance of a covered pixel from the centre along an axis, in halves of the side. */
function reachOf({ mask }: Template): number {
  const middle = (mask.width - 1) / 2
  let reach = 1
  mask.data.forEach((inside, pixel) => {
    if (inside === 0) return
    const u = pixel % mask.width
    reach = Math.max(reach, Math.abs(u - middle), Math.abs((pixel - u) / mask.width - middle))
  })
  return (reach + 1) / (mask.width / 2)
}

/** Colour of the covered samples, and their share as alpha. @returns [size, size, 4] */
function averageSamples({ color, mask }: Template, size: number): Uint8Array {
  const out = new Uint8Array(4 * size * size)
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const sum = [0, 0, 0]
      let covered = 0
      for (let s = 0; s < SAMPLES * SAMPLES; s++) {
        const pixel = (SAMPLES * y + Math.floor(s / SAMPLES)) * color.width + SAMPLES * x + (s % SAMPLES)
        if (mask.data[pixel] !== 1) continue
        covered++
        for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (color.data[3 * pixel + c] ?? 0)
      }
      if (covered === 0) continue
      const to = 4 * (y * size + x)
      out.set([...sum.map((value) => Math.round(value / covered)), Math.round((255 * covered) / SAMPLES ** 2)], to)
    }
  }
  return out
}
