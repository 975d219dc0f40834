/** Millimetres in a metre. The only place where this factor is written; see ADR-0002. */
export const MILLIMETERS_PER_METER = 1000

/** Millimetres in one unit of length that a CAD file may be drawn in. */
export const MILLIMETERS_PER_UNIT = { um: 1 / MILLIMETERS_PER_METER, mm: 1, cm: 10, in: 25.4, m: MILLIMETERS_PER_METER }

/** A unit that a CAD file may be drawn in. */
export type LengthUnit = keyof typeof MILLIMETERS_PER_UNIT

/** Milliseconds in a second. */
export const MILLISECONDS_PER_SECOND = 1000

/** Radians in a degree. */
export const RADIANS_PER_DEGREE = Math.PI / 180
