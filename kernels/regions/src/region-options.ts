export interface RegionOptions {
  /** weight of the distance to the neighbour's tangent plane */
  readonly distanceWeight: number
  /** weight of a normal change, for concave and for convex edges */
  readonly concaveWeight: number
  readonly convexWeight: number
  /** weight of a chromaticity change (L1) and of a relative brightness change */
  readonly chromaWeight: number
  readonly brightnessWeight: number
  /** Felzenszwalb's k: larger k, larger leaves */
  readonly leafScale: number
  /** smaller leaves join their nearest neighbour, grid pixels */
  readonly minLeafPixels: number
  /** holes without depth of at most this many grid pixels do not separate regions */
  readonly maxGap: number
  /** pixels without depth join a region over at most this distance in even colour, grid pixels; 0 = never */
  readonly fillReach: number
  /** how much a chromaticity and a relative brightness change lengthen that distance */
  readonly fillChroma: number
  readonly fillBrightness: number
  /** merging ends at this mean boundary weight */
  readonly stopWeight: number
  /** no merged region is larger, mm */
  readonly maxExtentMm: number
  /** touching leaves with a lower mean boundary weight are a proposal of their own */
  readonly pairWeight: number
}

export const REGION_DEFAULTS: RegionOptions = {
  distanceWeight: 0.5,
  concaveWeight: 2,
  convexWeight: 0.3,
  chromaWeight: 0.9,
  brightnessWeight: 0.18,
  leafScale: 8,
  minLeafPixels: 28,
  maxGap: 2,
  fillReach: 12,
  fillChroma: 40,
  fillBrightness: 6,
  stopWeight: 1.6,
  maxExtentMm: 500,
  pairWeight: 1.2,
}
