import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { catalogueEntry } from './catalogue.ts'
import { digestOf, GRAPH_VERSION, MANIFEST, type InstalledManifest } from './installed-model.ts'

/** What is said of a network besides what its place and its files say. */
type Origin = Pick<InstalledManifest, 'source' | 'isOfficial' | 'precision' | 'exportPorts'>

/**
 * Installs a network in the place of an earlier one, which stays whole until the new one is complete. When `fill` fails,
 * nothing stays.
 *
 * @param fill  writes the files into a folder and answers their names
 */
export async function installNetwork(
  modelsDir: string,
  network: string,
  origin: Origin,
  fill: (folder: string) => Promise<readonly string[]>,
): Promise<InstalledManifest> {
  const staging = join(modelsDir, `.${network}.new-${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(staging, { recursive: true })
    const files: InstalledManifest['files'] = []
    for (const name of await fill(staging)) {
      const path = join(staging, name)
      files.push({ name, bytes: (await stat(path)).size, sha256: await digestOf(path) })
    }
    const parameters = countParameters(network)
    const manifest: InstalledManifest = { graphVersion: GRAPH_VERSION, network, ...origin, parameters, files }
    await writeFile(join(staging, MANIFEST), JSON.stringify(manifest, null, 2))
    await replaceFolder(staging, join(modelsDir, network))
    return manifest
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** null: a network whose parameters are not listed here */
function countParameters(network: string): number | null {
  const { conversion } = catalogueEntry(network)
  if (conversion === null) return null
  const shapes = [...conversion.expected().values()]
  return shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0)
}

async function replaceFolder(fresh: string, target: string): Promise<void> {
  const old = `${fresh}.old`
  const replaced = await rename(target, old).then(
    () => true,
    () => false,
  )
  await rename(fresh, target)
  if (replaced) await rm(old, { recursive: true, force: true })
}
