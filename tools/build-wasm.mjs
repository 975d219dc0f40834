// Compiles the AssemblyScript of the kernels (kernels/<name>/wasm/<name>.ts) into kernels/<name>/src/wasm-code.ts; run it
// after a change of a source. npx fetches the compiler for it: 100 MB, and so no dependency.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const COMPILER = 'assemblyscript@0.28.20'
const OPTIONS = ['-O3', '--noAssert', '--enable', 'simd', '--runtime', 'stub', '--importMemory']

const folder = mkdtempSync(join(tmpdir(), 'sextant-wasm-'))
try {
  for (const name of ['raster', 'surface']) compile(name)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function compile(name) {
  const room = fileURLToPath(new URL(`../kernels/${name}/`, import.meta.url))
  const source = join(room, `wasm/${name}.ts`)
  const binary = join(folder, `${name}.wasm`)
  execFileSync('npx', ['--yes', '--package', COMPILER, 'asc', source, '-o', binary, ...OPTIONS], { stdio: 'inherit' })
  const digest = createHash('sha256').update(readFileSync(source)).digest('hex')
  const lines =
    readFileSync(binary)
      .toString('base64')
      .match(/.{1,110}/g) ?? []
  const constant = `${name.toUpperCase()}_WASM`
  writeFileSync(
    join(room, 'src/wasm-code.ts'),
    `// Written by tools/build-wasm.mjs from wasm/${name}.ts.

/** SHA-256 of the source it was compiled from. */
export const ${constant}_SOURCE = '${digest}'

/** The module, base64. */
export const ${constant} = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('')
`,
  )
}
