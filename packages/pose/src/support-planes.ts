// Large planes are solid: a thing stands on a table or lies above it, it does not reach through. What is seen of a wrong
// hypothesis agrees with the frame; its hidden part often lies below the table or its lowest point nowhere near it.
import { convexHull, dot, type Point2 } from '@sextant/geometry'
import type { OrientedPoints } from '@sextant/hypotheses'
import { depthSigma, planeMaskInto, type Plane, type Surface } from '@sextant/surface'

/** A table, a floor or the bottom of a bin. */
export interface SupportPlane extends Pick<Plane, 'normal' | 'offset'> {
  /** [height, 2] first and last column of the convex hull of its largest piece in each row of the surface grid */
  readonly extent: Int16Array
  /** false: it may as well be the face of a thing */
  readonly isLarge: boolean
  /** false: another one lies just below, as the table below a board: things may reach down to that */
  readonly isLowest: boolean
}

/** A plane that more than this share of its hull is seen behind is a rim or a lid. */
const MAX_SEEN_THROUGH = 0.2
/** The hull of a smaller plane fills this share of the image. */
const MIN_SHARE = 0.2
/** A smaller plane on which so much of an object's surface lies, seen from the same side, may be a face of its own. */
const OWN_FACE_SHARE = 0.1
const OWN_FACE_COSINE = 0.9
/** Behind a plane: mm, and standard deviations of depth. */
const SEEN_BEHIND_MM = 15
const SEEN_BEHIND_SIGMA = 4
/** Nearly parallel planes so near to each other are one support with steps, mm. */
const STEP_MM = 60
const STEP_COSINE = 0.97

/**
 * @param planes  dominant ones and smaller ones, which count where they fill much of the image: a table seen in part or at
 *                a grazing angle
 */
export function supportPlanesOf(surface: Surface, planes: readonly Plane[], largeAreaMm2: number): SupportPlane[] {
  const mask = planeMaskInto(new Uint8Array(surface.width * surface.height), surface, planes)
  const { pieces, largest } = largestPieces(surface, mask, planes.length)
  const supports = planes.flatMap(({ normal, offset, areaMm2 }, index) => {
    const extent = extentOf(surface, convexHull(rowEnds(surface, pieces, largest[index])))
    const isLarge = areaMm2 >= largeAreaMm2
    const plane: SupportPlane = { normal, offset, extent, isLarge, isLowest: true }
    const counts = isLarge || hullShare(extent, surface) >= MIN_SHARE
    return counts && seenThrough(surface, plane) <= MAX_SEEN_THROUGH ? [plane] : []
  })
  return supports.map((plane) => ({
    ...plane,
    isLowest: !supports.some(
      (other) =>
        other.offset < plane.offset &&
        plane.offset - other.offset < STEP_MM &&
        dot(other.normal, plane.normal) > STEP_COSINE,
    ),
  }))
}

function depthOfPlane({ camera }: Surface, { normal, offset }: SupportPlane, u: number, v: number): number {
  return offset / (normal[0] * ((u - camera.cx) / camera.fx) + normal[1] * ((v - camera.cy) / camera.fy) + normal[2])
}

/** Share of the hull in which something behind the plane is seen. */
function seenThrough(surface: Surface, plane: SupportPlane): number {
  const { width, height, depths } = surface
  let measured = 0
  let behind = 0
  for (let v = 0; v < height; v++) {
    for (let u = plane.extent[2 * v]; u <= plane.extent[2 * v + 1]; u++) {
      const z = depths[v * width + u]
      if (z === 0) continue
      measured++
      const tolerance = SEEN_BEHIND_MM + SEEN_BEHIND_SIGMA * depthSigma(surface, z)
      if (z > depthOfPlane(surface, plane, u, v) + tolerance) behind++
    }
  }
  return measured === 0 ? 1 : behind / measured
}

/** Share of the grid. */
function hullShare(extent: Int16Array, { width, height }: Surface): number {
  let area = 0
  for (let v = 0; v < height; v++) area += Math.max(0, extent[2 * v + 1] - extent[2 * v] + 1)
  return area / (width * height)
}

/**
 * The 4-connected pieces of all planes: [height, width] number of the piece, from 1, and of each plane the number of its
 * largest one (0: none).
 */
function largestPieces(
  { width, height }: Surface,
  mask: Uint8Array,
  planeCount: number,
): { readonly pieces: Int32Array; readonly largest: Int32Array } {
  const pieces = new Int32Array(mask.length)
  const largest = new Int32Array(planeCount)
  const sizes = new Int32Array(planeCount)
  const queue = new Int32Array(mask.length)
  const around = new Int32Array(4)
  const lastRow = width * (height - 1)
  let count = 0
  for (let start = 0; start < mask.length; start++) {
    const label = mask[start]
    if (label === 0 || pieces[start] !== 0) continue
    const piece = ++count
    pieces[start] = piece
    queue[0] = start
    let size = 1
    for (let k = 0; k < size; k++) {
      const o = queue[k]
      const x = o % width
      // Beyond the border: the pixel itself, which is counted already.
      around[0] = x > 0 ? o - 1 : o
      around[1] = x < width - 1 ? o + 1 : o
      around[2] = o >= width ? o - width : o
      around[3] = o < lastRow ? o + width : o
      for (const next of around) {
        if (mask[next] !== label || pieces[next] !== 0) continue
        pieces[next] = piece
        queue[size++] = next
      }
    }
    if (size <= sizes[label - 1]) continue
    sizes[label - 1] = size
    largest[label - 1] = piece
  }
  return { pieces, largest }
}

/** First and last pixel of a piece in each row that it reaches. */
function rowEnds({ width, height }: Surface, pieces: Int32Array, piece: number): Point2[] {
  const ends: Point2[] = []
  if (piece === 0) return ends
  for (let v = 0; v < height; v++) {
    const row = pieces.subarray(v * width, (v + 1) * width)
    const first = row.indexOf(piece)
    if (first >= 0) ends.push([first, v], [row.lastIndexOf(piece), v])
  }
  return ends
}

/** First and last column of a convex polygon of grid pixels in each row; rows without: first > last. */
function extentOf({ width, height }: Surface, polygon: readonly Point2[]): Int16Array {
  const extent = new Int16Array(2 * height)
  for (let v = 0; v < height; v++) extent.set([width, -1], 2 * v)
  polygon.forEach(([ax, ay], k) => {
    const [bx, by] = polygon[(k + 1) % polygon.length]
    for (let v = Math.min(ay, by); v <= Math.max(ay, by); v++) {
      const u = ay === by ? ax : ax + ((bx - ax) * (v - ay)) / (by - ay)
      extent[2 * v] = Math.min(extent[2 * v], Math.ceil(u))
      extent[2 * v + 1] = Math.max(extent[2 * v + 1], Math.floor(u))
    }
  })
  return extent
}

/** How a pose stands to the planes, mm; null: none is beneath or behind it. */
export interface SupportMeasure {
  /** how deep the object reaches below a plane; negative: how far it stays above */
  readonly penetrationMm: number | null
  /** distance of its lowest point from the nearest plane, above or below */
  readonly gapMm: number | null
}

/**
 * @param pose       12 numbers: rotation row-major, translation mm; object to camera
 * @param points     spread over the surface, about the pose's origin
 * @param tolerance  mm
 */
export function measureSupport(
  surface: Surface,
  planes: readonly SupportPlane[],
  pose: Float64Array,
  { positions, normals }: OrientedPoints,
  tolerance: number,
): SupportMeasure {
  const { width, height, camera, depths } = surface
  let penetrationMm: number | null = null
  let gapMm: number | null = null
  for (const plane of planes) {
    const { normal, offset, extent } = plane
    // The plane in the object's coordinates: depth below it = toPlane - direction · point.
    const dx = normal[0] * pose[0] + normal[1] * pose[3] + normal[2] * pose[6]
    const dy = normal[0] * pose[1] + normal[1] * pose[4] + normal[2] * pose[7]
    const dz = normal[0] * pose[2] + normal[1] * pose[5] + normal[2] * pose[8]
    const toPlane = offset - (normal[0] * pose[9] + normal[1] * pose[10] + normal[2] * pose[11])
    let deepest = -Infinity
    let onPlane = 0
    for (let i = 0; i < positions.length; i += 3) {
      const px = positions[i]
      const py = positions[i + 1]
      const pz = positions[i + 2]
      const depth = toPlane - (dx * px + dy * py + dz * pz)
      if (!plane.isLarge && Math.abs(depth) < tolerance) {
        const cosine = dx * normals[i] + dy * normals[i + 1] + dz * normals[i + 2]
        if (cosine > OWN_FACE_COSINE) onPlane++
      }
      if (depth <= deepest) continue
      const z = pose[6] * px + pose[7] * py + pose[8] * pz + pose[11]
      if (z <= 0) continue
      const u = Math.round((camera.fx * (pose[0] * px + pose[1] * py + pose[2] * pz + pose[9])) / z + camera.cx)
      const v = Math.round((camera.fy * (pose[3] * px + pose[4] * py + pose[5] * pz + pose[10])) / z + camera.cy)
      if (v < 0 || v >= height || u < extent[2 * v] || u > extent[2 * v + 1]) continue
      // Where something behind the plane is seen, it is not there.
      const isOpen = depth > tolerance && depths[v * width + u] > depthOfPlane(surface, plane, u, v) + 2 * tolerance
      if (!isOpen) deepest = depth
    }
    if (deepest === -Infinity || onPlane > (OWN_FACE_SHARE * positions.length) / 3) continue
    if (plane.isLowest && (penetrationMm === null || deepest > penetrationMm)) penetrationMm = deepest
    if (gapMm === null || Math.abs(deepest) < gapMm) gapMm = Math.abs(deepest)
  }
  return { penetrationMm, gapMm }
}

/** How deep a pose reaches below a plane beyond what the frame's noise allows (`tolerance`, mm); diameters, from 0. */
export function penetrationOf({ penetrationMm }: SupportMeasure, tolerance: number, diameter: number): number {
  return penetrationMm === null ? 0 : Math.max(0, penetrationMm - tolerance) / diameter
}
