import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  CATALOGUE,
  catalogueEntry,
  conversionOf,
  convertCheckpoint,
  exportManifestOf,
  inspectModel,
  installExport,
  PRECISIONS,
  pullCheckpoint,
  verifyModel,
  type Precision,
} from '@sextant/models'
import { Option, type Command } from 'commander'
import { modelsDirOption } from '../models-dir.ts'

const MEGABYTE = 2 ** 20

/** sextant models: the networks of the sam6d engine. None is shipped, none is fetched unless asked. */
export function addModelsCommand(program: Command): void {
  const models = program.command('models').description("networks of the sam6d engine, from their owners' checkpoints")
  const folder = (): string => resolve(models.opts<{ dir: string }>().dir)
  models.addOption(modelsDirOption())
  models
    .command('list')
    .description('what can be installed, what is')
    .action(async () => {
      for (const entry of CATALOGUE) {
        const { state, problem, manifest } = await inspectModel(folder(), entry.name)
        const size =
          manifest === null
            ? ''
            : ` ${(manifest.files.reduce((sum, file) => sum + file.bytes, 0) / MEGABYTE).toFixed(0)} MB`
        const origin =
          manifest === null ? '' : manifest.isOfficial ? ', official checkpoint' : `, from ${manifest.source.fileName}`
        console.log(`${entry.name.padEnd(16)} ${state}${size}${origin}${problem === null ? '' : `: ${problem}`}`)
        const file = entry.conversion?.checkpoint ?? `an ONNX export, see ${exportManifestOf(entry.name)}`
        console.log(`${''.padEnd(16)} ${entry.title}; ${entry.role}; ${file}; licence: ${entry.licence}; ${entry.page}`)
      }
    })
  models
    .command('pull')
    .argument('<network>', 'name from the list')
    .option('--url <url>', "another address than its owners'")
    .option('--accept-licence', 'you have read and accept the licence shown')
    .addOption(precisionOption())
    .description('download a checkpoint from its owners and convert it')
    .action(async (name: string, options: { url?: string; acceptLicence?: boolean; precision: Precision }) => {
      const entry = catalogueEntry(name)
      conversionOf(name)
      console.log(`${entry.title}, ${entry.page}\nlicence: ${entry.licence}`)
      if (options.acceptLicence !== true) {
        console.log('Nothing was downloaded. Read the licence and add --accept-licence.')
        process.exitCode = 1
        return
      }
      const path = await pullCheckpoint(name, folder(), {
        ...(options.url === undefined ? {} : { url: options.url }),
        onProgress: (received, total) => {
          const share = total === null ? '' : ` of ${(total / MEGABYTE).toFixed(0)}`
          process.stderr.write(`\r${(received / MEGABYTE).toFixed(0)}${share} MB `)
        },
      })
      process.stderr.write('\n')
      await convert(path, name, folder(), options.precision)
    })
  models
    .command('convert')
    .argument('<network>', 'name from the list')
    .argument('<checkpoint>', 'its .pth or .safetensors file')
    .addOption(precisionOption())
    .description('convert a checkpoint into the graphs that are run')
    .action((name: string, path: string, { precision }: { precision: Precision }) =>
      convert(resolve(path), name, folder(), precision),
    )
  models
    .command('install')
    .argument('<manifest>', 'a file of models/, which says what the export is')
    .argument('<files...>', 'the ONNX file (of SAM the encoder, then the decoder), then those with weights')
    .description('use what others exported to ONNX instead of a checkpoint')
    .action(async (manifest: string, files: string[]) => {
      const paths = files.map((path) => resolve(path))
      const { network, isOfficial, source } = await installExport(resolve(manifest), paths, folder())
      console.log(`${network}: installed from ${source.fileName}`)
      if (!isOfficial) console.log(`Its digest is ${source.sha256}; the manifest names none to compare with.`)
    })
  models
    .command('verify')
    .argument('[networks...]', 'all installed ones when absent')
    .description('read every byte and compare digests')
    .action(async (names: string[]) => {
      const all = names.length > 0 ? names : await installedNames(folder())
      for (const name of all) {
        const { files } = await verifyModel(folder(), name)
        console.log(`${name}: ${files.length} files are as they were written`)
      }
      if (all.length === 0) console.log(`Nothing is installed in ${folder()}.`)
    })
  models
    .command('remove')
    .argument('<network>', 'name from the list')
    .description('delete a converted network')
    .action(async (name: string) => {
      catalogueEntry(name)
      await rm(join(folder(), name), { recursive: true, force: true })
      console.log(`${name} is removed.`)
    })
}

function precisionOption(): Option {
  return new Option('--precision <type>', 'of the stored weights; fp16 takes half the disk and memory')
    .choices(PRECISIONS)
    .default('fp32')
}

async function convert(path: string, name: string, modelsDir: string, precision: Precision): Promise<void> {
  const started = performance.now()
  const onProgress = (step: string): void => console.log(`  ${step}`)
  const manifest = await convertCheckpoint(path, name, modelsDir, { onProgress, precision })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const peak = (process.resourceUsage().maxRSS / 1024).toFixed(0)
  console.log(
    `${name}: ${((manifest.parameters ?? 0) / 1e6).toFixed(1)} M parameters in ${seconds} s, at most ${peak} MB of memory`,
  )
  if (!manifest.isOfficial) console.log(`The file's digest is ${manifest.source.sha256}; it is not in the catalogue.`)
}

async function installedNames(modelsDir: string): Promise<string[]> {
  const found = await Promise.all(CATALOGUE.map((entry) => inspectModel(modelsDir, entry.name)))
  return found.filter(({ state }) => state !== 'missing').map(({ name }) => name)
}
