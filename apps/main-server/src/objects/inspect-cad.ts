import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ObjectSymmetries } from '@sextant/contracts'
import type { LengthUnit } from '@sextant/geometry'
import { inspectObjectFile, type ObjectInspection } from '@sextant/library'
import { symmetriesOfMesh } from '@sextant/pose'

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

export interface CadInspection extends ObjectInspection {
  /** mm; null: no surface can be seen from outside */
  readonly symmetries: ObjectSymmetries | null
}

/** @throws {PlatformError} mesh.* */
export async function inspectCad({ cadPath, fileName, unit, maxFaces }: InspectTask): Promise<CadInspection> {
  const bytes = await readFile(cadPath)
  const limits = maxFaces === null ? {} : { maxFaces }
  const { inspection, mesh } = await inspectObjectFile({ directory: dirname(cadPath), bytes, fileName, unit }, limits)
  return { ...inspection, symmetries: symmetriesOfMesh(mesh)?.ofShape ?? null }
}
