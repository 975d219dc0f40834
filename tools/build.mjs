// Bundles every app's main.ts and its workers with esbuild: apps/<app>/dist/main.js and dist/workers/<name>.worker.js.
// Files that code reads (packages/<package>/src/assets) go into every app's dist/assets. Workers of packages go into every app and, for tests from source, into packages/<package>/dist/workers.
// Our own packages are bundled in; npm packages stay external.
import { build } from 'esbuild'
import { cpSync, existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const started = performance.now()

/** Keeps everything external but relative imports and our own workspace packages. */
const externalPackages = {
  name: 'external-packages',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, (args) => {
      if (args.kind === 'entry-point' || args.path.startsWith('@sextant/')) return null
      return { path: args.path, external: true }
    })
  },
}

const options = {
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [externalPackages],
}
const workersIn = (source) =>
  existsSync(join(source, 'workers'))
    ? readdirSync(join(source, 'workers'))
        .filter((file) => file.endsWith('.worker.ts'))
        .map((file) => join(source, 'workers', file))
    : []
/** As esbuild's entry points: dist/workers/<name>.worker.js wherever the source lies. */
const entryOf = (file) => ({ in: file, out: `workers/${basename(file, '.ts')}` })

const packages = readdirSync(join(root, 'packages'))
const shared = packages.flatMap((name) => workersIn(join(root, 'packages', name, 'src'))).map(entryOf)
const apps = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'src/main.ts')))
await Promise.all([
  ...apps.map((app) => {
    const source = join(root, 'apps', app, 'src')
    const entryPoints = [{ in: join(source, 'main.ts'), out: 'main' }, ...workersIn(source).map(entryOf), ...shared]
    return build({ ...options, entryPoints, outdir: join(root, 'apps', app, 'dist') })
  }),
  ...packages.map((name) => {
    const entryPoints = workersIn(join(root, 'packages', name, 'src')).map(entryOf)
    if (entryPoints.length > 0) return build({ ...options, entryPoints, outdir: join(root, 'packages', name, 'dist') })
  }),
])
for (const assets of packages.map((name) => join(root, 'packages', name, 'src/assets'))) {
  if (!existsSync(assets)) continue
  for (const app of apps) cpSync(assets, join(root, 'apps', app, 'dist/assets'), { recursive: true })
}
const consoleState = await buildConsole()
console.log(`Built ${apps.length} apps${consoleState} in ${((performance.now() - started) / 1000).toFixed(1)} s`)

/** The console takes longer than all servers: only when something it is made of is newer than what was built. */
async function buildConsole() {
  const directory = join(root, 'apps/console')
  const built = join(directory, 'dist/page/index.html')
  const sources = ['apps/console/src', 'apps/console/index.html', 'apps/console/vite.config.ts', 'package-lock.json']
  const shared = ['packages/contracts/src', 'packages/image/src/rle.ts', 'packages/mesh/src/cad-extensions.ts']
  const newest = Math.max(...[...sources, ...shared].map((path) => newestOf(join(root, path))))
  if (existsSync(built) && statSync(built).mtimeMs > newest) return ''
  const { build: buildPage } = await import('vite')
  await buildPage({ configFile: join(directory, 'vite.config.ts'), logLevel: 'warn' })
  return ' and the console'
}

/** ms; of a file, or of the newest file below a folder */
function newestOf(path) {
  const { mtimeMs } = statSync(path)
  const entries = statSync(path).isDirectory() ? readdirSync(path) : []
  return Math.max(mtimeMs, ...entries.map((name) => newestOf(join(path, name))))
}
