// 10,000 broken .pth (zip and legacy) and .safetensors files through the checkpoint reader: every one must be read or
// refused with the reason.
//   npx tsx bench/hostile-checkpoints.ts [inputs] [seed]
import { fileURLToPath } from 'node:url'
import { PlatformError } from '@sextant/contracts'
import { createRng } from '@sextant/geometry'
import { createMemorySource, readCheckpoint, writeCheckpoint } from '@sextant/sam6d'
import { createCheckpointFiles, mutateCheckpoint } from '@sextant/testkit'
import { runFuzz } from './watch-fuzz.ts'

const files = await createCheckpointFiles(writeCheckpoint)

const inputOf = (seed: number, index: number): { name: string; bytes: Uint8Array } => {
  const file = files[index % files.length] ?? files[0]
  if (file === undefined) throw new Error('no files')
  return { name: file.name, bytes: mutateCheckpoint(file, createRng(seed + index)) }
}

async function outcomeOf(_name: string, bytes: Uint8Array): Promise<string> {
  try {
    for (const parameter of (await readCheckpoint(createMemorySource(bytes))).values()) {
      const values = await parameter.read()
      const claimed = parameter.shape.reduce((product, size) => product * size, 1)
      if (values.length !== claimed) return `broken: ${parameter.name} has ${values.length} values, not ${claimed}`
    }
    return 'read'
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== 'model.unreadable') return `broken: ${String(error)}`
    return `refused: ${reasonOf(error.message)}`
  }
}

/** The reason without what is particular to one file: names and numbers. */
function reasonOf(detail: string): string {
  return detail
    .replace(/^The checkpoint is refused: /, '')
    .replace(/it names ".*"/s, 'it names "…"')
    .replace(/opcode 0x[0-9a-f]+/, 'opcode …')
    .replace(/(tensor|member|storage|calls|uses|lists) .*? (is|lies|reaches|has|occurs|as|members)\b/s, '$1 … $2')
    .replace(/\b\d+\b/g, 'N')
    .slice(0, 80)
}

const script = fileURLToPath(import.meta.url)
await runFuzz({ script, fileCount: files.length, inputOf, outcomeOf }, process.argv.slice(2))
