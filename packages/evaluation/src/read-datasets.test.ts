import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { averageRecallMspd, averageRecallMssd, type InstanceScore } from './average-recall.ts'
import { loadFrame, loadMask, loadModel } from './evaluation-case.ts'
import { metricPointsOf } from './metric-points.ts'
import { poseErrors } from './pose-errors.ts'
import { readBopScenes } from './read-bop-scenes.ts'
import { readRealCases } from './read-real-cases.ts'
import { symmetriesOf } from './symmetries.ts'
import { visibleMask } from './visible-mask.ts'

const data = fileURLToPath(new URL('../../../../shared/data', import.meta.url))
const synth = `${data}/synth_bop`
const real = `${data}/real`

describe('data set readers', () => {
  it.skipIf(!existsSync(synth))(
    'score the ground truth of the synthetic set with 1.0 (needs the data set)',
    async () => {
      const cases = await readBopScenes(synth)
      expect(cases.length).toBeGreaterThan(40)
      const scores: InstanceScore[] = []
      for (const { instances, intrinsics } of cases.slice(0, 3)) {
        for (const { model, cameraFromObject } of instances) {
          if (model.info === null) throw new Error('every object of the set has an entry')
          const errors = poseErrors(
            cameraFromObject,
            cameraFromObject,
            metricPointsOf(await loadModel(model)),
            symmetriesOf(model.info),
            { ...intrinsics, width: 640, height: 480 },
          )
          scores.push({ mssdPerDiameter: errors.mssd / model.info.diameter, mspd: errors.mspd, imageWidth: 640 })
        }
      }
      expect(scores.length).toBeGreaterThan(15)
      expect(averageRecallMssd(scores)).toBe(1)
      expect(averageRecallMspd(scores)).toBe(1)
    },
  )

  it.skipIf(!existsSync(synth))('derive about the mask the synthetic set states (needs the data set)', async () => {
    const [first] = await readBopScenes(synth)
    const frame = await loadFrame(first)
    for (const instance of first.instances.slice(0, 3)) {
      const stated = await loadMask(instance.maskPath ?? '')
      const derived = visibleMask(frame, await loadModel(instance.model), instance.cameraFromObject)
      let both = 0
      let either = 0
      derived.data.forEach((inside, i) => {
        if (frame.depth.data[i] === 0) return
        both += inside & stated.data[i]
        either += inside | stated.data[i]
      })
      expect(both / either).toBeGreaterThan(0.85)
    }
  })

  it.skipIf(!existsSync(real))('read the real frames in millimetres (needs the data set)', async () => {
    const cases = await readRealCases(real)
    expect(cases.map((item) => item.id)).toContain('coke_d435_1')
    const coke = cases.find((item) => item.id === 'coke_d435_1')!
    const frame = await loadFrame(coke)
    const mesh = await loadModel(coke.instances[0].model)
    // A drinks can: the visible part is thousands of pixels, which only holds when units agree.
    const inside = visibleMask(frame, mesh, coke.instances[0].cameraFromObject).data.reduce((sum, v) => sum + v, 0)
    expect(inside).toBeGreaterThan(7000)
  })
})
