import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FormData } from 'undici'
import { EXAMPLES } from './four-services.ts'

/** The frame of the example as its files have it. */
export interface ExampleFrame {
  readonly color: Uint8Array
  readonly depth: Uint8Array
  readonly camParams: Record<string, unknown>
}

export async function readExampleFrame(): Promise<ExampleFrame> {
  return {
    color: await readFile(join(EXAMPLES, 'scene/rgb.png')),
    depth: await readFile(join(EXAMPLES, 'scene/depth.png')),
    camParams: JSON.parse(await readFile(join(EXAMPLES, 'scene/camera.json'), 'utf8')) as Record<string, unknown>,
  }
}

/** A request of API v2 with an uploaded frame; the camera is the frame's unless the fields have one. */
export function postFrame(
  url: string,
  { color, depth, camParams }: ExampleFrame,
  fields: object,
  headers: Record<string, string> = {},
): Promise<Response> {
  const form = new FormData()
  form.set('request', JSON.stringify({ camParams, ...fields }))
  form.set('color', new Blob([color]), 'rgb.png')
  form.set('depth', new Blob([depth]), 'depth.png')
  return fetch(url, { method: 'POST', body: form as never, headers })
}
