import { createExample, type SyntheticScene } from '@sextant/evaluation'
import { rotationOf, translationOf } from '@sextant/geometry'
import { encodeColorPng, encodeDepthPng } from '@sextant/image'
import { encodePly } from '@sextant/mesh'
import { InvalidArgumentError, type Command } from 'commander'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const EXAMPLE_SEED = 11

/** `sextant example`: writes the bundled CAD models and frame anew. */
export function addExampleCommand(program: Command): void {
  program
    .command('example')
    .description('write the bundled example: three CAD models and one RGB-D frame with known poses')
    .option('--out <folder>', 'folder to write to', fileURLToPath(new URL('../../../examples', import.meta.url)))
    .option('--seed <n>', 'seed of the scene', parseSeed, EXAMPLE_SEED)
    .action(writeExample)
}

async function writeExample(flags: { readonly out: string; readonly seed: number }): Promise<void> {
  const { meshes, scene } = createExample(flags.seed)
  const meshFolder = join(flags.out, 'meshes/example')
  const sceneFolder = join(flags.out, 'scene')
  await mkdir(meshFolder, { recursive: true })
  await mkdir(sceneFolder, { recursive: true })
  for (const [name, mesh] of Object.entries(meshes)) await writeFile(join(meshFolder, `${name}.ply`), encodePly(mesh))
  const { width, height } = scene.camera
  await writeFile(join(sceneFolder, 'rgb.png'), await encodeColorPng(scene.color, { compressionLevel: 9 }))
  const depth = await encodeDepthPng(scene.depthCounts, width, height, { compressionLevel: 9 })
  await writeFile(join(sceneFolder, 'depth.png'), depth)
  await writeFile(join(sceneFolder, 'camera.json'), toJson(cameraFileOf(scene)))
  await writeFile(join(sceneFolder, 'gt.json'), toJson(poseFileOf(scene)))
  for (const { name, visibleFraction, visiblePixels } of scene.instances) {
    console.log(
      `${name.padEnd(8)} ${String(visiblePixels).padStart(6)} px, ${(100 * visibleFraction).toFixed(0)} % visible`,
    )
  }
}

/** Intrinsics as BOP writes them; depth_scale is mm per count. */
function cameraFileOf({ camera }: SyntheticScene): unknown {
  const { fx, fy, cx, cy, width, height } = camera
  return { cam_K: [fx, 0, cx, 0, fy, cy, 0, 0, 1], depth_scale: 1, width, height }
}

function poseFileOf({ instances }: SyntheticScene): unknown {
  const names = [...new Set(instances.map((instance) => instance.name))]
  return instances.map(({ name, cameraFromObject, visibleFraction }) => ({
    obj_id: names.indexOf(name) + 1,
    name,
    model: `../meshes/example/${name}.ply`,
    R: rotationOf(cameraFromObject),
    t_mm: translationOf(cameraFromObject),
    visib_fract: Number(visibleFraction.toFixed(4)),
  }))
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function parseSeed(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value)) throw new InvalidArgumentError('expected a whole number')
  return value
}
