import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SceneResponseV2 } from '@sextant/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXAMPLES, startFourServices, type FourServices } from './four-services.ts'

let services: FourServices
let frame: { color: string; depth: string; camParams: Record<string, unknown> }
let truth: { name: string; t_mm: number[] }[]

beforeAll(async () => {
  services = await startFourServices()
  const scene = join(EXAMPLES, 'scene')
  frame = {
    color: (await readFile(join(scene, 'rgb.png'))).toString('base64'),
    depth: (await readFile(join(scene, 'depth.png'))).toString('base64'),
    camParams: JSON.parse(await readFile(join(scene, 'camera.json'), 'utf8')) as Record<string, unknown>,
  }
  truth = JSON.parse(await readFile(join(scene, 'gt.json'), 'utf8')) as typeof truth
})

afterAll(() => services.close())

async function post(fields: Record<string, unknown>, headers: Record<string, string> = {}) {
  const payload = { ...frame, ...fields }
  return services.main.inject({ method: 'POST', url: '/api/v2/scenes', payload, headers })
}

const named = (...names: string[]): { className: string; objectName: string }[] =>
  names.map((objectName) => ({ className: 'example', objectName }))

/** Distance to the nearest true instance of that name, mm. */
function errorOf(name: string, translation: readonly number[]): number {
  const all = truth.filter((instance) => instance.name === name)
  return Math.min(...all.map(({ t_mm }) => Math.hypot(...t_mm.map((value, k) => value - (translation[k] ?? 0)))))
}

/** Image pixels of a mask as it is on the wire, column-major. */
function pixelsOf({ counts }: { counts: readonly number[] }): number[] {
  const pixels: number[] = []
  let position = 0
  counts.forEach((count, index) => {
    if (index % 2 === 1) for (let p = position; p < position + count; p++) pixels.push(p)
    position += count
  })
  return pixels
}

describe('POST /api/v2/scenes', () => {
  it('poses all objects of a class, explains no pixel twice, and keeps going past broken CAD', async () => {
    const response = await post({ classes: ['example'], options: { maxInstances: 2 } })
    expect(response.statusCode).toBe(200)
    const answer = response.json<SceneResponseV2>()
    const byName = new Map(answer.objects.map((object) => [object.objectName, object]))
    expect([...byName.keys()].sort()).toEqual(['box', 'empty', 'garbage', 'mug'])
    expect(byName.get('garbage')).toMatchObject({ status: 'failed', poses: [], error: { code: 'mesh.undecodable' } })
    const poses = ['box', 'mug'].flatMap((name) => {
      const found = byName.get(name)
      expect(found?.status).toBe('estimated')
      for (const { translation } of found?.poses ?? []) expect(errorOf(name, translation)).toBeLessThan(2)
      return found?.poses ?? []
    })
    expect(poses).toHaveLength(3)
    const pixels = poses.flatMap(({ mask }) => pixelsOf(mask))
    expect(new Set(pixels).size).toBe(pixels.length)
    expect(answer.options.maxInstances).toBe(2)
  })

  it('answers the instance the user points at: by click, by box, by mask', async () => {
    const all = (await post({ objects: named('mug'), options: { maxInstances: 2 } })).json<SceneResponseV2>()
    const mugs = all.objects[0]?.poses ?? []
    expect(mugs).toHaveLength(2)
    const [height] = mugs[0]?.mask.size ?? [0]
    for (const { mask, translation } of mugs) {
      const pixels = pixelsOf(mask)
      const middle = pixels[pixels.length >> 1] ?? 0
      const columns = pixels.map((p) => Math.floor(p / height))
      const rows = pixels.map((p) => p % height)
      const box = {
        x0: Math.min(...columns),
        y0: Math.min(...rows),
        x1: Math.max(...columns) + 1,
        y1: Math.max(...rows) + 1,
      }
      for (const evidence of [{ click: { x: Math.floor(middle / height), y: middle % height } }, { box }, { mask }]) {
        const [object] = named('mug')
        const answer = (await post({ objects: [{ ...object, evidence }] })).json<SceneResponseV2>()
        const [pose] = answer.objects[0]?.poses ?? []
        expect(Math.hypot(...translation.map((value, k) => value - (pose?.translation[k] ?? 0)))).toBeLessThan(5)
      }
    }
    const nothing = (
      await post({ objects: [{ ...named('mug')[0], evidence: { click: { x: 2, y: 2 } } }] })
    ).json<SceneResponseV2>()
    expect(nothing.objects[0]).toMatchObject({ status: 'not_found', poses: [] })
  }, 120_000)

  it('tells its progress as events and ends with the answer', async () => {
    const response = await post({ objects: named('box', 'mug') }, { accept: 'text/event-stream' })
    expect(response.headers['content-type']).toContain('text/event-stream')
    const events = response.body.split('\n\n').filter((text) => text.startsWith('event:'))
    const names = events.map((text) => /event: (\w+)/.exec(text)?.[1])
    expect(names.filter((name) => name === 'progress')).toHaveLength(4)
    expect(names.at(-1)).toBe('result')
    const result = JSON.parse(/data: (.*)/.exec(events.at(-1) ?? '')?.[1] ?? '{}') as SceneResponseV2
    expect(result.objects.map(({ status }) => status)).toEqual(['estimated', 'estimated'])
  })

  it.each([
    ['no object', {}, 400, 'request.malformed'],
    ['an unknown object', { objects: named('nothing') }, 404, 'object.not_found'],
    ['a path as a name', { objects: [{ className: '..', objectName: 'x' }] }, 400, 'request.path_forbidden'],
    ['an unknown class', { classes: ['nowhere'] }, 404, 'class.not_found'],
    ['no frame', { objects: named('box'), color: null, depth: null }, 400, 'request.malformed'],
    ['no camera', { objects: named('box'), camParams: null }, 422, 'camera.intrinsics_missing'],
    ['a broken image', { objects: named('box'), color: 'AAAA' }, 422, 'image.undecodable'],
    ['a camera besides images', { objects: named('box'), camera: {} }, 400, 'request.malformed'],
    ['a threshold of 7', { objects: named('box'), options: { scoreThreshold: 7 } }, 422, 'request.schema_violation'],
  ])('refuses %s', async (_, fields, status, code) => {
    const response = await post(fields)
    expect(response.json()).toMatchObject({ code })
    expect(response.statusCode).toBe(status)
  })
})
