import { MILLIMETERS_PER_METER, type PinholeCamera } from '@sextant/geometry'
import { createWorkerPool, workerEntry } from '@sextant/service-kit'
import type { CaptureSource } from '../capture-source.ts'
import type { SyntheticResult, SyntheticTask } from '../synthetic-task.ts'
import type { CameraCalibrationWire } from '../wire.ts'
import { encodeFrame } from './encode-frame.ts'

export interface SyntheticOptions {
  /** folder of CAD in mm; null: the example's */
  readonly models: string | null
  readonly seed: number
  readonly fps: number
}

/** Things on a table, drawn as a depth camera on a moving arm sees them, with their true poses. */
export async function openSynthetic({ models, seed, fps }: SyntheticOptions): Promise<CaptureSource> {
  const pool = createWorkerPool<SyntheticTask, SyntheticResult>({
    entry: workerEntry(import.meta.url, 'synthetic'),
    threads: 1,
    maxQueue: 4,
  })
  try {
    const { cameras } = await pool.run({ models, seed, index: 0 })
    return {
      device: { name: 'Synthetic table', serial_number: String(seed), usb_type: '3.2', firmware_version: '0.1.0' },
      calibration: toCalibration(cameras),
      fps,
      async frameAt(index) {
        const { color, depthCounts, truth } = await pool.run({ models, seed, index })
        const { width, height } = cameras.depth
        return { ...(await encodeFrame(color, { width, height, counts: depthCounts })), truth }
      },
      close: () => pool.close(),
    }
  } catch (error) {
    await pool.close()
    throw error
  }
}

function toCalibration({ color, depth, rotation, translation }: SyntheticResult['cameras']): CameraCalibrationWire {
  const columns = [0, 1, 2].flatMap((c) => [0, 3, 6].map((r) => rotation[r + c] ?? 0))
  return {
    depth_intrinsics: intrinsicsOf(depth),
    color_intrinsics: intrinsicsOf(color),
    depth_to_color_extrinsics: {
      rotation: columns,
      translation: translation.map((value) => value / MILLIMETERS_PER_METER),
    },
  }
}

function intrinsicsOf({ width, height, fx, fy, cx, cy }: PinholeCamera): CameraCalibrationWire['color_intrinsics'] {
  return { width, height, fx, fy, ppx: cx, ppy: cy, model: 'distortion.brown_conrady', coeffs: [0, 0, 0, 0, 0] }
}
