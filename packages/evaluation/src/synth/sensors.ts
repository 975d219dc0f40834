import type { Rng } from '@sextant/geometry'
import { DEPTH_SENSOR, type DepthSensor } from './depth-sensor.ts'

export type SensorKind = 'structured-light' | 'stereo' | 'time-of-flight'
export const SENSOR_KINDS: readonly SensorKind[] = ['structured-light', 'stereo', 'time-of-flight']

/**
 * One camera of a kind, with the calibration errors such cameras have in the field: depth that reads a few
 * thousandths (structured light) to 2.5 % (stereo, at 1 m) too far, surfaces bent by up to a few mm over the size of an
 * object, and depth registered 0 to 3 px beside the colour.
 */
export function drawSensor(kind: SensorKind, rng: Rng): DepthSensor {
  const shift = [1.2 * rng.normal(), 0.8 * rng.normal()] as const
  const level = 0.5 + 0.8 * rng.next()
  const warpSize = 35 + 60 * rng.next()
  if (kind === 'stereo') {
    return {
      ...DEPTH_SENSOR,
      pixelNoise: 0.035 * level,
      warp: 0.15 * rng.next(),
      warpSize,
      patchNoise: 0.07 * level,
      darkness: 28,
      darkDropout: 0.25,
      scaleBias: 0.025 * rng.next(),
      offsetBias: 1.5 * rng.normal(),
      shift,
    }
  }
  if (kind === 'structured-light') {
    return {
      ...DEPTH_SENSOR,
      baseline: 75,
      pixelNoise: 0.05 * level,
      warp: 0.25 * rng.next(),
      warpSize,
      patchNoise: 0.045 * level,
      patchSize: 7,
      disparityStep: 1 / 8,
      edgeJitter: 0.8,
      edgeDropout: 0.45,
      darkness: 40,
      darkDropout: 0.5,
      scaleBias: 0.004 * rng.normal(),
      offsetBias: 3 * rng.normal(),
      shift,
    }
  }
  return {
    ...DEPTH_SENSOR,
    baseline: 60,
    pixelNoise: 0.05 * level,
    warp: 0.2 * rng.next(),
    warpSize,
    patchNoise: 0.04 * level,
    disparityStep: 0,
    edgeDropout: 0.1,
    edgeMixing: 0.6,
    hasShadowBand: false,
    darkness: 45,
    darkDropout: 0.35,
    scaleBias: 0.002 * rng.normal(),
    offsetBias: 4 * rng.normal(),
    shift,
  }
}
