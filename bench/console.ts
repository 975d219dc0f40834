// `npx tsx bench/console.ts`: what the console weighs, when it can be used, and how many frames a second a turning cloud
// of 300,000 points gets. Needs Chromium; on a machine without a GPU the drawing is done in software.
import { readdirSync, readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { openBrowser, startConsoleStack } from '../tests/e2e/console-stack.ts'

const ASSETS = fileURLToPath(new URL('../apps/console/dist/page/assets', import.meta.url))
const LOADS = 5
const TURN_MS = 6000
/** Turned before it is measured: the view finds what it has time for. */
const SETTLE_MS = 2000
/** Between two moves of a mouse of 125 Hz. */
const MOUSE_MS = 8

/** One drawing of the cloud: page time in ms, points in it. */
interface PointFrame {
  readonly at: number
  readonly count: number
}

const stack = await startConsoleStack()
const browser = await openBrowser()
try {
  const gzip = new Map(readdirSync(ASSETS).map((name) => [name, gzipSync(readFileSync(join(ASSETS, name))).length]))
  const kilobytes = (names: readonly string[]): string =>
    `${(names.reduce((sum, name) => sum + (gzip.get(name) ?? 0), 0) / 1000).toFixed(0)} kB gzip in ${names.length} files`

  await fetch(`${stack.urls.main}/api/v2/samples/example/objects`, { method: 'POST' })
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await watchPoints(page)
  const fetched: string[] = []
  page.on('request', (request) => {
    const name = /\/console\/assets\/([^?]+)$/.exec(request.url())?.[1]
    if (name !== undefined) fetched.push(name)
  })
  const times: number[] = []
  for (let k = 0; k < LOADS; k++) {
    const started = performance.now()
    await page.goto(`${stack.urls.main}/`, { waitUntil: 'commit' })
    await page.getByTestId('state-pem').getByText('ready').waitFor()
    times.push(performance.now() - started)
    if (k === 0) console.log(`initial route: ${kilobytes([...new Set(fetched)])}`)
    // An empty cache for each load, as for a first visit.
    const session = await page.context().newCDPSession(page)
    await session.send('Network.clearBrowserCache')
  }
  times.sort((a, b) => a - b)
  console.log(`usable after (median of ${LOADS}, servers' states shown): ${times[LOADS >> 1]?.toFixed(0)} ms`)

  const started = await fetch(`${stack.urls.main}/api/v2/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sample: 'example', objects: [{ className: 'example', objectName: 'box' }] }),
  })
  const { id } = (await started.json()) as { id: string }
  fetched.length = 0
  await page.goto(`${stack.urls.main}/#/runs/${id}`)
  await page.getByTestId('run-objects').getByText('found').waitFor({ timeout: 120_000 })
  await page.getByText('3D', { exact: true }).click()
  await page.getByTestId('cloud').locator('canvas').waitFor()
  await page.waitForFunction(
    () => Number(document.querySelector<HTMLElement>('[data-testid=cloud]')?.dataset.points) > 0,
  )
  const view = [...new Set(fetched)].filter((name) => /three|cloud/.test(name))
  console.log(`3D view, on demand: ${kilobytes(view)}`)
  await turn(page)
} finally {
  await browser.close()
  await stack.close()
}

/** Turns the cloud with the mouse and says what of it was drawn, as the calls to WebGL have it. */
async function turn(page: Page): Promise<void> {
  const box = await page.getByTestId('cloud').boundingBox()
  if (box === null) throw new Error('The 3D view is not on the page')
  await page.mouse.move(box.x + 300, box.y + 200)
  await page.mouse.down()
  await dragFor(page, box, SETTLE_MS)
  await page.evaluate('globalThis.frames.length = 0')
  const before = await graphicsMs()
  await dragFor(page, box, TURN_MS)
  const spent = (await graphicsMs()) - before
  const frames = await page.evaluate<PointFrame[]>('globalThis.frames')
  const note = await page.getByTestId('cloud').locator('.viewer-note').innerText()
  await page.mouse.up()

  const intervals = frames.slice(1).map(({ at }, k) => at - (frames[k]?.at ?? at))
  const points = frames.map(({ count }) => count).sort((a, b) => a - b)
  const mean = intervals.reduce((sum, ms) => sum + ms, 0) / intervals.length
  const later = (than: number): string =>
    `${((100 * intervals.filter((ms) => ms > than).length) / intervals.length).toFixed(0)} % later than ${than} ms`
  console.log(
    `turning: ${(1000 / mean).toFixed(1)} frames/s, ${later(25)}, ${later(50)}, longest ${Math.max(...intervals).toFixed(0)} ms; ` +
      `${points[0]} to ${points.at(-1)} points a frame, median ${points[points.length >> 1]}; ` +
      `${(spent / frames.length).toFixed(0)} ms of processor a frame for graphics; load of the machine ${loadavg()[0]?.toFixed(1)}`,
  )
  console.log(`the view says: ${note}`)
  await page.waitForFunction(
    `document.querySelector('[data-testid=cloud]').dataset.points === String(globalThis.frames.at(-1).count)`,
  )
  await page.evaluate('globalThis.frames.length = 0')
  await page.waitForTimeout(1000)
  const idle = await page.evaluate<number>('globalThis.frames.length')
  const { points: all } = await page.getByTestId('cloud').evaluate(({ dataset }) => ({ points: dataset.points }))
  console.log(`at rest: ${all} points drawn, then ${idle} frames in a second`)
}

/** Moves at a mouse's own pace, without waiting for the page: or it is the moves that are counted. */
async function dragFor(page: Page, box: { x: number; y: number }, ms: number): Promise<void> {
  const until = performance.now() + ms
  const waiting = new Set<Promise<void>>()
  for (let k = 0; performance.now() < until; k++) {
    if (waiting.size < 4) {
      const angle = performance.now() / 400
      const moved = page.mouse.move(box.x + 300 + 120 * Math.sin(angle), box.y + 200 + 40 * Math.cos(angle))
      waiting.add(moved)
      void moved.finally(() => waiting.delete(moved))
    }
    await setTimeout(MOUSE_MS)
  }
  await Promise.all(waiting)
}

/** Processor time of Chromium's process for graphics so far, ms: unlike frames/s it hardly depends on what else runs. */
async function graphicsMs(): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  return 1000 * (processInfo.find(({ type }) => type === 'GPU')?.cpuTime ?? Number.NaN)
}

/** Notes each drawing of points. Text, for what is compiled here refers to names that the page lacks. */
async function watchPoints(page: Page): Promise<void> {
  await page.addInitScript(`{
    globalThis.frames = []
    const { drawElements, POINTS } = WebGL2RenderingContext.prototype
    WebGL2RenderingContext.prototype.drawElements = function (mode, count, ...rest) {
      if (mode === POINTS) globalThis.frames.push({ at: performance.now(), count })
      return drawElements.call(this, mode, count, ...rest)
    }
  }`)
}
