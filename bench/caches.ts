// Loading an object's templates and CAD, cold and warm: npx tsx bench/caches.ts [mesh]   (needs a build)
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serveFolder, type Services } from './services.ts'

interface Answer {
  readonly results: { readonly timings: Record<'segmentation' | 'pose', { timings: Record<string, number> }> }
}
const examples = fileURLToPath(new URL('../examples', import.meta.url))
const [mesh = join(examples, 'meshes/example/box.ply')] = process.argv.slice(2)
const staticRoot = mkdtempSync(join(tmpdir(), 'sextant-caches-'))
mkdirSync(join(staticRoot, 'meshes/bench'), { recursive: true })
copyFileSync(mesh, join(staticRoot, 'meshes/bench/object.ply'))
const read = (name: string): string => readFileSync(join(examples, 'scene', name)).toString('base64')
const body = JSON.stringify({
  class_name: 'bench',
  object_name: 'object',
  rgb_image: read('rgb.png'),
  depth_image: read('depth.png'),
  cam_params: JSON.parse(readFileSync(join(examples, 'scene/camera.json'), 'utf8')) as unknown,
  output_mode: 'none',
})

async function ask(services: Services, label: string): Promise<number> {
  const response = await fetch(`${services.urls.main}/api/v1/workflow/full-pipeline`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  const { results } = (await response.json()) as Answer
  const templates = results.timings.segmentation.timings['load templates'] ?? 0
  const cad = results.timings.pose.timings.model ?? 0
  console.log(
    `${label.padEnd(34)} templates ${templates.toFixed(1).padStart(8)} ms   CAD ${cad.toFixed(1).padStart(8)} ms`,
  )
  return templates + cad
}

let services = await serveFolder(staticRoot)
try {
  const cold = await ask(services, 'cold')
  const warm = [await ask(services, 'warm'), await ask(services, 'warm'), await ask(services, 'warm')]
  await services.stop()
  services = await serveFolder(staticRoot)
  await ask(services, 'after a restart (CAD from disk)')
  const best = [...warm].sort((a, b) => a - b)[1] ?? 0
  console.log(`cold / warm: ${(cold / best).toFixed(0)}`)
} finally {
  await services.stop()
  rmSync(staticRoot, { recursive: true, force: true })
}
