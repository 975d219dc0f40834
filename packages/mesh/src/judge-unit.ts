import { MILLIMETERS_PER_UNIT, type LengthUnit, type TriangleMesh } from '@sextant/geometry'

/** Diameters of objects for bin picking, mm. */
export const USUAL_SIZE_MM = { min: 10, typical: 100, max: 1000 } as const

/**
 * Sizes that nobody has to confirm, mm: the decade about the typical size. It is no wider than the smallest factor between
 * units, so an object of such a size that is drawn ten or more times too large or too small leaves it.
 */
export const SELF_EVIDENT_SIZE_MM = {
  min: USUAL_SIZE_MM.typical / Math.sqrt(10),
  max: USUAL_SIZE_MM.typical * Math.sqrt(10),
} as const

/** Who said what the unit of a CAD file is. */
export interface UnitDeclaration {
  readonly unit: LengthUnit
  readonly basis: 'declared' | 'manifest' | 'file'
}

/** What the unit of a CAD file is, and how far that can be trusted. */
export interface UnitVerdict {
  /** null: nobody knows; coordinates are taken as millimetres until somebody says */
  readonly unit: LengthUnit | null
  /** what the coordinates are multiplied with */
  readonly millimetersPerUnit: number
  readonly basis: UnitDeclaration['basis'] | 'inferred'
  /** certain: declared, and of a usual size; plausible: one of the two; ask: neither */
  readonly verdict: 'certain' | 'plausible' | 'ask'
  readonly reasons: readonly string[]
  /** other units in which the object would be of a usual size, the most usual first */
  readonly alternatives: readonly { readonly unit: LengthUnit; readonly diameterMm: number }[]
}

const UNITS = Object.keys(MILLIMETERS_PER_UNIT) as LengthUnit[]

/**
 * Judges in which unit a CAD file is drawn. A declaration is believed. Without one the file is in millimetres when
 * that gives a self-evident size; else somebody has to be asked. Nothing is ever rescaled by a guess.
 *
 * @param extent    largest distance between two vertices, in the unit of the file
 * @param declared  null: nobody said
 */
export function judgeUnit({
  extent,
  declared,
}: {
  readonly extent: number
  readonly declared: UnitDeclaration | null
}): UnitVerdict {
  const candidates = UNITS.map((unit) => ({ unit, diameterMm: extent * MILLIMETERS_PER_UNIT[unit] }))
    .filter(({ diameterMm }) => isUsual(diameterMm))
    .sort((a, b) => oddness(a.diameterMm) - oddness(b.diameterMm))
  const { min, max } = USUAL_SIZE_MM
  if (declared !== null) {
    const { unit, basis } = declared
    const diameter = extent * MILLIMETERS_PER_UNIT[unit]
    const said = `${WHO[basis]} says ${unit}: ${millimeters(diameter)} across`
    return {
      unit,
      millimetersPerUnit: MILLIMETERS_PER_UNIT[unit],
      basis,
      verdict: isUsual(diameter) ? 'certain' : 'plausible',
      reasons: isUsual(diameter) ? [said] : [said, `objects are usually ${min} to ${max} mm across`],
      alternatives: candidates.filter((candidate) => candidate.unit !== unit),
    }
  }
  const alternatives = candidates.filter((candidate) => candidate.unit !== 'mm')
  const asMillimeters = `no unit is declared; as millimetres it is ${millimeters(extent)} across`
  if (isSelfEvident(extent)) {
    const reasons = [`${asMillimeters}, a usual size`]
    return { unit: 'mm', millimetersPerUnit: 1, basis: 'inferred', verdict: 'plausible', reasons, alternatives }
  }
  const others = alternatives.map(({ unit, diameterMm }) => `${millimeters(diameterMm)} if it is drawn in ${unit}`)
  const doubt = isUsual(extent)
    ? `only ${millimeters(SELF_EVIDENT_SIZE_MM.min)} to ${millimeters(SELF_EVIDENT_SIZE_MM.max)} are taken unasked`
    : `objects are usually ${min} to ${max} mm across`
  const fitting = others.length > 0 ? [`it would be ${others.join(', ')}`] : []
  return {
    unit: null,
    millimetersPerUnit: 1,
    basis: 'inferred',
    verdict: 'ask',
    reasons: [asMillimeters, doubt, ...(candidates.length === 0 ? ['no unit gives a usual size'] : fitting)],
    alternatives: candidates,
  }
}

/** The mesh in millimetres; the same mesh when it is in millimetres already. */
export function scaleMesh(mesh: TriangleMesh, millimetersPerUnit: number): TriangleMesh {
  if (millimetersPerUnit === 1) return mesh
  return { ...mesh, positions: mesh.positions.map((value) => value * millimetersPerUnit) }
}

const WHO: Readonly<Record<UnitDeclaration['basis'], string>> = {
  declared: 'the request',
  manifest: 'library.json',
  file: 'the file',
}

const isUsual = (diameterMm: number): boolean => diameterMm >= USUAL_SIZE_MM.min && diameterMm <= USUAL_SIZE_MM.max

const isSelfEvident = (diameterMm: number): boolean =>
  diameterMm >= SELF_EVIDENT_SIZE_MM.min && diameterMm <= SELF_EVIDENT_SIZE_MM.max

/** Distance from the typical size on a logarithmic scale. */
const oddness = (diameterMm: number): number => Math.abs(Math.log(diameterMm / USUAL_SIZE_MM.typical))

const millimeters = (value: number): string => `${Number(value.toPrecision(3))} mm`
