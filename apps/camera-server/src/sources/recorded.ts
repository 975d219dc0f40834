import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError } from '@sextant/contracts'
import type { CaptureSource, SourceFrame } from '../capture-source.ts'
import { calibrationSchema, statusSchema } from '../wire.ts'

const FILES = { colorJpeg: 'color.jpg', colorRaw: 'color_raw.bin', depthRaw: 'depth_raw.bin', depthJpeg: 'depth.jpg' }

/**
 * Captures as a camera server once sent them, byte for byte, in a loop. The folder is one capture, or holds several as
 * sub-folders, which are then played in the order of their names.
 *
 * @throws {PlatformError} camera.bad_response: no capture there, or an incomplete one
 */
export async function openRecorded(folder: string, fps: number): Promise<CaptureSource> {
  const names = await readdir(folder).catch((): string[] => [])
  const captures = names.includes(FILES.depthRaw) ? [folder] : await subFolders(folder, names)
  if (captures.length === 0) {
    throw new PlatformError('camera.bad_response', { detail: `the folder holds no ${FILES.depthRaw}` })
  }
  const [first = ''] = captures
  const calibration = calibrationSchema.parse(await readJson(join(first, 'calibration.json')))
  const { device_info: device } = statusSchema.parse(await readJson(join(first, 'status.json')))
  const kept = new Map([[first, Promise.resolve(await readCapture(first))]])
  return {
    device,
    calibration,
    fps,
    frameAt(index) {
      const capture = captures[index % captures.length] ?? first
      const known = kept.get(capture) ?? readCapture(capture)
      kept.set(capture, known)
      return known
    },
    close: () => Promise.resolve(),
  }
}

async function subFolders(folder: string, names: readonly string[]): Promise<string[]> {
  const folders: string[] = []
  for (const name of [...names].sort()) {
    const files = await readdir(join(folder, name)).catch((): string[] => [])
    if (files.includes(FILES.depthRaw)) folders.push(join(folder, name))
  }
  return folders
}

async function readCapture(folder: string): Promise<SourceFrame> {
  const read = (name: string): Promise<Uint8Array> => readFile(join(folder, name))
  const [colorJpeg, colorRaw, depthRaw, depthJpeg] = await Promise.all([
    read(FILES.colorJpeg),
    read(FILES.colorRaw),
    read(FILES.depthRaw),
    read(FILES.depthJpeg),
  ])
  return { colorJpeg, colorRaw, depthRaw, depthJpeg, truth: null }
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8')) as unknown
}
