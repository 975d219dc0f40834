import { join } from 'node:path'
import { PlatformError } from '@sextant/contracts'
import { MILLIMETERS_PER_UNIT, type LengthUnit, type TriangleMesh } from '@sextant/geometry'
import {
  assertPlausibleSize,
  inspectMesh,
  judgeUnit,
  type MeshInspection,
  type MeshLimits,
  type UnitDeclaration,
  type UnitVerdict,
} from '@sextant/mesh'
import { readLibraryManifest } from './library-manifest.ts'
import type { ObjectLibrary } from './object-library.ts'
import { parseObjectFile, type ObjectFile } from './object-mesh.ts'

/** Files give factors as decimal fractions. */
const FACTOR_TOLERANCE = 1e-6

/** What is found out about a CAD file by reading all of it; depends on its digest only. */
export interface ObjectInspection {
  /** mm, with the unit applied that is declared or that the file names */
  readonly mesh: MeshInspection
  /** diameter in the unit of the file */
  readonly extent: number
  /** the unit that the file itself names */
  readonly fileUnit: LengthUnit | null
  readonly warnings: readonly string[]
}

/** @throws {PlatformError} mesh.* */
export async function inspectObjectFile(
  file: ObjectFile,
  limits: Partial<MeshLimits> = {},
): Promise<{ readonly inspection: ObjectInspection; readonly mesh: TriangleMesh }> {
  const { mesh, unit, warnings, ...parsed } = await parseObjectFile(file, limits)
  const inspected = inspectMesh({ ...parsed, mesh, warnings })
  // A unit of the file that is none of ours (feet) is as good as millimetres: that is what was made of it.
  const fileUnit = unit.basis === 'file' ? (unitOfFactor(unit.millimetersPerUnit) ?? 'mm') : null
  const extent = inspected.diameter / MILLIMETERS_PER_UNIT[file.unit ?? fileUnit ?? 'mm']
  const inspection = { mesh: inspected, extent, fileUnit, warnings }
  return { inspection, mesh }
}

/**
 * What is declared for an object that is to be added: with the request, else for its class.
 *
 * @param unit  as the request says; null: not at all
 * @throws {PlatformError} library.manifest_invalid
 */
export async function declarationFor(
  { root }: Pick<ObjectLibrary, 'root'>,
  className: string,
  unit: LengthUnit | null,
): Promise<UnitDeclaration | null> {
  if (unit !== null) return { unit, basis: 'declared' }
  const ofClass = (await readLibraryManifest(join(root, 'meshes', className))).unit
  return ofClass === undefined ? null : { unit: ofClass, basis: 'manifest' }
}

/** The verdict over what was read and what is declared; a declaration wins over the file. */
export function judgeObject(
  { extent, fileUnit }: Pick<ObjectInspection, 'extent' | 'fileUnit'>,
  declared: UnitDeclaration | null,
): UnitVerdict {
  const byFile = fileUnit === null ? null : ({ unit: fileUnit, basis: 'file' } as const)
  return judgeUnit({ extent, declared: declared ?? byFile })
}

/**
 * Refuses a CAD of which nobody knows how large it is, or that no camera could see.
 * @throws {PlatformError} mesh.unit_ambiguous, with `alternatives` in its data; mesh.scale_implausible
 */
export function assertSizeKnown(
  inspection: ObjectInspection,
  declared: UnitDeclaration | null,
  fileName: string,
): UnitVerdict {
  const judged = judgeObject(inspection, declared)
  if (judged.verdict === 'ask') {
    const { reasons, alternatives } = judged
    const detail = `${fileName}: ${reasons.join('; ')}. Declare its unit.`
    throw new PlatformError('mesh.unit_ambiguous', { detail, data: { alternatives } })
  }
  assertPlausibleSize(inspection.mesh.diameter, fileName)
  return judged
}

/** null: a factor that is none of the known units' */
function unitOfFactor(factor: number): LengthUnit | null {
  const known = Object.entries(MILLIMETERS_PER_UNIT).find(([, one]) => Math.abs(factor / one - 1) < FACTOR_TOLERANCE)
  return (known?.[0] ?? null) as LengthUnit | null
}
