// What an upload makes of CAD files whose unit nobody declares: meshes of known size as they lie in the folder, and
// written again too small and too large.   npx tsx bench/units.ts [data]
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { PlatformError } from '@sextant/contracts'
import { MILLIMETERS_PER_UNIT, type LengthUnit } from '@sextant/geometry'
import { assertSizeKnown, inspectObjectFile, readObjectMesh } from '@sextant/library'
import { encodePly, scaleMesh } from '@sextant/mesh'

const FACTORS = [1, 0.001, 0.01, 0.1, 10, 25.4, 1000]

/** Files that are not in millimetres, as the SOURCE.md beside them says. */
const NOT_MILLIMETERS: Readonly<Record<string, LengthUnit>> = {
  'coke.ply': 'm',
  'obj_connector.ply': 'cm',
  'obj_connector.obj': 'cm',
}

type Outcome = 'right' | 'asked' | 'asked in vain' | 'refused' | 'silently wrong'
const OUTCOMES: readonly Outcome[] = ['right', 'asked', 'asked in vain', 'refused', 'silently wrong']

/** @param trueFactor  millimetres in one unit of the file */
async function outcomeOf(directory: string, fileName: string, bytes: Uint8Array, trueFactor: number): Promise<Outcome> {
  const { inspection } = await inspectObjectFile({ directory, fileName, bytes, unit: null })
  try {
    const { millimetersPerUnit } = assertSizeKnown(inspection, null, fileName)
    return isSame(millimetersPerUnit, trueFactor) ? 'right' : 'silently wrong'
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== 'mesh.unit_ambiguous') throw error
    const { alternatives } = error.data as { alternatives: readonly { unit: LengthUnit }[] }
    if (alternatives.length === 0) return 'refused'
    const isOffered = alternatives.some(({ unit }) => isSame(MILLIMETERS_PER_UNIT[unit], trueFactor))
    return isOffered ? 'asked' : 'asked in vain'
  }
}

const isSame = (a: number, b: number): boolean => Math.abs(a / b - 1) < 1e-6

const data = process.argv[2] ?? join(import.meta.dirname, '../../shared/data')
const files = ['meshes', 'real']
  .flatMap((folder) => readdirSync(join(data, folder), { recursive: true }).map((name) => join(folder, String(name))))
  .filter((name) => /\.(ply|obj)$/.test(name))
  .sort()

const counts = new Map(FACTORS.map((factor) => [factor, new Map<Outcome, string[]>()]))
for (const name of files) {
  const path = join(data, name)
  const { mesh } = await readObjectMesh(path)
  const fileFactor = MILLIMETERS_PER_UNIT[NOT_MILLIMETERS[basename(name)] ?? 'mm']
  for (const [factor, outcomes] of counts) {
    const outcome =
      factor === 1
        ? await outcomeOf(dirname(path), basename(path), readFileSync(path), fileFactor)
        : await outcomeOf(dirname(path), 'scaled.ply', encodePly(scaleMesh(mesh, factor)), fileFactor / factor)
    outcomes.set(outcome, [...(outcomes.get(outcome) ?? []), name])
  }
}

const cell = (text: string | number): string => String(text).padStart(15)
console.log(['times', ...OUTCOMES].map(cell).join(''))
for (const [factor, outcomes] of counts) {
  console.log([factor, ...OUTCOMES.map((outcome) => outcomes.get(outcome)?.length ?? 0)].map(cell).join(''))
}
const wrong = [...counts].flatMap(([factor, outcomes]) =>
  (outcomes.get('silently wrong') ?? []).map((name) => `${name} times ${factor}`),
)
const needless = (counts.get(1)?.get('asked') ?? []).filter((name) => !(basename(name) in NOT_MILLIMETERS))
console.log(`silently wrong: ${wrong.length === 0 ? 'none' : wrong.join(', ')}`)
console.log(`in millimetres, and asked all the same: ${needless.length === 0 ? 'none' : needless.join(', ')}`)
console.log(`(${files.length} files; "asked in vain": none of the units offered is the right one)`)
