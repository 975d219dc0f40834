// Times a template set of one CAD file: `npx tsx bench/templates.ts part.ply [runs]`.
import { diameterOf, parseMesh } from '@sextant/mesh'
import { publishTemplateSet } from '@sextant/library'
import {
  createTemplateEncoders,
  createTemplateWorkspace,
  depthScaleFor,
  describeTemplateSet,
  encodeTemplate,
  renderTemplate,
  TEMPLATE_RECIPE_DEFAULTS,
  templateFiles,
} from '@sextant/templates'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const [path, runs = '3'] = process.argv.slice(2)
if (path === undefined) throw new Error('usage: tsx bench/templates.ts part.ply [runs]')

async function timed<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await work()
  console.log(`${name.padEnd(34)} ${((performance.now() - started) / 1000).toFixed(3)} s`)
  return result
}

async function run(file: string): Promise<void> {
  const bytes = await readFile(file)
  const { mesh } = await timed('read the CAD', () => parseMesh(bytes, basename(file)))
  const workspace = createTemplateWorkspace(mesh, TEMPLATE_RECIPE_DEFAULTS)
  const encoders = createTemplateEncoders()
  const { cameraDistance } = workspace.scene
  const depthScale = depthScaleFor(cameraDistance)
  const views = [...workspace.directions.keys()]
  const templates = await timed(`render ${views.length} views`, () =>
    views.map((view) => renderTemplate(workspace, view)),
  )
  const files = await timed('encode them, view by view', async () => {
    const sets = []
    for (const template of templates) sets.push(...(await encodeTemplate(template, encoders, depthScale)))
    return sets
  })
  const size = files.reduce((sum, { bytes: content }) => sum + content.length, 0)
  await timed('render and encode at once', async () => {
    for await (const _ of templateFiles(workspace, encoders, depthScale));
  })
  const folder = await mkdtemp(join(tmpdir(), 'templates-'))
  try {
    await timed('render, encode, write and publish', async () => {
      const source = {
        cadFileName: basename(file),
        cadSha256: createHash('sha256').update(bytes).digest('hex'),
        diameterMm: diameterOf(mesh),
        createdBy: 'bench',
      }
      const description = describeTemplateSet(TEMPLATE_RECIPE_DEFAULTS, cameraDistance, source)
      await publishTemplateSet(join(folder, 'set'), templateFiles(workspace, encoders, depthScale), description)
    })
  } finally {
    await rm(folder, { recursive: true })
  }
  console.log(`${mesh.faces.length / 3} faces, ${files.length} files, ${(size / 2 ** 20).toFixed(1)} MiB\n`)
}

for (let k = 0; k < Number(runs); k++) await run(path)
