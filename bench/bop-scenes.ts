import { decode } from 'fast-png'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Frame, PinholeCamera } from '@sextant/geometry'

/** One instance of a BOP frame. */
export interface BopInstance {
  readonly objectId: number
  /** row-major, object to camera */
  readonly rotation: readonly number[]
  /** mm */
  readonly translation: readonly number[]
  readonly visibleFraction: number
  readonly visiblePixels: number
  /** [height, width] 0 or 1 */
  readonly mask: Uint8Array
}

export interface BopFrame {
  readonly name: string
  readonly frame: Frame
  readonly instances: readonly BopInstance[]
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
/** The value at a key that must exist. */
export function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RangeError(`${what} is missing`)
  return value
}
const pad = (id: string | number): string => String(id).padStart(6, '0')

/** Depth PNG and colour PNG plus intrinsics. */
export function readFrame(colorPath: string, depthPath: string, K: readonly number[], depthScale: number): Frame {
  const rgb = decode(readFileSync(colorPath))
  const raw = decode(readFileSync(depthPath))
  const { width, height } = rgb
  const data = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) data[3 * i + c] = rgb.data[rgb.channels * i + (rgb.channels < 3 ? 0 : c)] ?? 0
  }
  const [fx = 0, , cx = 0, , fy = 0, cy = 0] = K
  const camera: PinholeCamera = { fx, fy, cx, cy, width, height }
  const depth = { width, height, data: Float32Array.from(raw.data, (value) => value * depthScale) }
  return { color: { width, height, data }, depth, camera }
}

/** Frames of one BOP scene folder in order, every `stride`-th. */
export function* readScene(folder: string, stride = 1): Generator<BopFrame> {
  const cameras = readJson(join(folder, 'scene_camera.json')) as Record<
    string,
    { cam_K: number[]; depth_scale: number }
  >
  const poses = readJson(join(folder, 'scene_gt.json')) as Record<
    string,
    { obj_id: number; cam_R_m2c: number[]; cam_t_m2c: number[] }[]
  >
  const infos = readJson(join(folder, 'scene_gt_info.json')) as Record<
    string,
    { visib_fract: number; px_count_visib: number }[]
  >
  const ids = Object.keys(cameras).sort((a, b) => Number(a) - Number(b))
  for (const id of ids.filter((_, k) => k % stride === 0)) {
    const { cam_K, depth_scale } = must(cameras[id], `camera ${id}`)
    const frame = readFrame(
      join(folder, 'rgb', `${pad(id)}.png`),
      join(folder, 'depth', `${pad(id)}.png`),
      cam_K,
      depth_scale,
    )
    const instances = must(poses[id], `poses ${id}`).map((pose, index) => {
      const path = join(folder, 'mask_visib', `${pad(id)}_${pad(index)}.png`)
      const mask = new Uint8Array(frame.color.width * frame.color.height)
      if (existsSync(path)) {
        const png = decode(readFileSync(path))
        if (png.depth === 1) {
          const rowBytes = Math.ceil(png.width / 8)
          for (let i = 0; i < mask.length; i++) {
            const x = i % png.width
            const y = (i - x) / png.width
            mask[i] = ((png.data[y * rowBytes + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1
          }
        } else for (let i = 0; i < mask.length; i++) mask[i] = (png.data[png.channels * i] ?? 0) > 0 ? 1 : 0
      }
      const info = must(infos[id]?.[index], `info ${id}`)
      return {
        objectId: pose.obj_id,
        rotation: pose.cam_R_m2c,
        translation: pose.cam_t_m2c,
        visibleFraction: info.visib_fract,
        visiblePixels: info.px_count_visib,
        mask,
      }
    })
    yield { name: `${folder.split('/').at(-1) ?? ''}/${pad(id)}`, frame, instances }
  }
}
