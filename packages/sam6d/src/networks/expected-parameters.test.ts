import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { dinoParameters, pemParameters, SAM_SIZES, samParameters } from './expected-parameters.ts'

const FOLDER = fileURLToPath(new URL('../../../../../shared/sam6d/statedict/', import.meta.url))

/** Names and shapes of an official model, one a line. */
function listed(file: string): Map<string, string> {
  const lines = readFileSync(FOLDER + file, 'utf8').split('\n')
  return new Map(
    lines.flatMap((line) => [...line.matchAll(/^(\S+) \[([^\]]*)\]/g)].map((m) => [m[1], m[2].replaceAll(' ', '')])),
  )
}

describe.skipIf(!existsSync(FOLDER))('expected parameters (needs ../shared/sam6d)', () => {
  const cases = [
    ['pem.txt', pemParameters(), /num_batches_tracked$|[.]head[.]/],
    ['dinov2_vitl14.txt', dinoParameters(1024, 24), /^mask_token$/],
    ['sam_vit_b.txt', samParameters(SAM_SIZES['vit-b']), /mask_downscaling|point_embeddings[.][023]/],
    ['sam_vit_h.txt', samParameters(SAM_SIZES['vit-h']), /mask_downscaling|point_embeddings[.][023]/],
  ] as const
  it.each(cases)('%s', (file, expected, unused) => {
    const official = listed(file)
    for (const [name, shape] of expected) expect(official.get(name), name).toBe(shape.join())
    expect([...official.keys()].filter((name) => !expected.has(name) && !unused.test(name))).toEqual([])
  })
})
