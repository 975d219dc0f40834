import { createTrace } from '@sextant/contracts'
import { multiplyRotations, rotationAbout, transformFrom } from '@sextant/geometry'
import { estimateObject, POSE_DEFAULTS, prepareModel, prepareScene } from '@sextant/pose'
import { createBracketMesh, renderTableFrame } from '@sextant/testkit'
import { existsSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { createSearchThreads } from './search-threads.ts'

const entry = new URL('../../../apps/pem-server/dist/workers/search.worker.js', import.meta.url)
const mesh = createBracketMesh()
const TILTED = multiplyRotations(rotationAbout([1, 0, 0], 2.2), rotationAbout([0, 0, 1], 0.6))
const objects = [{ mesh, cameraFromObject: transformFrom<'camera', 'object'>(TILTED, [25, -15, 700]) }]
const scene = prepareScene(renderTableFrame({ objects }))
const model = prepareModel(mesh)
const env = () => ({ trace: createTrace(() => 0) })

describe('createSearchThreads', () => {
  const team = createSearchThreads(entry, 3)
  afterAll(() => team.close())

  it('finds its workers built', () => {
    expect(existsSync(entry)).toBe(true)
    expect(team.threads).toBe(3)
  })

  it.each([null, 5000])('gives the answer of one thread, byte for byte (time budget %s)', (timeBudgetMs) => {
    for (const seed of [0, 1]) {
      const options = { ...POSE_DEFAULTS, seed, timeBudgetMs, maxInstances: 2, scoreThreshold: 0 }
      const alone = estimateObject(scene, model, null, options, env())
      const shared = estimateObject(scene, model, null, options, { ...env(), openRunner: team.openRunner })
      expect(alone.poses.length).toBeGreaterThan(0)
      expect(JSON.stringify(shared)).toBe(JSON.stringify(alone))
    }
  })

  it('passes a failure on and works on', () => {
    const broken = { ...model, pairTable: { ...model.pairTable, cellStart: null } } as unknown as typeof model
    const ask = (asked: typeof model) =>
      estimateObject(scene, asked, null, POSE_DEFAULTS, { ...env(), openRunner: team.openRunner })
    expect(() => ask(broken)).toThrow()
    expect(ask(model).status).toBe('estimated')
  })

  it('forgets objects that are long unused', () => {
    for (let k = 0; k < 25; k++) team.openRunner(scene, { ...model }, { mask: null, seed: 0, generator: 'pairs' })
    const outcome = estimateObject(scene, model, null, POSE_DEFAULTS, { ...env(), openRunner: team.openRunner })
    expect(outcome.status).toBe('estimated')
  })
})
