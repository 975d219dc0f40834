// 10,000 broken PLY, STL, OBJ and GLB files: every one must be read as a valid mesh or refused with a code.
//   npx tsx bench/fuzz-meshes.ts [inputs] [seed]
import { fileURLToPath } from 'node:url'
import { PlatformError } from '@sextant/contracts'
import { createRng } from '@sextant/geometry'
import { decodeColor, encodeColorPng } from '@sextant/image'
import { readMesh } from '@sextant/mesh'
import { checkMesh, createMeshFiles, MESH_FILE_MATERIAL, mutateFile } from '@sextant/testkit'
import { runFuzz } from './watch-fuzz.ts'

const MAX_FACES = 1_000_000

const files = createMeshFiles()
const label = await encodeColorPng({ width: 8, height: 8, data: new Uint8Array(192).fill(120) })

const inputOf = (seed: number, index: number): { name: string; bytes: Uint8Array } => {
  const file = files[index % files.length] ?? files[0]
  if (file === undefined) throw new Error('no files')
  return { name: file.name, bytes: mutateFile(file, createRng(seed + index)) }
}

async function outcomeOf(name: string, bytes: Uint8Array): Promise<string> {
  try {
    const { mesh } = await readMesh(bytes, name, {
      readSibling: (sibling) =>
        Promise.resolve(sibling === 'part.mtl' ? MESH_FILE_MATERIAL : sibling === 'label.png' ? label : null),
      decodeImage: decodeColor,
      limits: { maxFaces: MAX_FACES },
    })
    checkMesh(mesh)
    return 'read'
  } catch (error) {
    if (error instanceof PlatformError) return error.code
    return `broken: ${String(error)}`
  }
}

const script = fileURLToPath(import.meta.url)
await runFuzz({ script, fileCount: files.length, inputOf, outcomeOf }, process.argv.slice(2))
