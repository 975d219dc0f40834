// Makes the golden set of this folder anew. See PROVENANCE.md before running it: npx tsx tests/parity/golden/generate.ts
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runSelfMade } from '../run-case.ts'
import { SELF_MADE_NAMES } from '../self-made-cases.ts'
import { encodeNpy, sampled, SELF_MADE_ROOT } from '../self-made-golden.ts'

let total = 0
for (const name of SELF_MADE_NAMES) {
  const folder = join(SELF_MADE_ROOT, name)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder)
  for (const [output, { dims, data }] of Object.entries(await runSelfMade(name))) {
    const bytes = encodeNpy(sampled(data))
    await writeFile(join(folder, `${output}.npy`), bytes)
    total += bytes.length
    const rms = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length)
    console.log(`${name}/${output} [${dims.join(', ')}], rms ${rms.toFixed(3)}`)
  }
}
console.log(`${(total / 1024).toFixed(0)} KB`)
