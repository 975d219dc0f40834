import { PlatformError } from '@sextant/contracts'
import type { ColorImage } from '@sextant/geometry'
import type { MeshSources } from './surface-part.ts'

/**
 * Bytes of a file that a CAD file names. Exporters write the paths of their own machine; what lies beside the CAD under
 * the bare name is meant.
 */
export async function findSibling(name: string, { readSibling }: MeshSources): Promise<Uint8Array | null> {
  const path = name
    .replace(/^"|"$/g, '')
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '')
  return (await readSibling(path)) ?? (path.includes('/') ? readSibling(path.slice(path.lastIndexOf('/') + 1)) : null)
}

/** A picture beside the CAD; one that is missing or broken costs its colours, and is told. */
export async function readTexture(name: string, sources: MeshSources, warnings: string[]): Promise<ColorImage | null> {
  const bytes = await findSibling(name, sources)
  if (bytes === null) {
    warnings.push(`the texture ${name} is not beside the CAD; its surfaces have their plain colour`)
    return null
  }
  return decodeTexture(bytes, name, sources, warnings)
}

export async function decodeTexture(
  bytes: Uint8Array,
  name: string,
  sources: MeshSources,
  warnings: string[],
): Promise<ColorImage | null> {
  try {
    return await sources.decodeImage(bytes, name)
  } catch (error: unknown) {
    if (!(error instanceof PlatformError)) throw error
    warnings.push(`the texture ${name} cannot be read (${error.message}); its surfaces have their plain colour`)
    return null
  }
}
