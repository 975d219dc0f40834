import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ObjectSymmetries } from '@sextant/contracts'
import { MILLIMETERS_PER_UNIT, type LengthUnit } from '@sextant/geometry'
import { parseObjectFile } from '@sextant/library'
import { inspectMesh, type MeshInspection } from '@sextant/mesh'
import { prepareModel, reportSymmetries } from '@sextant/pose'

export interface InspectTask {
  readonly kind: 'inspect'
  readonly cadPath: string
  /** for its extension, and for messages */
  readonly fileName: string
  /** null: not declared */
  readonly unit: LengthUnit | null
  /** null: any number */
  readonly maxFaces: number | null
}

/** What is found out about a CAD file by reading all of it; depends on its digest only. */
export interface CadInspection {
  /** mm, with the unit applied that is declared or that the file names */
  readonly mesh: MeshInspection
  /** diameter in the unit of the file */
  readonly extent: number
  /** the unit that the file itself names */
  readonly fileUnit: LengthUnit | null
  /** mm; null: no surface can be seen from outside */
  readonly symmetries: ObjectSymmetries | null
  readonly warnings: readonly string[]
}

/** @throws {PlatformError} mesh.*, object.not_found */
export async function inspectCad({ cadPath, fileName, unit, maxFaces }: InspectTask): Promise<CadInspection> {
  const bytes = await readFile(cadPath)
  const limits = maxFaces === null ? {} : { maxFaces }
  const parsed = await parseObjectFile({ directory: dirname(cadPath), bytes, fileName, unit }, limits)
  const mesh = inspectMesh(parsed)
  const factor = unit === null ? parsed.unit.millimetersPerUnit : MILLIMETERS_PER_UNIT[unit]
  return {
    mesh,
    extent: mesh.diameter / factor,
    fileUnit: parsed.unit.basis === 'file' ? unitOfFactor(parsed.unit.millimetersPerUnit) : null,
    symmetries: findSymmetries(parsed.mesh),
    warnings: parsed.warnings,
  }
}

/** null: a factor that is none of the known units' */
function unitOfFactor(factor: number): LengthUnit | null {
  const known = Object.entries(MILLIMETERS_PER_UNIT).find(([, millimeters]) => millimeters === factor)
  return (known?.[0] ?? null) as LengthUnit | null
}

function findSymmetries(mesh: Parameters<typeof prepareModel>[0]): ObjectSymmetries | null {
  try {
    return reportSymmetries(prepareModel(mesh))
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
