// Installs the npm packages of the image in a folder filled by image-files.mjs, without what other machines would need.
// usage: node tools/install-image.mjs <folder>
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { arch, argv, platform } from 'node:process'
import { INSTALL } from './image-files.mjs'

const [folder] = argv.slice(2)
if (folder === undefined) throw new Error('usage: node tools/install-image.mjs <folder>')
const { status } = spawnSync('npm', INSTALL, { cwd: folder, stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)

// ONNX Runtime brings its binaries for every platform.
const binaries = join(folder, 'node_modules/onnxruntime-node/bin')
for (const version of existsSync(binaries) ? readdirSync(binaries) : []) {
  for (const system of readdirSync(join(binaries, version))) {
    const path = join(binaries, version, system)
    if (system !== platform) rmSync(path, { recursive: true })
    else {
      for (const cpu of readdirSync(path)) if (cpu !== arch) rmSync(join(path, cpu), { recursive: true })
    }
  }
}
