import { decimateCamera, type ColorImage, type DepthImage, type Mask, type PinholeCamera } from '@sextant/geometry'
import { createGridColor, type GridColor } from '@sextant/regions'
import { estimateSurface } from '@sextant/surface'
import { blueOf, COLOR_BINS, describeRegion, type RegionFeatures } from './region-features.ts'

/** One rendered view of an object, at any resolution. */
export interface TemplateView {
  readonly camera: PinholeCamera
  readonly color: ColorImage
  readonly mask: Mask
  /** mm */
  readonly depth: DepthImage
}

/** What segmentation knows of an object; made once per object and template set. */
export interface TemplateDescriptors {
  /** largest distance between two vertices, mm */
  readonly diameterMm: number
  /** false: the CAD has no colours (or none that mean anything), appearance says nothing */
  readonly hasColor: boolean
  /** [COLOR_BINS] share of each chromaticity over all views; sums to 1 */
  readonly palette: Float32Array
  readonly views: readonly RegionFeatures[]
}

export interface TemplateSource {
  readonly diameterMm: number
  /** rendered with a uniform material: colours are not the object's */
  readonly isUniform: boolean
}

/** Views are described at about this many pixels across. */
const VIEW_PIXELS = 96
/** Mean deviation of the chromaticity from grey below which a CAD counts as colourless. */
const GREY_DEVIATION = 0.015

/**
 * Describes all views of one object.
 *
 * @param views  at least one; a view without pixels is described as empty and never matches
 * @throws {RangeError} no views, a diameter that is not positive, images of a view that differ in size
 * @cost about 4 ms per view
 */
export function prepareTemplates(views: readonly TemplateView[], source: TemplateSource): TemplateDescriptors {
  if (views.length === 0) throw new RangeError('a template set has no views')
  if (!(source.diameterMm > 0)) throw new RangeError(`diameter is ${source.diameterMm}`)
  const described = views.map(describeView)
  const palette = new Float32Array(COLOR_BINS)
  let deviation = 0
  for (const { features, greyDeviation } of described) {
    deviation += greyDeviation / described.length
    for (let k = 0; k < COLOR_BINS; k++) palette[k] += features.colors[k] / described.length
  }
  return {
    diameterMm: Math.fround(source.diameterMm),
    hasColor: !source.isUniform && deviation > GREY_DEVIATION,
    palette,
    views: described.map(({ features }) => features),
  }
}

function describeView(view: TemplateView): { features: RegionFeatures; greyDeviation: number } {
  const { width, height } = view.depth
  if (
    view.mask.width !== width ||
    view.mask.height !== height ||
    view.color.width !== width ||
    view.color.height !== height
  ) {
    throw new RangeError('colour, mask and depth of a view differ in size')
  }
  const factor = reductionOf(view.mask)
  const camera = decimateCamera(view.camera, factor)
  const depths = new Float32Array(camera.width * camera.height)
  const inside: number[] = []
  for (let y = 0, i = 0; y < camera.height; y++) {
    for (let x = 0; x < camera.width; x++, i++) {
      const k = y * factor * width + x * factor
      if (view.mask.data[k] === 0) continue
      depths[i] = view.depth.data[k]
      inside.push(i)
    }
  }
  const pixels = Int32Array.from(inside)
  const depth = { width: camera.width, height: camera.height, data: depths }
  const surface = estimateSurface(depth, camera, { step: 1 })
  const color = createGridColor(view.color, camera.width, camera.height, factor)
  return {
    features: describeRegion(pixels, surface, color),
    greyDeviation: greyDeviationOf(pixels, color),
  }
}

/** Every how many pixels a view is described. */
function reductionOf({ width, height, data }: Mask): number {
  let [x0, y0, x1, y1] = [width, height, 0, 0]
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (data[i] === 0) continue
      x0 = Math.min(x0, x)
      y0 = Math.min(y0, y)
      x1 = Math.max(x1, x + 1)
      y1 = Math.max(y1, y + 1)
    }
  }
  return Math.max(1, Math.floor(Math.max(x1 - x0, y1 - y0) / VIEW_PIXELS))
}

function greyDeviationOf(pixels: Int32Array, { red, green, brightness }: GridColor): number {
  let sum = 0
  for (const i of pixels) {
    const blue = blueOf(red[i], green[i], brightness[i])
    const mean = (red[i] + green[i] + blue) / 3
    sum += (Math.abs(red[i] - mean) + Math.abs(green[i] - mean) + Math.abs(blue - mean)) / 3
  }
  return sum / Math.max(1, pixels.length)
}
