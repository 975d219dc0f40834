import {
  rasterizeTemplates,
  createTemplateWorkspace,
  resizeRecipe,
  TEMPLATE_RECIPE_DEFAULTS,
  type Template,
} from '@sextant/templates'
import { createBracketMesh } from '@sextant/testkit'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBlenderRenderer } from './blender-renderer.ts'
import { blenderVersion } from './blender-version.ts'

const installed = await blenderVersion('blender').catch(() => null)
const size = 128
const recipe = { ...resizeRecipe(TEMPLATE_RECIPE_DEFAULTS, size), antialias: false }
const bracket = createBracketMesh()
/** Each vertex in the colour of its place, so that every view tells which way is which. */
const mesh = { ...bracket, colors: colorsByPlace(bracket.positions) }
const workspace = createTemplateWorkspace(mesh, { ...recipe, engine: 'blender', samples: 1 })
const VIEWS = 6

let folder: string
let formerTmp: string | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blender-test-'))
  formerTmp = process.env.TMPDIR
  process.env.TMPDIR = folder
})
afterEach(async () => {
  if (formerTmp === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = formerTmp
  await rm(folder, { recursive: true })
})

function colorsByPlace(positions: Float32Array): Uint8Array {
  const lows = [0, 1, 2].map((k) => Math.min(...positions.filter((_, i) => i % 3 === k)))
  const highs = [0, 1, 2].map((k) => Math.max(...positions.filter((_, i) => i % 3 === k)))
  return Uint8Array.from(positions, (value, i) => {
    const low = lows[i % 3] ?? 0
    return 40 + (215 * (value - low)) / ((highs[i % 3] ?? 1) - low)
  })
}

async function firstViews(views: Iterable<Template> | AsyncIterable<Template>, count: number): Promise<Template[]> {
  const taken: Template[] = []
  for await (const view of views) if (taken.push(view) === count) break
  return taken
}

/** An executable of a few lines that takes Blender's place; the process, pipes and signals are real. */
async function script(name: string, body: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, `#!/bin/sh\n${body}\n`)
  await chmod(path, 0o755)
  return path
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

// Blender's start alone takes seconds on a busy machine.
const patience = { timeout: 120_000 }

describe.skipIf(installed === null)('with Blender (skipped where the command blender is not found)', patience, () => {
  it('draws what the rasteriser draws: its pixels cover our masks, its colours lie where ours do', async () => {
    const ours = await firstViews(rasterizeTemplates(createTemplateWorkspace(mesh, recipe)), VIEWS)
    const theirs = await firstViews(createBlenderRenderer()(workspace), VIEWS)
    expect(theirs.map(({ viewIndex }) => viewIndex)).toEqual(ours.map(({ viewIndex }) => viewIndex))
    for (const [k, { color, ...surface }] of theirs.entries()) {
      const { color: ourColor, ...ourSurface } = ours[k]!
      expect(surface).toEqual(ourSurface)
      let [both, either, hues] = [0, 0, 0]
      for (let o = 0; o < size * size; o++) {
        const inside = surface.mask.data[o] === 1
        const pixel = color.data.subarray(3 * o, 3 * o + 3)
        const isLit = pixel.some((value) => value > 0)
        if (inside || isLit) either++
        if (!inside || !isLit) continue
        both++
        hues += distanceOfHues(pixel, ourColor.data.subarray(3 * o, 3 * o + 3))
      }
      expect(both, `view ${k}`).toBeGreaterThan(500)
      expect(both / either, `view ${k}: intersection over union`).toBeGreaterThanOrEqual(0.98)
      // The material shines, and whitens the face that looks straight at camera and light in view 0.
      expect(hues / both, `view ${k}: colours`).toBeLessThan(k === 0 ? 0.12 : 0.06)
    }
  })

  it('gives the same pixels again, with several samples and on another number of threads', async () => {
    const several = createTemplateWorkspace(mesh, { ...recipe, engine: 'blender', samples: 3 })
    const [first] = await firstViews(createBlenderRenderer({ threads: 1 })(several), 1)
    const [again] = await firstViews(createBlenderRenderer({ threads: 2 })(several), 1)
    expect(again).toEqual(first)
  })

  it('leaves nothing behind', async () => {
    await firstViews(createBlenderRenderer()(workspace), 1)
    expect(await readdir(folder)).toEqual([])
  })
})

describe('when it does not go well', () => {
  it('says that Blender is missing, without a path', async () => {
    const executable = join(folder, 'nowhere')
    const failure = { code: 'renderer.missing', message: expect.not.stringContaining(folder) }
    await expect(firstViews(createBlenderRenderer({ executable })(workspace), 1)).rejects.toMatchObject(failure)
    await expect(blenderVersion(executable)).rejects.toMatchObject(failure)
  })

  it.skipIf(process.platform === 'win32')('does not take another program for Blender', async () => {
    await expect(blenderVersion(await script('other', 'echo Maya 2026'))).rejects.toMatchObject({
      code: 'renderer.missing',
    })
  })

  it.skipIf(process.platform === 'win32').each([
    [
      'exits with an error',
      'echo "Error: no room in /home/x/y.txt"; echo bye; exit 7',
      /ended with 7 .*: Error: no room in \(path\)$/,
    ],
    ['is killed', 'kill -9 $$', /ended with SIGKILL/],
    ['draws nothing and calls it a success', 'exit 0', /0 of 42 views/],
  ])('says that Blender failed when it %s', async (_, body, message) => {
    const renderer = createBlenderRenderer({ executable: await script('blender', body) })
    await expect(firstViews(renderer(workspace), 1)).rejects.toMatchObject({
      code: 'renderer.failed',
      message: expect.stringMatching(message),
    })
  })

  it.skipIf(process.platform === 'win32')(
    'kills what it started, also behind a wrapper script, and throws the reason when told to stop',
    async () => {
      const pidFile = join(folder, 'pid')
      const executable = await script('blender', `sleep 600 & echo $! > "${pidFile}"; wait`)
      const stopping = new AbortController()
      const views = firstViews(createBlenderRenderer({ executable })(workspace, stopping.signal), 1)
      const ended = expect(views).rejects.toThrow('enough')
      let pid = 0
      while (!(pid > 0)) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        pid = Number(await readFile(pidFile, 'utf8').catch(() => '0'))
      }
      expect(isAlive(pid)).toBe(true)
      stopping.abort(new Error('enough'))
      await ended
      // The one that waits for an orphan reaps it a moment later.
      while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 5))
      expect((await readdir(folder)).sort()).toEqual(['blender', 'pid'])
    },
  )
})

/** Largest difference of the channels' shares of two colours. */
function distanceOfHues(a: Uint8Array, b: Uint8Array): number {
  const sumA = a.reduce((sum, value) => sum + value, 0)
  const sumB = b.reduce((sum, value) => sum + value, 0)
  return Math.max(...Array.from(a, (value, k) => Math.abs(value / sumA - (b[k] ?? 0) / sumB)))
}
