import { PlatformError, type Detection, type EngineChoiceV2, type EngineNameV2 } from '@sextant/contracts'
import { describe, expect, it } from 'vitest'
import { estimateScene, refusalOfScene, type SceneObject } from './estimate-scene.ts'
import { rleOfRuns } from './pixel-runs.ts'
import type { EncodedFrame, Stages } from './stages.ts'

const camera = { fx: 100, fy: 100, cx: 5, cy: 5, width: 10, height: 10 }
const frame: EncodedFrame = { color: new Uint8Array(), depth: new Uint8Array(), camera, millimetersPerCount: 1 }
const found: Detection = {
  mask: rleOfRuns([0, 20], [10, 10]),
  box: { x0: 0, y0: 0, x1: 2, y1: 10 },
  score: 1,
  source: 'network',
}
const box = { box: { x0: 0, y0: 0, x1: 4, y1: 4 } }

/**
 * Stages whose servers run `own`, and have `others` besides; every call is noted. The networks refuse an object without
 * templates.
 *
 * @param folder  of templates; filled when they are asked for, unless it `isBroken`
 */
function stagesOf(
  own: EngineNameV2,
  others: readonly EngineNameV2[] = [],
  folder: { hasTemplates: boolean; readonly isBroken?: boolean } = { hasTemplates: true },
) {
  const calls: string[] = []
  const engineFor = (asked: EngineChoiceV2 | null): EngineNameV2 => {
    const engine = asked === null ? own : asked === 'auto' ? (others[0] ?? own) : asked
    if (engine === own || others.includes(engine)) return engine
    throw new PlatformError('engine.unavailable', { detail: `no ${engine}` })
  }
  const stages: Stages = {
    templates: {
      ensure() {
        calls.push('templates')
        const skipped = folder.hasTemplates
        folder.hasTemplates = folder.isBroken !== true
        return Promise.resolve({ skipped, timings: {} })
      },
    },
    segmentation: {
      async detect({ engine, limit }) {
        calls.push(`detect up to ${limit}`)
        return Promise.resolve({ detections: [found], engine: engineFor(engine), timings: { decode: 1 } })
      },
    },
    pose: {
      async estimate({ engine, detections }) {
        calls.push(`pose ${detections === null ? 'the frame' : detections.map(({ source }) => source).join()}`)
        const answering = engineFor(engine)
        if (answering === 'sam6d' && !folder.hasTemplates) {
          throw new PlatformError('bundle.not_found', { detail: 'render the templates' })
        }
        return Promise.resolve({
          outcome: { status: 'not_found', reason: 'no_candidates', poses: [], bestRejected: null } as const,
          object: { diameter: 1, center: [0, 0, 0] },
          engine: answering,
          timings: { decode: 2 },
        })
      },
    },
  }
  return { stages, calls }
}

async function search(stages: Stages, engine: EngineChoiceV2 | null, evidence: SceneObject['evidence'] = null) {
  const options = { maxInstances: 1, scoreThreshold: 0.25, seed: 0, timeBudgetMs: null, preset: 'fast', generator: 'pairs', cadColors: 'trusted' } as const // prettier-ignore
  const objects = [{ className: 'c', objectName: 'o', evidence }]
  const request = { frame, objects, options, engine, detectionLimit: 7, concurrency: 1 }
  return estimateScene(request, stages, { requestId: 'r', now: () => 0 })
}

describe('the engine of a scene', () => {
  it('geometric proposes by itself: neither templates nor segmentation are asked', async () => {
    const { stages, calls } = stagesOf('geometric')
    const [result] = await search(stages, null)
    expect(calls).toEqual(['pose the frame'])
    expect(result?.engine).toBe('geometric')
  })

  it('sam6d poses what segmentation has found', async () => {
    const { stages, calls } = stagesOf('geometric', ['sam6d'])
    const [result] = await search(stages, 'sam6d')
    expect(calls).toEqual(['templates', 'detect up to 7', 'pose network'])
    expect(result).toMatchObject({ engine: 'sam6d', timings: { decode: 2, 'segmentation decode': 1 } })
  })

  it.each(['auto', null] as const)(
    '%s: segmentation is asked once the stage says that its networks answer',
    async (engine) => {
      const { stages, calls } = stagesOf('sam6d')
      const [result] = await search(stages, engine)
      expect(calls).toEqual(['pose the frame', 'templates', 'detect up to 7', 'pose network'])
      expect(result?.engine).toBe('sam6d')
    },
  )

  it('sam6d poses where the user points, without segmentation', async () => {
    const { stages, calls } = stagesOf('sam6d')
    await search(stages, 'sam6d', box)
    expect(calls).toEqual(['templates', 'pose user'])
  })

  it.each(['auto', null] as const)('%s: networks that ask for templates get them rendered', async (engine) => {
    const { stages, calls } = stagesOf('sam6d', [], { hasTemplates: false })
    const [result] = await search(stages, engine)
    expect(calls).toEqual(['pose the frame', 'templates', 'detect up to 7', 'pose network'])
    expect(result).toMatchObject({ engine: 'sam6d', error: null })
  })

  it.each(['auto', null] as const)('%s: also where the user points', async (engine) => {
    const { stages, calls } = stagesOf('sam6d', [], { hasTemplates: false })
    const [result] = await search(stages, engine, box)
    expect(calls).toEqual(['pose user', 'templates', 'pose user'])
    expect(result).toMatchObject({ engine: 'sam6d', error: null })
  })

  it('is asked for once more, not for ever, where rendering does not help', async () => {
    const { stages, calls } = stagesOf('sam6d', [], { hasTemplates: false, isBroken: true })
    const [result] = await search(stages, 'auto', box)
    expect(calls).toEqual(['pose user', 'templates', 'pose user'])
    expect(result?.error?.code).toBe('bundle.not_found')
  })

  it('that is not there refuses the scene; what is wrong with one object does not', async () => {
    const { stages } = stagesOf('geometric')
    expect(refusalOfScene(await search(stages, 'sam6d'))).toMatchObject({ code: 'engine.unavailable' })
    const broken: Stages = {
      ...stages,
      pose: { estimate: () => Promise.reject(new PlatformError('mesh.undecodable', { detail: 'no' })) },
    }
    const results = await search(broken, null)
    expect([results[0]?.error?.code, results[0]?.engine, refusalOfScene(results)]).toEqual([
      'mesh.undecodable',
      null,
      null,
    ])
  })
})
