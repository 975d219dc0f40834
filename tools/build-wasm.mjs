// Compiles kernels/raster/wasm/raster.ts (AssemblyScript) into kernels/raster/src/wasm-code.ts; run it after a change of
// the source. npx fetches the compiler for it: 100 MB, and so no dependency.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const COMPILER = 'assemblyscript@0.28.20'
const room = fileURLToPath(new URL('../kernels/raster/', import.meta.url))
const source = join(room, 'wasm/raster.ts')

const folder = mkdtempSync(join(tmpdir(), 'sextant-wasm-'))
try {
  const binary = join(folder, 'raster.wasm')
  const options = ['-O3', '--noAssert', '--enable', 'simd', '--runtime', 'stub', '--importMemory']
  execFileSync('npx', ['--yes', '--package', COMPILER, 'asc', source, '-o', binary, ...options], { stdio: 'inherit' })
  const digest = createHash('sha256').update(readFileSync(source)).digest('hex')
  const lines =
    readFileSync(binary)
      .toString('base64')
      .match(/.{1,110}/g) ?? []
  writeFileSync(
    join(room, 'src/wasm-code.ts'),
    `// Written by tools/build-wasm.mjs from wasm/raster.ts.

/** SHA-256 of the source it was compiled from. */
export const RASTER_WASM_SOURCE = '${digest}'

/** The module, base64. */
export const RASTER_WASM = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('')
`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
