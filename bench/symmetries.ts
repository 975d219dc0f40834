// Symmetries found in meshes against those that BOP states for them, by shape alone and with colour.
//   npx tsx bench/symmetries.ts [data]
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ObjectSymmetries } from '@sextant/contracts'
import { parseModelsInfo } from '@sextant/evaluation'
import { readObjectMesh } from '@sextant/library'
import { symmetriesOfMesh } from '@sextant/pose'

type Kind = 'none' | 'turns' | 'axis'

/**
 * BOP's models_info.json of YCB-V: bowl and marker about an axis; wood block, two clamps and foam brick by some turns. It
 * was made with the printing in mind; the mugs' and the cans' shapes have more.
 */
const YCBV: Readonly<Record<number, Kind>> = {
  13: 'axis',
  16: 'turns',
  18: 'axis',
  19: 'turns',
  20: 'turns',
  21: 'turns',
}
/** Above it `synth_bop` has objects that are not of LM-O. */
const LAST_LMO_ID = 15

interface Row {
  readonly name: string
  readonly stated: Kind
  readonly byShape: Kind
  readonly inColor: Kind
}

async function rowOf(set: string, path: string, id: number, stated: Kind): Promise<Row> {
  const { mesh } = await readObjectMesh(path)
  const found = symmetriesOfMesh(mesh)
  return { name: `${set} ${id}`, stated, byShape: kindOf(found?.ofShape), inColor: kindOf(found?.inColor()) }
}

function kindOf(found: ObjectSymmetries | undefined): Kind {
  if (found === undefined) return 'none'
  if (found.symmetries_continuous.length > 0) return 'axis'
  return found.symmetries_discrete.length > 0 ? 'turns' : 'none'
}

function verdictOf(stated: Kind, found: Kind): 'found' | 'missed' | 'extra' | 'none' {
  if (stated === found) return stated === 'none' ? 'none' : 'found'
  return stated === 'none' ? 'extra' : 'missed'
}

const data = process.argv[2] ?? join(import.meta.dirname, '../../shared/data')
const rows: Row[] = []
const ycbv = join(data, 'meshes/ycbv')
for (const file of readdirSync(ycbv)
  .filter((name) => name.endsWith('.ply'))
  .sort()) {
  const id = Number(file.slice(4, 10))
  rows.push(await rowOf('ycbv', join(ycbv, file), id, YCBV[id] ?? 'none'))
}
const lmo = join(data, 'synth_bop/models')
for (const [id, { continuous, discrete }] of parseModelsInfo(readFileSync(join(lmo, 'models_info.json'), 'utf8'))) {
  if (id > LAST_LMO_ID) continue
  const stated = continuous.length > 0 ? 'axis' : discrete.length > 0 ? 'turns' : 'none'
  rows.push(await rowOf('lmo', join(lmo, `obj_${String(id).padStart(6, '0')}.ply`), id, stated))
}

const line = (cells: readonly string[]): string => cells.map((cell) => cell.padEnd(10)).join('')
console.log(line(['object', 'BOP', 'shape', '', 'colour', '']))
for (const { name, stated, byShape, inColor } of rows) {
  console.log(line([name, stated, byShape, verdictOf(stated, byShape), inColor, verdictOf(stated, inColor)]))
}
for (const column of ['byShape', 'inColor'] as const) {
  const count = (verdict: string): number => rows.filter((row) => verdictOf(row.stated, row[column]) === verdict).length
  console.log(
    `${column}: ${count('found')} found, ${count('missed')} missed, ${count('extra')} extra, ${count('none')} rightly none`,
  )
}
