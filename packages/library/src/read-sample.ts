import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError } from '@sextant/contracts'
import type { ObjectLibrary } from './object-library.ts'

/** A frame to try a service with, as v1 requests carry it. */
export interface Sample {
  /** as a client would name it */
  readonly folder: string
  readonly frame: { readonly rgb_image: string; readonly depth_image: string; readonly cam_params: unknown }
}

/** Where samples are looked for: the original's example data, then the static folder's. */
export const SAMPLE_FOLDERS = ['SAM-6D/SAM-6D/Data/Example', 'static/test'] as const

/**
 * The first sample found; null when there is none.
 * @param folder  the only place to look
 * @throws {PlatformError} request.path_forbidden; request.malformed when camera.json is not JSON
 */
export async function readSample(library: Pick<ObjectLibrary, 'confine'>, folder?: string): Promise<Sample | null> {
  for (const place of folder === undefined ? SAMPLE_FOLDERS : [folder]) {
    const path = library.confine(place)
    const read = (name: string): Promise<Buffer | null> => readFile(join(path, name)).catch(() => null)
    const [rgb, depth, camera] = await Promise.all([read('rgb.png'), read('depth.png'), read('camera.json')])
    if (rgb === null || depth === null || camera === null) continue
    let cam_params: unknown
    try {
      cam_params = JSON.parse(camera.toString('utf8').replace(/^\uFEFF/, ''))
    } catch (cause) {
      throw new PlatformError('request.malformed', { detail: `${place}/camera.json is not JSON`, cause })
    }
    return {
      folder: place,
      frame: { rgb_image: rgb.toString('base64'), depth_image: depth.toString('base64'), cam_params },
    }
  }
  return null
}
