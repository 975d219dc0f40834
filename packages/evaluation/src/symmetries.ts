import {
  createTransform,
  rotationAbout,
  transformFrom,
  transformFromMatrix,
  compose,
  type Transform,
  type Vector3,
} from '@sextant/geometry'

/** A motion that maps the object onto itself. */
export type ObjectSymmetry = Transform<'object', 'object'>

/** An axis about which the object may turn freely. */
export interface ContinuousSymmetry {
  /** unit, object */
  readonly axis: Vector3
  /** a point on the axis, mm, object */
  readonly offset: Vector3
}

/** What models_info.json says about one object. */
export interface ModelInfo {
  /** mm */
  readonly diameter: number
  /** 4x4 row-major, mm; identity not listed */
  readonly discrete: readonly (readonly number[])[]
  readonly continuous: readonly ContinuousSymmetry[]
}

/** Largest travel of the rim between neighbouring steps of a discretised turn, in diameters. */
export const MAX_SYMMETRY_STEP = 0.01

/**
 * All symmetries as a finite set: identity first, continuous turns cut into steps in which no point travels farther
 * than 0.01 diameters, and all products of discrete and continuous ones.
 * @source thodan/bop_toolkit, get_symmetry_transformations
 */
export function symmetriesOf(info: ModelInfo): ObjectSymmetry[] {
  const discrete: ObjectSymmetry[] = [
    createTransform(),
    ...info.discrete.map((m) => transformFromMatrix<'object', 'object'>(m)),
  ]
  const turns: ObjectSymmetry[] = []
  for (const { axis, offset } of info.continuous) {
    const count = Math.ceil(Math.PI / MAX_SYMMETRY_STEP)
    for (let k = 1; k < count; k++) turns.push(turnAbout(axis, offset, (2 * Math.PI * k) / count))
  }
  return [...discrete, ...discrete.flatMap((motion) => turns.map((turn) => compose(motion, turn)))]
}

/** Turn by `angle` about the axis through `offset`. */
function turnAbout(axis: Vector3, offset: Vector3, angle: number): ObjectSymmetry {
  const R = rotationAbout(axis, angle)
  const there = transformFrom<'object', 'object'>(R, [0, 0, 0])
  const back = transformFrom<'object', 'object'>([1, 0, 0, 0, 1, 0, 0, 0, 1], [-offset[0], -offset[1], -offset[2]])
  const forth = transformFrom<'object', 'object'>([1, 0, 0, 0, 1, 0, 0, 0, 1], offset)
  return compose(compose(forth, there), back)
}

/**
 * Reads models_info.json. Objects without a diameter are left out: such a file lists sizes only and says nothing
 * about symmetry.
 * @throws {TypeError} the text is not an object of objects
 */
export function parseModelsInfo(text: string): Map<number, ModelInfo> {
  const parsed: unknown = JSON.parse(text)
  if (typeof parsed !== 'object' || parsed === null) throw new TypeError('models_info is not an object')
  const out = new Map<number, ModelInfo>()
  for (const [id, value] of Object.entries(parsed)) {
    const entry = value as {
      diameter?: number
      symmetries_discrete?: number[][]
      symmetries_continuous?: { axis: Vector3; offset: Vector3 }[]
    }
    if (entry.diameter === undefined) continue
    out.set(Number(id), {
      diameter: entry.diameter,
      discrete: entry.symmetries_discrete ?? [],
      continuous: entry.symmetries_continuous ?? [],
    })
  }
  return out
}
