import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import type { ObjectSymmetries } from '@sextant/contracts'
import type { LengthUnit } from '@sextant/geometry'
import {
  assertObjectName,
  assertSizeKnown,
  createObjectEditor,
  declarationFor,
  inspectObjectFile,
  judgeObject,
  openLibrary,
  readObjectFile,
  stageCad,
  type LibraryObject,
  type ObjectInspection,
  type ObjectLibrary,
} from '@sextant/library'
import { MESH_LIMITS, type UnitVerdict } from '@sextant/mesh'
import { symmetriesOfMesh } from '@sextant/pose'
import { Argument, type Command } from 'commander'
import { unitOption } from '../cad-files.ts'

const OBJECT = new Argument('<class/object>', 'where it is in the library')

/** `sextant objects`: what the static folder holds, seen and changed with the same functions as /api/v2/objects. */
export function addObjectsCommand(program: Command): void {
  const objects = program.command('objects').description('the objects of a static folder')
  objects.option('--static <folder>', 'static folder', process.env.SEXTANT_STATIC_DIR ?? './static')
  const library = (): ObjectLibrary => openLibrary(objects.opts<{ static: string }>().static)
  objects
    .command('list')
    .argument('[class]', 'all classes when absent')
    .description('names, files, templates')
    .action(async (className?: string) => {
      for (const object of await objectsOf(library(), className)) await printObject(library(), object)
    })
  objects
    .command('add')
    .argument('<file>', 'CAD file')
    .argument('<class/object>', 'where to put it; a class alone keeps the name of the file')
    .addOption(unitOption())
    .option('--replace', 'take the place of an object of this name')
    .description('check a CAD file and copy it into the library')
    .action((file: string, target: string, flags: AddFlags) => add(library(), file, target, flags))
  objects
    .command('inspect')
    .argument('[what]', 'class/object, class, or a CAD file outside of the library; all objects when absent')
    .addOption(unitOption())
    .option('--json', 'as JSON, one line each')
    .description('size, unit, surface, symmetries')
    .action((what: string | undefined, flags: InspectFlags) => inspect(library(), what, flags))
  objects
    .command('remove')
    .addArgument(OBJECT)
    .description('delete an object and its templates')
    .action(async (text: string) => {
      const [className, name] = splitName(text)
      await createObjectEditor(library()).remove(className, name)
      console.log(`${className}/${name} is removed.`)
    })
}

interface AddFlags {
  readonly unit?: LengthUnit
  readonly replace?: boolean
}

interface InspectFlags {
  readonly unit?: LengthUnit
  readonly json?: boolean
}

async function objectsOf(library: ObjectLibrary, className?: string): Promise<LibraryObject[]> {
  const classes = className === undefined ? await library.listClasses() : [className]
  return (await Promise.all(classes.map((name) => library.listObjects(name)))).flat()
}

async function printObject(library: ObjectLibrary, object: LibraryObject): Promise<void> {
  const { unit, label } = await library.declarationOf(object)
  const templates = (await library.hasTemplates(object)) ? 'templates' : 'no templates'
  const said = [object.cadFile, templates, unit === null ? 'no unit declared' : unit, label ?? '']
  console.log(`${`${object.className}/${object.name}`.padEnd(32)} ${said.filter((text) => text !== '').join(', ')}`)
}

async function add(library: ObjectLibrary, path: string, target: string, flags: AddFlags): Promise<void> {
  const [className = '', name = basename(path, extname(path))] = target.split('/')
  assertObjectName(className, name)
  const declared = await declarationFor(library, className, flags.unit ?? null)
  const staged = await stageCad(library.root, path, createReadStream(path), MESH_LIMITS.maxBytes)
  try {
    const fileName = basename(path)
    // Read from where it will lie: materials and textures are not taken along, and that is told.
    const file = { directory: dirname(staged.path), bytes: await readFile(staged.path), fileName }
    const { inspection } = await inspectObjectFile({ ...file, unit: declared?.unit ?? null })
    const verdict = assertSizeKnown(inspection, declared, fileName)
    const unit = flags.unit ?? null
    await createObjectEditor(library).publish(staged, { className, name, unit, replace: flags.replace === true })
    printInspection(`${className}/${name}`, inspection, verdict)
  } finally {
    await staged.discard()
  }
}

async function inspect(library: ObjectLibrary, what: string | undefined, flags: InspectFlags): Promise<void> {
  for (const { title, cadPath } of await pathsOf(library, what)) {
    const file = await readObjectFile(cadPath)
    const unit = flags.unit ?? file.unit
    const { inspection, mesh } = await inspectObjectFile({ ...file, unit })
    const basis = flags.unit === undefined ? 'manifest' : 'declared'
    const verdict = judgeObject(inspection, unit === null ? null : { unit, basis })
    const found = symmetriesOfMesh(mesh)
    const symmetries = found?.ofShape ?? null
    const symmetriesInColor = found?.inColor() ?? null
    const report = { object: title, ...inspection, unit: verdict, symmetries, symmetriesInColor }
    if (flags.json === true) console.log(JSON.stringify(report))
    else {
      printInspection(title, inspection, verdict)
      if (symmetries !== null) console.log(`  symmetries: ${countsOf(symmetries)}`)
      if (symmetriesInColor !== null) console.log(`  with its colours: ${countsOf(symmetriesInColor)}`)
    }
  }
}

async function pathsOf(
  library: ObjectLibrary,
  what: string | undefined,
): Promise<{ readonly title: string; readonly cadPath: string }[]> {
  const titled = ({ className, name, cadPath }: LibraryObject): { title: string; cadPath: string } => ({
    title: `${className}/${name}`,
    cadPath,
  })
  if (what === undefined) return (await objectsOf(library)).map(titled)
  if ((await library.listClasses()).includes(what)) return (await library.listObjects(what)).map(titled)
  const [className = '', name = '', ...rest] = what.split('/')
  const object = rest.length > 0 ? null : await library.findObject(className, name).catch(() => null)
  return [object === null ? { title: basename(what), cadPath: resolve(what) } : titled(object)]
}

function splitName(text: string): [string, string] {
  const [className = '', name = '', ...rest] = text.split('/')
  if (className === '' || name === '' || rest.length > 0) throw new Error(`${text}: expected class/object`)
  return [className, name]
}

function printInspection(title: string, { mesh, warnings }: ObjectInspection, verdict: UnitVerdict): void {
  const size = mesh.boundingBox.size.map((value) => value.toPrecision(4)).join(' x ')
  const surface = [
    `${mesh.faceCount} faces`,
    mesh.isWatertight ? 'watertight' : 'open',
    mesh.colors === 'none' ? 'no colour' : `${mesh.colors} colours`,
    ...(mesh.degenerateFaceCount > 0 ? [`${mesh.degenerateFaceCount} faces without area`] : []),
  ]
  console.log(`${title}: ${size} mm, ${mesh.diameter.toPrecision(4)} mm across; ${surface.join(', ')}`)
  console.log(`  unit: ${verdict.unit ?? 'unknown'} (${verdict.verdict}): ${verdict.reasons.join('; ')}`)
  for (const warning of warnings) console.log(`  ${warning}`)
}

const countsOf = ({ symmetries_discrete: discrete, symmetries_continuous: continuous }: ObjectSymmetries): string =>
  `${discrete.length} motions, ${continuous.length} free axes`
