import { readFile, realpath } from 'node:fs/promises'
import { resolve, sep } from 'node:path'

/**
 * A file in the folder of a CAD or below it; null for everything else, whatever the CAD names and wherever links lead.
 * @param directory  absolute
 */
export async function readSibling(directory: string, name: string): Promise<Uint8Array | null> {
  const path = resolve(directory, name.replaceAll('\\', '/'))
  if (name.includes('\0') || !path.startsWith(directory + sep)) return null
  try {
    const [home, target] = await Promise.all([realpath(directory), realpath(path)])
    return target.startsWith(home + sep) ? await readFile(target) : null
  } catch {
    return null
  }
}
