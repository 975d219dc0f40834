import { access, constants, mkdir } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { BLENDER_DEFAULTS, blenderVersion } from '@sextant/blender'
import { serviceStatusV2 } from '@sextant/contracts'
import { CATALOGUE, howToInstall, inspectModel, networksFor, probeProviders } from '@sextant/models'
import type { Command } from 'commander'

const GIGABYTE = 2 ** 30
const PORTS = { main: 8001, ism: 8002, pem: 8003, render: 8004 }
/** What the sam6d engine needs: one of each line. */
const NEEDED = {
  pose: ['pem'],
  descriptor: ['dinov2-vitl14'],
  proposals: networksFor('proposals'),
}

/** sextant doctor: what works on this machine, what does not, and what to do about it. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check this machine: runtime, folders, services, networks')
    .option('--static <folder>', 'static folder', process.env.SEXTANT_STATIC_DIR ?? './static')
    .option('--host <host>', 'where the services run', 'localhost')
    .action(async (options: { static: string; host: string }) => {
      const root = resolve(options.static)
      const modelsDir = resolve(process.env.SEXTANT_MODELS_DIR ?? join(root, 'models'))
      line('node', `${process.version}, ${availableParallelism()} cores, ${(totalmem() / GIGABYTE).toFixed(0)} GB`)
      line('static folder', await folderState(root))
      for (const [name, port] of Object.entries(PORTS)) line(name, await serviceState(options.host, port))
      line('Blender', await blenderState())
      line('geometric engine', 'ready: it needs no networks')
      await reportNetworks(modelsDir)
      await reportProviders()
    })
}

function line(what: string, state: string): void {
  console.log(`${what.padEnd(18)} ${state.replaceAll('\n', `\n${''.padEnd(19)}`)}`)
}

async function folderState(root: string): Promise<string> {
  try {
    await mkdir(root, { recursive: true })
    await access(root, constants.W_OK)
    return `${root} can be written`
  } catch {
    return `${root} cannot be written: set SEXTANT_STATIC_DIR to a folder of yours`
  }
}

async function serviceState(host: string, port: number): Promise<string> {
  try {
    const answer = await fetch(`http://${host}:${port}/api/v2/status`, { signal: AbortSignal.timeout(1500) })
    // Main's own status has no engine.
    const { engine, modelLoaded, version, networks } = serviceStatusV2.partial().parse(await answer.json())
    const said = [
      `listens on ${port}`,
      ...(version === undefined ? [] : [`version ${version}`]),
      ...(engine === undefined ? [] : [`engine ${engine}${modelLoaded === false ? ' (not loaded)' : ''}`]),
    ]
    const asides = [networks?.problem ?? [], networks?.refusals.map((refusal) => `passed over: ${refusal}`) ?? []]
    return [said.join(', '), ...asides.flat()].join('\n')
  } catch {
    return `does not answer on ${port}; start all with: npm start`
  }
}

async function blenderState(): Promise<string> {
  const executable = process.env.RENDER_BLENDER ?? BLENDER_DEFAULTS.executable
  const version = await blenderVersion(executable).catch(() => null)
  return version === null
    ? 'not found; templates are rendered by our own rasteriser'
    : `${version}; draws templates where RENDER_ENGINE or a request says blender`
}

async function reportNetworks(modelsDir: string): Promise<void> {
  line('networks', modelsDir)
  for (const [role, names] of Object.entries(NEEDED)) {
    const found = await Promise.all(names.map((name) => inspectModel(modelsDir, name)))
    const ready = found.find(({ state }) => state === 'ready')
    const [first] = found
    if (ready !== undefined) line(`  ${role}`, `${ready.name} is ready`)
    else if (first !== undefined) line(`  ${role}`, howToInstall(first.name, first))
  }
  const others = CATALOGUE.filter(({ name }) => !Object.values(NEEDED).flat().includes(name))
  for (const { name } of others) {
    const found = await inspectModel(modelsDir, name)
    if (found.state !== 'missing') line('', `${name} is ${found.state}`)
  }
}

/** Where networks could run here, whatever SEXTANT_PROVIDERS says. */
async function reportProviders(): Promise<void> {
  line('providers', 'where networks can run; SEXTANT_PROVIDERS names those to try')
  for (const { provider, problem } of await probeProviders()) {
    line(`  ${provider}`, problem === null ? 'can be used' : `cannot be used: ${problem}`)
  }
}
