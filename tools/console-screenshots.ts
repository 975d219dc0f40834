// `npm run screenshots`: every page of the console in both themes and both languages, to docs/console/, from real runs.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { openBrowser, startConsoleStack } from '../tests/e2e/console-stack.ts'

const out = fileURLToPath(new URL('../docs/console', import.meta.url))
const SETTLE_MS = 1500
const COLORS = 128

const stack = await startConsoleStack()
const browser = await openBrowser()
try {
  await fetch(`${stack.urls.main}/api/v2/samples/example/objects`, { method: 'POST' })
  await post('/api/v1/workflow/render-templates-all', {})
  const objects = ['box', 'bracket', 'mug'].map((objectName) => ({ className: 'example', objectName }))
  const all = await finished({ sample: 'example', objects, options: { maxInstances: 2 }, tag: 'cell-1' })
  const absent = await finished({ camera: {}, objects: objects.slice(1, 2), options: { scoreThreshold: 0.999 } })
  const fast = await finished({ frameOf: all, objects, options: { maxInstances: 2, preset: 'fast' } })
  const pages: Readonly<Record<string, string>> = {
    overview: '/',
    objects: '/objects',
    object: '/objects/example/mug',
    'new-run': '/run',
    run: `/runs/${all}`,
    'run-3d': `/runs/${all}`,
    'run-rejected': `/runs/${absent}`,
    history: '/runs',
    compare: `/compare/${all}/${fast}`,
    batch: '/batch',
    logs: '/logs',
  }
  await rm(out, { recursive: true, force: true })
  await mkdir(out, { recursive: true })
  for (const locale of ['en-GB', 'ko-KR']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale, colorScheme })
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(`${stack.urls.main}/#${path}`)
        await page.getByRole('heading', { level: 1 }).waitFor()
        if (name === 'run-3d') {
          await page.getByText('3D', { exact: true }).click()
          await page.getByTestId('cloud').locator('canvas').waitFor()
          await orbit(page)
        }
        if (name === 'new-run') {
          await page.getByRole('tab').nth(1).click()
          await page.getByTestId('camera-picture').waitFor()
          await page.getByRole('checkbox').nth(1).check()
        }
        await page.waitForTimeout(SETTLE_MS)
        const png = await page.screenshot()
        const small = await sharp(png).png({ palette: true, colors: COLORS, effort: 8 }).toBuffer()
        await writeFile(join(out, `${name}-${locale.slice(0, 2)}-${colorScheme}.png`), small)
      }
      await page.close()
    }
  }
} finally {
  await browser.close()
  await stack.close()
}

/** Turns the view a little to the side, so that depth shows. */
async function orbit(page: Awaited<ReturnType<typeof browser.newPage>>): Promise<void> {
  const box = await page.getByTestId('cloud').boundingBox()
  if (box === null) return
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 110, y + 60, { steps: 8 })
  await page.mouse.up()
}

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(stack.urls.main + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return (await response.json()) as Record<string, unknown>
}

/** Id of a run once it is over. */
async function finished(request: object): Promise<string> {
  const { id } = await post('/api/v2/runs', request)
  for (;;) {
    const run = (await (await fetch(`${stack.urls.main}/api/v2/runs/${String(id)}`)).json()) as { status: string }
    if (run.status !== 'queued' && run.status !== 'running') return String(id)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
