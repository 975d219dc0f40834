// Copies what a service needs at run time into a folder: what the image holds, before `npm ci --omit=dev` there.
// The Dockerfile and tools/check-image.mjs both call this, so what is checked is what is shipped.
// usage: node tools/image-files.mjs <folder>
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { argv } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Apps with packages to install; the console is a page, built, without any. */
export const IMAGE_APPS = ['main-server', 'ism-server', 'pem-server', 'render-server', 'camera-server', 'cli']

/** Arguments of npm that install the packages of those apps and nothing else. */
export const INSTALL = [
  'ci',
  '--omit=dev',
  '--no-audit',
  '--no-fund',
  ...IMAGE_APPS.map((app) => `--workspace=apps/${app}`),
]

/** Paths below the root, files or folders. */
export function imageFiles() {
  // The lock file names every workspace, so npm wants to see each of them.
  const manifests = ['packages', 'kernels', 'apps'].flatMap((room) =>
    readdirSync(join(root, room))
      .map((name) => `${room}/${name}/package.json`)
      .filter((path) => existsSync(join(root, path))),
  )
  const built = [...IMAGE_APPS, 'console'].map((app) => `apps/${app}/dist`)
  const rest = ['package.json', 'package-lock.json', '.npmrc', 'LICENSE', 'examples', 'deploy/image']
  return [...rest, ...manifests, ...built]
}

export function copyImageFiles(folder) {
  for (const path of imageFiles()) {
    const target = join(folder, path)
    mkdirSync(dirname(target), { recursive: true })
    // Source maps stay: a stack trace names the line of the source.
    cpSync(join(root, path), target, { recursive: true })
  }
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  const [folder] = argv.slice(2)
  if (folder === undefined) throw new Error('usage: node tools/image-files.mjs <folder>')
  copyImageFiles(folder)
}
