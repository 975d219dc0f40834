import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CAPTURE_DEFAULTS, readCameraCapture } from '@sextant/image'
import type { BopFrame } from './bop-scenes.ts'

/** Camera captures below `folder` as frames without instances, depth aligned to colour; dark ones too. */
export async function* captureFrames(folder: string): AsyncGenerator<BopFrame> {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder).sort()) {
    const capture = join(folder, name)
    if (!existsSync(join(capture, 'depth_raw.bin'))) continue
    const bytes = (file: string): Uint8Array => readFileSync(join(capture, file))
    const json = (file: string): unknown => JSON.parse(readFileSync(join(capture, file), 'utf8'))
    const streams = {
      colorJpeg: bytes('color.jpg'),
      colorRaw: bytes('color_raw.bin'),
      depthRaw: bytes('depth_raw.bin'),
      calibration: json('calibration.json'),
      status: json('status.json'),
    }
    const { frame } = await readCameraCapture(streams, { ...CAPTURE_DEFAULTS, minBrightness: 0 })
    yield { name, frame, instances: [] }
  }
}
