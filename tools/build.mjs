// Bundles every app's main.ts and its workers with esbuild: apps/<app>/dist/main.js and dist/workers/<name>.worker.js.
// Our own packages are bundled in; npm packages stay external.
import { build } from 'esbuild'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
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

const apps = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'src/main.ts')))
await Promise.all(
  apps.map((app) => {
    const source = join(root, 'apps', app, 'src')
    const workers = existsSync(join(source, 'workers'))
      ? readdirSync(join(source, 'workers')).filter((file) => file.endsWith('.worker.ts'))
      : []
    return build({
      entryPoints: [join(source, 'main.ts'), ...workers.map((file) => join(source, 'workers', file))],
      outdir: join(root, 'apps', app, 'dist'),
      outbase: source,
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: true,
      legalComments: 'none',
      logLevel: 'warning',
      plugins: [externalPackages],
    })
  }),
)
console.log(`Built ${apps.length} apps in ${((performance.now() - started) / 1000).toFixed(1)} s`)
