import type { ObjectReportV2, ObjectSummaryV2, ObjectSymmetries } from '@sextant/contracts'
import { judgeObject, type LibraryObject, type ObjectDeclaration } from '@sextant/library'
import type { UnitDeclaration } from '@sextant/mesh'
import type { CadInspection } from '../objects/inspect-cad.ts'

function manifestUnit({ unit }: Pick<ObjectDeclaration, 'unit'>): UnitDeclaration | null {
  return unit === null ? null : { unit, basis: 'manifest' }
}

/** @param inspection  null: not inspected yet */
export function toObjectSummary(
  object: LibraryObject,
  declaration: ObjectDeclaration,
  inspection: CadInspection | null,
  hasTemplates: boolean,
): ObjectSummaryV2 {
  const judged = inspection === null ? null : judgeObject(inspection, manifestUnit(declaration))
  return {
    className: object.className,
    name: object.name,
    label: declaration.label,
    cadFile: object.cadFile,
    sizeBytes: object.sizeBytes,
    modifiedAt: new Date(object.modifiedMs).toISOString(),
    hasTemplates,
    unit: judged === null ? null : { unit: judged.unit, basis: judged.basis, verdict: judged.verdict },
  }
}

export function toObjectReport(
  object: LibraryObject,
  declaration: ObjectDeclaration,
  inspection: CadInspection,
  facts: { readonly digest: string; readonly hasTemplates: boolean },
): ObjectReportV2 {
  const verdict = judgeObject(inspection, manifestUnit(declaration))
  const { mesh } = inspection
  const { min, max, size } = mesh.boundingBox
  return {
    ...toObjectSummary(object, declaration, inspection, facts.hasTemplates),
    digest: facts.digest,
    unit: { ...verdict, reasons: [...verdict.reasons], alternatives: [...verdict.alternatives] },
    mesh: {
      ...mesh,
      boundingBox: { min: [...min], max: [...max], size: [...size] },
      centroidOffset: [...mesh.centroidOffset],
    },
    symmetries: symmetriesOf(declaration.symmetries, inspection.symmetries),
    warnings: [
      ...inspection.warnings,
      ...(inspection.symmetries === null ? ['no surface can be seen from outside'] : []),
    ],
  }
}

function symmetriesOf(declared: ObjectSymmetries | null, found: ObjectSymmetries | null): ObjectReportV2['symmetries'] {
  if (declared !== null) return { source: 'manifest', ...declared }
  return { source: 'geometry', ...(found ?? { symmetries_discrete: [], symmetries_continuous: [] }) }
}
