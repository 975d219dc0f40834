import { PlatformError } from '@sextant/contracts'
import { createRng } from '@sextant/geometry'
import { checkMesh, createMeshFiles, MESH_FILE_MATERIAL, mutateFile } from '@sextant/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMesh } from './parse-mesh.ts'
import { readMesh, type ReadMeshOptions } from './read-mesh.ts'

const LABEL = { width: 2, height: 2, data: Uint8Array.from({ length: 12 }, (_, i) => 20 * i) }
const options: ReadMeshOptions = {
  readSibling: (name) =>
    Promise.resolve(name === 'part.mtl' ? MESH_FILE_MATERIAL : name === 'label.png' ? new Uint8Array(1) : null),
  decodeImage: () => Promise.resolve(LABEL),
  limits: { maxFaces: 1_000_000 },
}
const files = createMeshFiles()

describe('properties', () => {
  it.each(files)('$name is valid before it is broken', async ({ name, bytes }) => {
    const { mesh } = await readMesh(bytes, name, options)
    checkMesh(mesh)
    expect(mesh.faces.length / 3).toBeGreaterThanOrEqual(12)
  })

  // The longer run is bench/fuzz-meshes.ts. A failure prints the seed and the smallest case.
  it('500 broken files are read as a valid mesh, or refused with a code of meshes', async () => {
    const outcomes = { read: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(fc.nat(files.length - 1), fc.integer(), async (index, seed) => {
        const file = files[index]
        const bytes = mutateFile(file, createRng(seed))
        try {
          checkMesh((await readMesh(bytes, file.name, options)).mesh)
          if (!file.name.endsWith('.glb')) checkMesh(parseMesh(bytes, file.name).mesh)
          outcomes.read++
        } catch (error) {
          if (!(error instanceof PlatformError)) throw error
          expect(error.code).toMatch(/^mesh[.]/)
          expect(error.message.length).toBeGreaterThan(10)
          outcomes.refused++
        }
      }),
      { seed: 20240611, numRuns: 500 },
    )
    // The mutations reach both the refusals and what lies behind them.
    expect(outcomes.read).toBeGreaterThan(50)
    expect(outcomes.refused).toBeGreaterThan(50)
  })
})
