import {
  compose,
  invert,
  normalize,
  rotationOf,
  type PinholeCamera,
  type Transform,
  type Vector3,
} from '@sextant/geometry'
import { createRasterTarget, renderInto, type RasterTarget } from '@sextant/raster'
import { linearOf, type DrawnProp } from '../synth/scene-buffers.ts'
import { meetBackdrop } from '../synth/table-top.ts'
import { lookAt } from '../synth/view.ts'

/** The table's picture, sampled once: what is drawn thirty times a second is not computed thirty times. */
export interface TableTexture {
  /** linear reflectance, [TEXTURE.rows, TEXTURE.columns, 3] */
  readonly albedos: Float32Array
}

/** Shadow of the lamp: nearest distance along its axis, seen from the lamp. */
export interface ShadowMap {
  readonly lightFromWorld: Transform<'camera', 'world'>
  readonly camera: PinholeCamera
  readonly depths: Float32Array
}

/** One view: colour, distance and owner of every pixel. */
export interface TableView {
  /** [height, width, 3] linear radiance; empty when only depth was asked for */
  readonly radiance: Float32Array
  /** [height, width] mm; 0 = nothing */
  readonly depths: Float32Array
  /** [height, width] index of the prop, -1 = table or floor */
  readonly owners: Int16Array
  /** pixels each prop would cover alone */
  readonly fullCounts: readonly number[]
}

/** mm, world: corners of the sampled part of the table, and its grid. */
const TEXTURE = { x0: -640, y0: -560, step: 2, columns: 670, rows: 477 }
const FLOOR_Z = -730
const FLOOR_REFLECTANCE = 0.16
const LAMP: Vector3 = [-620, -260, 1250]
const SHADOW_SIZE = 512
const SHADOW_FOCAL = 900
const SHADOW_BIAS = 4
const AMBIENT = 0.62
const DIRECT = 0.85

export function sampleTable(): TableTexture {
  const albedos = new Float32Array(3 * TEXTURE.columns * TEXTURE.rows)
  for (let row = 0, i = 0; row < TEXTURE.rows; row++) {
    for (let column = 0; column < TEXTURE.columns; column++, i += 3) {
      const eye: Vector3 = [TEXTURE.x0 + TEXTURE.step * column + 1, TEXTURE.y0 + TEXTURE.step * row + 1, 1]
      const hit = meetBackdrop(eye, [0, 0, -1])
      if (hit !== null) albedos.set(hit.albedo, i)
    }
  }
  return { albedos }
}

/** The lamp does not move, so one map serves every view of an arrangement. */
export function castShadows(props: readonly DrawnProp[]): ShadowMap {
  const lightFromWorld = lookAt(LAMP, [0, 0, 0])
  const center = SHADOW_SIZE / 2
  const camera = { fx: SHADOW_FOCAL, fy: SHADOW_FOCAL, cx: center, cy: center, width: SHADOW_SIZE, height: SHADOW_SIZE }
  const target = createRasterTarget(SHADOW_SIZE, SHADOW_SIZE)
  const depths = new Float32Array(SHADOW_SIZE * SHADOW_SIZE)
  for (const prop of props) {
    renderInto(target, prop.raster, compose(lightFromWorld, prop.worldFromObject), camera)
    mergeNearest(depths, target)
  }
  return { lightFromWorld, camera, depths }
}

function mergeNearest(depths: Float32Array, target: RasterTarget): void {
  for (let i = 0; i < depths.length; i++) {
    const z = target.depths[i]
    if (z > 0 && (depths[i] === 0 || z < depths[i])) depths[i] = z
  }
}

export interface DrawTableOptions {
  readonly camera: PinholeCamera
  readonly cameraFromWorld: Transform<'camera', 'world'>
  readonly target: RasterTarget
  /** null: depth only */
  readonly light: { readonly texture: TableTexture; readonly shadows: ShadowMap } | null
}

/**
 * Table, floor and props with one lamp and its shadows.
 * @cost about 30 ms for 640 x 480
 */
export function drawTable(props: readonly DrawnProp[], options: DrawTableOptions): TableView {
  const { camera, cameraFromWorld, target, light } = options
  const pixels = camera.width * camera.height
  const depths = new Float32Array(pixels)
  const owners = new Int16Array(pixels).fill(-1)
  const radiance = new Float32Array(light === null ? 0 : 3 * pixels)
  const worldFromCamera = invert(cameraFromWorld)
  drawPlanes(depths, radiance, worldFromCamera, options)
  const toLamp = lampDirection(cameraFromWorld)
  const fullCounts = props.map((prop, index) => {
    const cameraFromObject = compose(cameraFromWorld, prop.worldFromObject)
    const channels = light === null ? {} : ({ normals: 'vertex', colors: true } as const)
    const coverage = renderInto(target, prop.raster, cameraFromObject, camera, channels)
    for (let y = coverage.y0; y < coverage.y1; y++) {
      for (let i = y * camera.width + coverage.x0; i < y * camera.width + coverage.x1; i++) {
        const z = target.depths[i]
        if (z === 0 || (depths[i] !== 0 && depths[i] <= z)) continue
        depths[i] = z
        owners[i] = index
        if (light === null) continue
        const n = target.normals
        const cosine = n[3 * i] * toLamp[0] + n[3 * i + 1] * toLamp[1] + n[3 * i + 2] * toLamp[2]
        const isLit = cosine > 0 && isLitAt(light.shadows, worldFromCamera, camera, i, z)
        const strength = AMBIENT + (isLit ? DIRECT * cosine : 0)
        for (let c = 0; c < 3; c++) radiance[3 * i + c] = strength * LINEAR[target.colors[3 * i + c]]
      }
    }
    return coverage.pixelCount
  })
  return { radiance, depths, owners, fullCounts }
}

/** sRGB counts to linear reflectance. */
const LINEAR = Float32Array.from({ length: 256 }, (_, value) => linearOf(value))

/** Direction to the lamp from the middle of the table, unit, camera. */
function lampDirection(cameraFromWorld: Transform<'camera', 'world'>): Vector3 {
  const R = rotationOf(cameraFromWorld)
  const [x, y, z] = normalize(LAMP)
  return [R[0] * x + R[1] * y + R[2] * z, R[3] * x + R[4] * y + R[5] * z, R[6] * x + R[7] * y + R[8] * z]
}

function drawPlanes(
  depths: Float32Array,
  radiance: Float32Array,
  worldFromCamera: Transform<'world', 'camera'>,
  { camera, light }: DrawTableOptions,
): void {
  const [r0, r1, r2, ex, r4, r5, r6, ey, r8, r9, r10, ez] = worldFromCamera
  const towardsLamp = normalize(LAMP)[2]
  for (let v = 0, i = 0; v < camera.height; v++) {
    const y = (v - camera.cy) / camera.fy
    for (let u = 0; u < camera.width; u++, i++) {
      const x = (u - camera.cx) / camera.fx
      const dz = r8 * x + r9 * y + r10
      if (dz > -1e-6) continue
      let z = -ez / dz
      const column = Math.floor((ex + z * (r0 * x + r1 * y + r2) - TEXTURE.x0) / TEXTURE.step)
      const row = Math.floor((ey + z * (r4 * x + r5 * y + r6) - TEXTURE.y0) / TEXTURE.step)
      const isTable = column >= 0 && row >= 0 && column < TEXTURE.columns && row < TEXTURE.rows
      if (!isTable) z = (FLOOR_Z - ez) / dz
      depths[i] = z
      if (light === null) continue
      const isLit = isTable && isLitAt(light.shadows, worldFromCamera, camera, i, z)
      const strength = AMBIENT + (isLit ? DIRECT * towardsLamp : 0)
      const texel = 3 * (row * TEXTURE.columns + column)
      for (let c = 0; c < 3; c++) {
        radiance[3 * i + c] = strength * (isTable ? light.texture.albedos[texel + c] : FLOOR_REFLECTANCE)
      }
    }
  }
}

function isLitAt(
  { lightFromWorld: L, camera: lamp, depths }: ShadowMap,
  worldFromCamera: Float64Array,
  camera: PinholeCamera,
  pixel: number,
  z: number,
): boolean {
  const W = worldFromCamera
  const column = pixel % camera.width
  const cx = (z * (column - camera.cx)) / camera.fx
  const cy = (z * ((pixel - column) / camera.width - camera.cy)) / camera.fy
  const x = W[0] * cx + W[1] * cy + W[2] * z + W[3]
  const y = W[4] * cx + W[5] * cy + W[6] * z + W[7]
  const h = W[8] * cx + W[9] * cy + W[10] * z + W[11]
  const depth = L[8] * x + L[9] * y + L[10] * h + L[11]
  const u = Math.round((lamp.fx * (L[0] * x + L[1] * y + L[2] * h + L[3])) / depth + lamp.cx)
  const v = Math.round((lamp.fy * (L[4] * x + L[5] * y + L[6] * h + L[7])) / depth + lamp.cy)
  if (u < 0 || v < 0 || u >= lamp.width || v >= lamp.height) return true
  const blocker = depths[v * lamp.width + u]
  return blocker === 0 || blocker > depth - SHADOW_BIAS
}
