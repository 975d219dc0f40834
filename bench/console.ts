// `npx tsx bench/console.ts`: what the console weighs, when it can be used, and how many frames a second a turning cloud
// of 300,000 points gets. Needs Chromium; on a machine without a GPU the drawing is done in software.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { openBrowser, startConsoleStack } from '../tests/e2e/console-stack.ts'

const ASSETS = fileURLToPath(new URL('../apps/console/dist/page/assets', import.meta.url))
const LOADS = 5
const TURN_MS = 6000
/** Half again the 33 ms the view aims at: such a frame is seen as dropped. */
const LATE_MS = 50

const stack = await startConsoleStack()
const browser = await openBrowser()
try {
  const gzip = new Map(readdirSync(ASSETS).map((name) => [name, gzipSync(readFileSync(join(ASSETS, name))).length]))
  const kilobytes = (names: readonly string[]): string =>
    `${(names.reduce((sum, name) => sum + (gzip.get(name) ?? 0), 0) / 1000).toFixed(0)} kB gzip in ${names.length} files`

  await fetch(`${stack.urls.main}/api/v2/samples/example/objects`, { method: 'POST' })
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
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
  const box = await page.getByTestId('cloud').boundingBox()
  if (box !== null) {
    await page.mouse.move(box.x + 300, box.y + 200)
    await page.mouse.down()
    await startFrameClock(page)
    const until = performance.now() + TURN_MS
    for (let k = 0; performance.now() < until; k++) {
      await page.mouse.move(box.x + 300 + 120 * Math.sin(k / 20), box.y + 200 + 40 * Math.cos(k / 20))
    }
    const turning = await page.getByTestId('cloud').evaluate(({ dataset }) => ({ drawn: dataset.drawn }))
    const intervals = await stopFrameClock(page)
    await page.mouse.up()
    const late = intervals.filter((ms) => ms > LATE_MS).length
    console.log(
      `turning: ${((1000 * intervals.length) / TURN_MS).toFixed(1)} frames/s, ${((100 * late) / intervals.length).toFixed(0)} % ` +
        `later than ${LATE_MS} ms, longest ${Math.max(...intervals).toFixed(0)} ms, ${turning.drawn} points drawn`,
    )
    await page.waitForFunction(() => {
      const view = document.querySelector<HTMLElement>('[data-testid=cloud]')
      return view !== null && view.dataset.drawn === view.dataset.points
    })
    const { drawn } = await page.getByTestId('cloud').evaluate(({ dataset }) => ({ drawn: dataset.drawn }))
    console.log(`at rest: ${drawn} points drawn`)
  }
} finally {
  await browser.close()
  await stack.close()
}

/** Notes when the page has a frame; the view need not be drawn anew in it, so this is an upper bound of its rate. Text, for what is compiled here refers to names that the page lacks. */
async function startFrameClock(page: Page): Promise<void> {
  await page.evaluate(`{
    globalThis.frameTimes = []
    const note = (now) => globalThis.frameTimes && globalThis.frameTimes.push(now) && requestAnimationFrame(note)
    requestAnimationFrame(note)
  }`)
}

/** Milliseconds between the frames since the start. */
async function stopFrameClock(page: Page): Promise<number[]> {
  const times = await page.evaluate<number[]>('[globalThis.frameTimes, (globalThis.frameTimes = null)][0]')
  return times.slice(1).map((time, k) => time - (times[k] ?? time))
}
