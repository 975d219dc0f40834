// The console in headless Chromium against real servers, as a user goes through it; each test goes on where the last one
// ended.
import { readFileSync } from 'node:fs'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noBrowser, openBrowser, startConsoleStack, type ConsoleStack } from './console-stack.ts'

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url))
const AXE = fileURLToPath(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url))
const cad = (name: string): string => join(EXAMPLES, 'meshes/example', `${name}.ply`)
const scene = (name: string): string => join(EXAMPLES, 'scene', name)

if (noBrowser !== null) process.stderr.write(`The console is not tested: ${noBrowser}\n`)

describe.skipIf(noBrowser !== null)('the console', () => {
  let stack: ConsoleStack
  let browser: Browser
  let page: Page
  const errors: string[] = []
  let firstRun = ''

  beforeAll(async () => {
    stack = await startConsoleStack()
    browser = await openBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' })
    page.on('pageerror', (error) => errors.push(error.message))
    page.setDefaultTimeout(60_000)
  })
  afterAll(async () => {
    await browser.close()
    await stack.close()
  })

  const open = (path: string) => page.goto(`${stack.urls.main}/#${path}`)
  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name })
  const runIsDone = () =>
    page.getByRole('heading', { level: 1 }).locator('..').getByText('done').waitFor({ timeout: 150_000 })

  it('shows the four servers, and what to begin with', async () => {
    await open('/')
    for (const name of ['main', 'ism', 'pem', 'render']) {
      await page.getByTestId(`state-${name}`).getByText('ready').waitFor()
    }
    await page.getByText('Nothing has been run yet.').waitFor()
    await page.getByRole('button', { name: 'Run the bundled example' }).waitFor()
  })

  it('refuses a CAD file that is damaged, and says so', async () => {
    await open('/objects')
    const damaged = join(stack.staticRoot, 'damaged.ply')
    await writeFile(damaged, 'ply\nformat ascii 1.0\nelement vertex 3\n')
    await page.getByLabel('Choose files').setInputFiles(damaged)
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click()
    const alert = page.getByRole('dialog').getByRole('alert')
    await alert.waitFor()
    expect(await alert.innerText()).toContain('mesh.undecodable')
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    expect(await page.getByTestId('object-card').count()).toBe(0)
  })

  it('takes CAD files and shows them', async () => {
    await page.getByLabel('Choose files').setInputFiles([cad('box'), cad('bracket'), cad('mug')])
    await page.getByLabel('Class').fill('example')
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => page.getByTestId('object-card').count()).toBe(3)
    await expect
      .poll(() =>
        page
          .getByTestId('object-card')
          .locator('img')
          .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth)),
      )
      .toEqual([160, 160, 160])
  })

  it('inspects an object, turns it in 3D, and renders its templates', async () => {
    await page.getByTestId('object-card').filter({ hasText: 'mug' }).click()
    await heading(/mug/).waitFor()
    await page.getByText('123.8 mm').waitFor()
    await page.getByTestId('model').locator('canvas').waitFor()
    await expect.poll(() => distinctColors(page, 'model')).toBeGreaterThan(50)
    await page.getByRole('button', { name: 'Render templates' }).click()
    const sheet = page.getByTestId('contact-sheet')
    await sheet.waitFor()
    await expect.poll(() => sheet.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(300)
  })

  it('runs on files that were dropped, and finds all five parts', async () => {
    await open('/run')
    await page
      .getByLabel('Choose files', { exact: true })
      .and(page.locator('input'))
      .setInputFiles([scene('rgb.png'), scene('depth.png'), scene('camera.json')])
    await page.getByLabel(/whole class/).check()
    await page.getByLabel('Most instances of each').fill('2')
    await page.getByRole('button', { name: 'Start' }).click()
    await page.waitForURL(/#\/runs\/\d/)
    await runIsDone()
    firstRun = page.url().split('/').at(-1) ?? ''
    await expect.poll(() => page.getByTestId('overlay').getAttribute('data-drawn')).toBe('5')
    await page.getByTestId('pose-numbers').waitFor()
  })

  it('draws on the pixels where the parts are, and nowhere else', async () => {
    await page.getByRole('group', { name: 'Layers' }).getByLabel('Axes').uncheck()
    await page.getByRole('group', { name: 'Layers' }).getByLabel('Label').uncheck()
    const drawn = await overlayPixels(page)
    const truth = projectedTruth()
    expect(truth).toHaveLength(5)
    for (const { name, box } of truth) {
      const inside = drawn.filter(([x, y]) => x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1).length
      const share = inside / ((box.x1 - box.x0) * (box.y1 - box.y0))
      expect(share, `${name} at ${JSON.stringify(box)}`).toBeGreaterThan(0.2)
    }
    // Two pixels for the width of the outline, two for the error of the pose.
    const outside = drawn.filter(
      ([x, y]) => !truth.some(({ box }) => x > box.x0 - 4 && x < box.x1 + 4 && y > box.y0 - 4 && y < box.y1 + 4),
    )
    expect(outside.length / drawn.length).toBeLessThan(0.002)
    await page.getByRole('group', { name: 'Layers' }).getByLabel('Mask').uncheck()
    await page.getByRole('group', { name: 'Layers' }).getByLabel('Outline').uncheck()
    expect(await overlayPixels(page)).toEqual([])
  })

  it('shows the numbers of a pose, its score and what they are made of', async () => {
    await page.getByTestId('run-objects').getByRole('button').first().click()
    await page.getByTestId('pose-numbers').getByText('Quaternion').waitFor()
    await page.getByRole('tab', { name: 'Score' }).click()
    await page.getByTestId('pose-score').getByText('Depth agrees').waitFor()
    await page.getByTestId('flame').getByText(/pose/).first().waitFor()
  })

  it('shows the points in 3D with the models', async () => {
    await page.getByText('3D', { exact: true }).click()
    await expect
      .poll(async () => Number(await page.getByTestId('cloud').getAttribute('data-points')))
      .toBeGreaterThan(200_000)
    await expect.poll(() => distinctColors(page, 'cloud')).toBeGreaterThan(500)
    const before = await canvasText(page, 'cloud')
    await page.getByText('Depth residual', { exact: true }).click()
    await expect.poll(async () => (await canvasText(page, 'cloud')) === before).toBe(false)
  })

  it('draws a part of the points while it turns, says so, and all of them at rest', async () => {
    const view = page.getByTestId('cloud')
    const box = await view.boundingBox()
    if (box === null) throw new Error('The 3D view is not on the page')
    const drawn = async (): Promise<number> => Number(await view.getAttribute('data-drawn'))
    const all = Number(await view.getAttribute('data-points'))
    const before = await canvasText(page, 'cloud')
    await page.mouse.move(box.x + 200, box.y + 150)
    await page.mouse.down()
    for (let k = 0; k < 2000 && (await drawn()) === all; k++)
      await page.mouse.move(box.x + 200 + (k % 100), box.y + 150)
    expect(await drawn()).toBeLessThan(all)
    expect(await view.innerText()).toContain('while turning')
    await page.mouse.up()
    await expect.poll(drawn).toBe(all)
    expect(await canvasText(page, 'cloud')).not.toBe(before)
  })

  it('keeps the run in the history, and repeats it with other options', async () => {
    await open('/runs')
    await expect.poll(() => page.getByTestId('run-row').count()).toBe(1)
    await page.getByLabel('Object, class, tag or id').fill('no such thing')
    await page.getByText('No run fits this filter.').waitFor()
    await page.getByLabel('Object, class, tag or id').fill('mug')
    await page.getByTestId('run-row').getByRole('link').click()
    await page.getByRole('button', { name: 'Run again' }).click()
    await page.getByRole('dialog').getByText('fast', { exact: true }).click()
    await page.getByRole('dialog').getByRole('combobox', { name: 'Engine' }).click()
    const unavailable = page.getByRole('option', { name: 'SAM-6D (not loaded)' })
    expect(await unavailable.getAttribute('data-combobox-disabled')).toBe('true')
    await page.getByRole('option', { name: 'geometric' }).click()
    const asked = page.waitForRequest((request) => request.method() === 'POST')
    await page.getByTestId('start-again').click()
    expect((await asked).postDataJSON()).toMatchObject({ frameOf: firstRun, engine: 'geometric' })
    await expect.poll(() => page.url()).not.toContain(firstRun)
    await runIsDone()
    await page.getByRole('tab', { name: 'Options' }).click()
    await page.getByText('Accuracy: fast').waitFor()
    await page.getByText('Engine: geometric').waitFor()
  })

  it('compares two runs', async () => {
    await open('/runs')
    await expect.poll(() => page.getByTestId('run-row').count()).toBe(2)
    for (const box of await page.getByRole('checkbox', { name: /Choose run/ }).all()) await box.check()
    await page.getByRole('button', { name: 'Compare the two' }).click()
    await heading('Compare').waitFor()
    await page.getByText(/preset: (fast → balanced|balanced → fast)/).waitFor()
    await expect.poll(() => page.getByTestId('overlay').count()).toBe(2)
  })

  it('looks through a camera and runs on what it sees', async () => {
    await open('/run')
    await page.getByRole('tab', { name: 'Camera' }).click()
    await page.getByTestId('camera-picture').waitFor()
    await page.getByLabel('mug', { exact: true }).check()
    await page.getByRole('button', { name: 'Start' }).click()
    await page.waitForURL(/#\/runs\/\d/)
    await runIsDone()
    await page
      .getByTestId('run-objects')
      .getByText(/found|not there|not believed/)
      .first()
      .waitFor()
  })

  it('says which server is gone and notices when it is back', async () => {
    await open('/')
    await stack.kill('pem')
    await page.getByTestId('advice-pem').waitFor()
    await page.getByTestId('servers-state').getByText('1 server does not answer').waitFor()
    await stack.start('pem')
    await page.getByTestId('servers-state').getByText('All servers are ready').waitFor()
    expect(await page.getByTestId('advice-pem').count()).toBe(0)
  })

  it('says that Main is gone and goes on when it is back, with its history', async () => {
    await stack.kill('main')
    await page.getByText('Main does not answer. The console tries again').first().waitFor()
    await stack.start('main')
    await page.getByTestId('servers-state').getByText('All servers are ready').waitFor()
    await expect.poll(() => page.getByTestId('run-row').count()).toBe(3)
  })

  it('runs a folder of frames and writes the summary', async () => {
    for (const name of ['one', 'two']) {
      const folder = join(stack.staticRoot, 'frames', name)
      await mkdir(folder, { recursive: true })
      for (const file of ['rgb.png', 'depth.png', 'camera.json']) await copyFile(scene(file), join(folder, file))
    }
    await open('/batch')
    await page.locator('input[webkitdirectory]').setInputFiles(join(stack.staticRoot, 'frames'))
    await page.getByText('2 frames found').waitFor()
    await page.getByLabel('box', { exact: true }).check()
    await page.getByRole('button', { name: 'Start the batch' }).click()
    await page.getByTestId('batch-progress').getByText('2 of 2 frames').waitFor({ timeout: 120_000 })
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'rss_batch_summary.json' }).click(),
    ])
    const summary = JSON.parse(readFileSync(await download.path(), 'utf8'))
    expect(summary).toMatchObject([
      { object: 'box', success: true, pem_detections: 1 },
      { object: 'box', success: true, pem_detections: 1 },
    ])
  })

  it('shows the lines of a request from every server', async () => {
    await open('/logs')
    await page.getByRole('log').getByText('Server listening').first().waitFor()
  })

  it('speaks Korean, and remembers it', async () => {
    await open('/')
    await page.getByRole('combobox', { name: 'Language' }).click()
    await page.getByRole('option', { name: '한국어' }).click()
    await heading('개요').waitFor()
    await page.reload()
    await heading('개요').waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('ko')
    await page.getByRole('combobox', { name: '언어' }).click()
    await page.getByRole('option', { name: 'English' }).click()
    await heading('Overview').waitFor()
  })

  it.each(['light', 'dark'] as const)('has no serious barrier on any page, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.reload()
    const runs = ['/', '/objects', '/objects/example/mug', '/run', '/runs', `/runs/${firstRun}`, '/batch', '/logs']
    for (const path of runs) {
      await open(path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForLoadState('networkidle').catch(() => undefined)
      await page.addScriptTag({ path: AXE })
      const violations = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(options: object): Promise<{ violations: AxeViolation[] }> }
        }
        const result = await axe.run({ resultTypes: ['violations'] })
        return result.violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
      })
      expect(violations, path).toEqual([])
    }
  })

  it('ran without an error of its own', () => {
    expect(errors).toEqual([])
  })
})

interface AxeViolation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string }[]
}

/** Places of the overlay's canvas that are not see-through. */
function overlayPixels(page: Page): Promise<[number, number][]> {
  return page.getByTestId('overlay').evaluate((element) => {
    const canvas = element as HTMLCanvasElement
    const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
    const found: [number, number][] = []
    for (let i = 3; i < data.length; i += 4) {
      if ((data[i] ?? 0) > 20) found.push([((i - 3) / 4) % canvas.width, Math.floor((i - 3) / 4 / canvas.width)])
    }
    return found
  })
}

/** How many colours a WebGL canvas shows. */
function distinctColors(page: Page, testId: string): Promise<number> {
  return page
    .getByTestId(testId)
    .locator('canvas')
    .first()
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')
      copy?.drawImage(canvas, 0, 0)
      const data = new Uint32Array(
        copy?.getImageData(0, 0, canvas.width, canvas.height).data.buffer ?? new ArrayBuffer(0),
      )
      return new Set(data).size
    })
}

function canvasText(page: Page, testId: string): Promise<string> {
  return page
    .getByTestId(testId)
    .locator('canvas')
    .first()
    .evaluate((element) => (element as HTMLCanvasElement).toDataURL())
}

interface Box {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

/** Boxes in the image of the parts of the bundled scene, from its true poses and their CAD. */
function projectedTruth(): { readonly name: string; readonly box: Box }[] {
  const { cam_K } = JSON.parse(readFileSync(scene('camera.json'), 'utf8')) as { cam_K: number[] }
  const instances = JSON.parse(readFileSync(scene('gt.json'), 'utf8')) as {
    name: string
    R: number[]
    t_mm: number[]
  }[]
  const [fx = 0, , cx = 0, , fy = 0, cy = 0] = cam_K
  return instances.map(({ name, R, t_mm }) => {
    const pixels = verticesOf(cad(name)).map((vertex) => {
      const [x = 0, y = 0, z = 1] = [0, 1, 2].map((row) =>
        vertex.reduce((sum, value, k) => sum + (R[3 * row + k] ?? 0) * value, t_mm[row] ?? 0),
      )
      return [(fx * x) / z + cx, (fy * y) / z + cy] as const
    })
    const [xs, ys] = [pixels.map(([x]) => x), pixels.map(([, y]) => y)]
    return { name, box: { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) } }
  })
}

/** The bundled CAD is binary PLY with float x, y, z at the start of each vertex. */
function verticesOf(path: string): number[][] {
  const bytes = readFileSync(path)
  const end = bytes.indexOf('end_header\n') + 'end_header\n'.length
  const header = bytes.subarray(0, end).toString('latin1')
  const count = Number(/element vertex (\d+)/.exec(header)?.[1])
  const vertexPart = header.slice(header.indexOf('element vertex'), header.indexOf('element face'))
  const sizes: Record<string, number> = { float: 4, float32: 4, double: 8, uchar: 1, uint8: 1 }
  const stride = [...vertexPart.matchAll(/property (\w+) \w+/g)].reduce(
    (sum, [, type]) => sum + (sizes[type ?? ''] ?? 0),
    0,
  )
  return Array.from({ length: count }, (_, i) =>
    [0, 4, 8].map((offset) => bytes.readFloatLE(end + i * stride + offset)),
  )
}
