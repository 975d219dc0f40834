import { randomScene, SENSOR_KINDS, writeBopModels, writeBopScene, type SceneModel } from '@sextant/evaluation'
import type { LengthUnit } from '@sextant/geometry'
import { parseObjectFile, readObjectFile } from '@sextant/library'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { basename, join } from 'node:path'
import { cadFilesIn, unitOption } from '../cad-files.ts'
import { parseShare } from '../flags.ts'

interface SynthFlags {
  readonly models: string
  readonly unit?: LengthUnit
  readonly out: string
  readonly scenes: number
  readonly frames: number
  readonly objects: number
  readonly kind: 'table' | 'bin' | 'mixed'
  readonly sensor: (typeof SENSOR_KINDS)[number] | 'mixed'
  readonly seed: number
  readonly distinct?: true
  readonly otherPrints: number
}

/** `sextant synth`: makes scenes with known poses from any CAD models. */
export function addSynthCommand(program: Command): void {
  program
    .command('synth')
    .description('make RGB-D scenes with known poses from CAD models, in BOP format')
    .requiredOption('--models <folder>', 'folder of CAD files')
    .addOption(unitOption())
    .requiredOption('--out <folder>', 'folder to write to')
    .option('--scenes <n>', 'arrangements', parseCount, 10)
    .option('--frames <n>', 'views of each arrangement', parseCount, 4)
    .option('--objects <n>', 'objects dropped into each arrangement', parseCount, 9)
    .addOption(new Option('--kind <kind>', 'arrangement').choices(['table', 'bin', 'mixed']).default('mixed'))
    .addOption(new Option('--sensor <sensor>', 'depth camera').choices([...SENSOR_KINDS, 'mixed']).default('mixed'))
    .option('--distinct', 'no CAD twice on a table')
    .option('--other-prints <share>', 'share of objects printed otherwise than their CAD, 0 to 1', parseShare, 0)
    .option('--seed <n>', 'seed of the first scene', parseCount, 1)
    .action(writeScenes)
}

async function writeScenes(flags: SynthFlags): Promise<void> {
  const models = await loadModels(flags.models, flags.unit)
  if (models.length === 0) throw new Error(`no CAD file in ${flags.models}`)
  await writeBopModels(flags.out, models)
  for (let k = 0; k < flags.scenes; k++) {
    const kind = flags.kind === 'mixed' ? (k % 3 === 2 ? 'bin' : 'table') : flags.kind
    const sensor = flags.sensor === 'mixed' ? null : flags.sensor
    const isDistinct = flags.distinct === true
    const { objects: objectCount, frames: viewCount, otherPrints } = flags
    const options = { kind, sensor, objectCount, isDistinct, otherPrints, viewCount }
    const frames = await randomScene(models, options, flags.seed + k)
    await writeBopScene(flags.out, flags.seed + k, frames)
    console.log(
      `scene ${flags.seed + k}: ${kind}, ${frames.length} frames, ${frames[0]?.instances.length ?? 0} objects`,
    )
  }
}

/** Models in the order of their names; the number in a name is the id, else the position. */
async function loadModels(folder: string, unit: LengthUnit | undefined): Promise<SceneModel[]> {
  const names = await cadFilesIn(folder)
  return Promise.all(
    names.map(async (name, index) => {
      const file = await readObjectFile(join(folder, name))
      const { mesh } = await parseObjectFile(unit === undefined ? file : { ...file, unit })
      const id = Number(/(\d+)\.\w+$/.exec(basename(name))?.[1] ?? index + 1)
      return { id, mesh }
    }),
  )
}

function parseCount(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number above 0')
  return value
}
