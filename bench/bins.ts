// Bins full of one object, as bin picking has them: how many of its instances one call finds, by how much of each is seen,
// and how many claims are wrong.
//   npx tsx bench/bins.ts [meshes] [folder]      (needs a build; makes two bins of each object in the folder, ten minutes,
//                                                 where they are not there yet)
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [meshes = '../shared/data/meshes/ycbv', folder = join(tmpdir(), 'sextant-bins')] = process.argv.slice(2)
if (!existsSync(meshes)) {
  console.log(`skipped: there are no meshes in ${meshes}`)
  process.exit(0)
}
/** YCB-V: cans, boxes, bottle, banana, bowl, mug, drill, scissors, marker, clamps. */
const OBJECTS = [1, 2, 3, 4, 5, 6, 8, 9, 10, 13, 14, 15, 17, 18, 19, 20]
const VISIBLE = [0.1, 0.3, 0.6, 1.01]
const RIGHT = 0.1

interface Row {
  readonly visibleFraction: number
  /** null: not answered */
  readonly mssdPerDiameter: number | null
}

interface Result {
  readonly rows: readonly Row[]
  readonly answers: readonly { readonly score: number; readonly isRight: boolean }[]
}

const cli = (...args: string[]): void => {
  execFileSync(process.execPath, ['apps/cli/dist/main.js', ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
}

function resultOf(id: number): Result {
  const name = `obj_${String(id).padStart(6, '0')}.ply`
  const bins = join(folder, `bins-${String(id)}`)
  if (!existsSync(join(bins, 'models'))) {
    const models = join(folder, `cad-${String(id)}`)
    mkdirSync(models, { recursive: true })
    copyFileSync(join(meshes, name), join(models, name))
    const made = ['--scenes', '2', '--frames', '1', '--objects', '14', '--kind', 'bin', '--seed', String(5000 + id)]
    cli('synth', '--models', models, '--unit', 'mm', '--out', bins, ...made)
  }
  const json = join(folder, `result-${String(id)}.json`)
  cli('eval', '--set', bins, '--condition', 'many', '--quiet', '--json', json)
  return JSON.parse(readFileSync(json, 'utf8')) as Result
}

const columns = VISIBLE.slice(1).map((high, k) => `${String(VISIBLE[k])}..${String(Math.min(1, high))}`)
console.log(`object  ${columns.map((column) => column.padEnd(9)).join('')}claims right`)
const all: Result[] = []
for (const id of OBJECTS) {
  const result = resultOf(id)
  all.push(result)
  print(String(id), [result])
}
print('all', all)

function print(name: string, results: readonly Result[]): void {
  const rows = results.flatMap((result) => result.rows)
  const claims = results.flatMap((result) => result.answers)
  const found = VISIBLE.slice(1).map((high, k) => {
    const seen = rows.filter(({ visibleFraction: v }) => v >= (VISIBLE[k] ?? 0) && v < high)
    const right = seen.filter(({ mssdPerDiameter: error }) => error !== null && error < RIGHT)
    return `${String(right.length)}/${String(seen.length)}`.padEnd(9)
  })
  const right = claims.filter((claim) => claim.isRight).length
  console.log(`${name.padEnd(8)}${found.join('')}${String(right)}/${String(claims.length)}`)
}
