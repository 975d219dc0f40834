/** Millimetres in a metre. The only place where this factor is written; see ADR-0002. */
export const MILLIMETERS_PER_METER = 1000

/** Milliseconds in a second. */
export const MILLISECONDS_PER_SECOND = 1000

/** Radians in a degree. */
export const RADIANS_PER_DEGREE = Math.PI / 180
