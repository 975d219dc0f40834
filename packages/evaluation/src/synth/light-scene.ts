import { add, compose, cross, dot, normalize, scale, subtract, type Transform, type Vector3 } from '@sextant/geometry'
import { createRasterTarget, renderInto } from '@sextant/raster'
import { OWNER_FLOOR, OWNER_NOTHING, type DrawnProp, type SceneBuffers } from './scene-buffers.ts'
import type { Finish } from './scene-layout.ts'
import { lookAt } from './view.ts'

/** A small source of light. */
interface Light {
  readonly position: Vector3
  readonly radiance: Vector3
  readonly isKey: boolean
}

const CENTER: Vector3 = [0, 0, 40]
const SHADOW_SIZE = 640
const SHADOW_REACH = 430
const SHADOW_BIAS = 3
const FLOOR_LIGHT = 0.45

/** A round lamp and an even sky. */
export interface Lighting {
  /** mm, world */
  readonly keyPosition: Vector3
  /** mm */
  readonly keyRadius: number
  readonly keyRadiance: Vector3
  readonly skyRadiance: Vector3
  /** shadow maps that sample the lamp and the sky */
  readonly keyCount: number
  readonly skyCount: number
}

/** Warm lamp from the upper left behind the camera, cool sky from everywhere above. */
export const EXAMPLE_LIGHTING: Lighting = {
  keyPosition: [-620, -260, 1250],
  keyRadius: 130,
  keyRadiance: [1.05, 0.98, 0.88],
  skyRadiance: [0.62, 0.66, 0.72],
  keyCount: 16,
  skyCount: 48,
}

/**
 * Light arriving at every pixel times what the surface sends back: a round lamp and the sky, both with shadows, light
 * thrown back by the table, highlights and mirrored surroundings.
 *
 * @returns [height, width, 3] linear radiance
 * @cost one small depth map per sample of lamp and sky, and one look-up per pixel and map
 */
export function lightScene(
  buffers: SceneBuffers,
  props: readonly DrawnProp[],
  eye: Vector3,
  lighting: Lighting = EXAMPLE_LIGHTING,
): Float32Array {
  const pixels = buffers.depths.length
  const out = new Float32Array(3 * pixels)
  const irradiance = new Float32Array(3 * pixels)
  const keySeen = new Float32Array(pixels)
  const skySeen = new Float32Array(pixels)
  for (const light of lightsOf(lighting)) {
    const share = 1 / (light.isKey ? lighting.keyCount : lighting.skyCount)
    addLight(buffers, props, light, share, irradiance, light.isKey ? keySeen : skySeen)
  }
  for (let i = 0; i < pixels; i++) {
    const owner = buffers.owners[i]
    if (owner === OWNER_NOTHING) continue
    const [nx = 0, ny = 0, nz = 0] = buffers.normals.subarray(3 * i, 3 * i + 3)
    const normal: Vector3 = [nx, ny, nz]
    const [px = 0, py = 0, pz = 0] = buffers.points.subarray(3 * i, 3 * i + 3)
    const toEye = normalize(subtract(eye, [px, py, pz]))
    const finish = props[owner]?.finish ?? { diffuse: 1, mirror: 0.015, exponent: 12 }
    const mirrored = mirrorLight(normal, toEye, finish, keySeen[i], skySeen[i], lighting)
    for (let c = 0; c < 3; c++) {
      const albedo = buffers.albedos[3 * i + c]
      const bounce = owner >= 0 ? 0.5 * (1 - nz) * BOUNCE[c] : 0
      const arriving = owner === OWNER_FLOOR ? FLOOR_LIGHT : irradiance[3 * i + c] + bounce
      out[3 * i + c] = albedo * finish.diffuse * arriving + mirrored[c]
    }
  }
  return out
}

/** Light of the table thrown at downward faces. */
const BOUNCE: Vector3 = [0.3, 0.2, 0.12]

function lightsOf(lighting: Lighting): Light[] {
  const { keyPosition, keyRadius, keyRadiance, skyRadiance, keyCount, skyCount } = lighting
  const golden = Math.PI * (3 - Math.sqrt(5))
  const toCenter = normalize(subtract(CENTER, keyPosition))
  const across = normalize(cross(toCenter, [0, 0, 1]))
  const upward = cross(across, toCenter)
  const keys = Array.from({ length: keyCount }, (_, k): Light => {
    const radius = keyRadius * Math.sqrt((k + 0.5) / keyCount)
    const shift = add(scale(across, radius * Math.cos(golden * k)), scale(upward, radius * Math.sin(golden * k)))
    return { position: add(keyPosition, shift), radiance: keyRadiance, isKey: true }
  })
  const skies = Array.from({ length: skyCount }, (_, k): Light => {
    const z = (k + 0.7) / skyCount
    const flat = Math.sqrt(1 - z * z)
    const direction: Vector3 = [flat * Math.cos(golden * k), flat * Math.sin(golden * k), z]
    return {
      position: add(CENTER, scale(direction, 1600)),
      radiance: scale(skyRadiance, 1 + 0.3 * direction[1]),
      isKey: false,
    }
  })
  return [...keys, ...skies]
}

function addLight(
  buffers: SceneBuffers,
  props: readonly DrawnProp[],
  light: Light,
  share: number,
  irradiance: Float32Array,
  seen: Float32Array,
): void {
  const lightFromWorld = lookAt(light.position, CENTER)
  const map = shadowMapOf(props, light, lightFromWorld)
  const [a = 0, b = 0, c = 0, tx = 0, d = 0, e = 0, f = 0, ty = 0, g = 0, h = 0, k = 0, tz = 0] = lightFromWorld
  const { points, normals, owners } = buffers
  const half = SHADOW_SIZE / 2
  for (let i = 0; i < owners.length; i++) {
    if (owners[i] <= OWNER_FLOOR) continue
    const nx = normals[3 * i]
    const ny = normals[3 * i + 1]
    const nz = normals[3 * i + 2]
    // The point is lifted off its surface, or a curved face would shade itself.
    const x = points[3 * i] + SHADOW_BIAS * nx
    const y = points[3 * i + 1] + SHADOW_BIAS * ny
    const z = points[3 * i + 2] + SHADOW_BIAS * nz
    const lx = light.position[0] - x
    const ly = light.position[1] - y
    const lz = light.position[2] - z
    const cosine = (nx * lx + ny * ly + nz * lz) / Math.sqrt(lx * lx + ly * ly + lz * lz)
    if (cosine <= 0) continue
    const depth = g * x + h * y + k * z + tz
    const u = Math.round((map.focal * (a * x + b * y + c * z + tx)) / depth + half)
    const v = Math.round((map.focal * (d * x + e * y + f * z + ty)) / depth + half)
    if (u >= 0 && v >= 0 && u < SHADOW_SIZE && v < SHADOW_SIZE) {
      const blocker = map.depths[v * SHADOW_SIZE + u]
      if (blocker > 0 && blocker < depth - SHADOW_BIAS) continue
    }
    seen[i] = seen[i] + share
    const strength = (light.isKey ? 1 : 2) * cosine * share
    for (let channel = 0; channel < 3; channel++) {
      irradiance[3 * i + channel] = irradiance[3 * i + channel] + strength * light.radiance[channel]
    }
  }
}

function shadowMapOf(
  props: readonly DrawnProp[],
  light: Light,
  lightFromWorld: Transform<'camera', 'world'>,
): { depths: Float32Array; focal: number } {
  const away = subtract(light.position, CENTER)
  const focal = (SHADOW_SIZE / 2) * (Math.sqrt(dot(away, away)) / SHADOW_REACH)
  const camera = {
    fx: focal,
    fy: focal,
    cx: SHADOW_SIZE / 2,
    cy: SHADOW_SIZE / 2,
    width: SHADOW_SIZE,
    height: SHADOW_SIZE,
  }
  const target = createRasterTarget(SHADOW_SIZE, SHADOW_SIZE)
  const depths = new Float32Array(SHADOW_SIZE * SHADOW_SIZE)
  for (const prop of props) {
    const coverage = renderInto(target, prop.raster, compose(lightFromWorld, prop.worldFromObject), camera)
    for (let y = coverage.y0; y < coverage.y1; y++) {
      for (let i = y * SHADOW_SIZE + coverage.x0; i < y * SHADOW_SIZE + coverage.x1; i++) {
        const z = target.depths[i]
        const before = depths[i]
        if (z > 0 && (before === 0 || z < before)) depths[i] = z
      }
    }
  }
  return { depths, focal }
}

/** Mirrored lamp and surroundings; more at grazing angles (Schlick). */
function mirrorLight(
  normal: Vector3,
  toEye: Vector3,
  { mirror, exponent }: Finish,
  keySeen: number,
  skySeen: number,
  lighting: Lighting,
): Vector3 {
  const facing = Math.max(0, dot(normal, toEye))
  const share = mirror + (1 - mirror) * 0.6 * (1 - facing) ** 5
  const reflected = subtract(scale(normal, 2 * dot(normal, toEye)), toEye)
  const toKey = normalize(lighting.keyPosition)
  const highlight = keySeen * Math.max(0, dot(reflected, toKey)) ** exponent * (exponent + 2) * 0.06
  // Above: a bright ceiling; level with the table: a darker room; below: the table.
  const height = reflected[2]
  const room = height > 0 ? 0.12 + 0.75 * skySeen * height ** 0.7 : 0.12
  return [0, 1, 2].map((c) => share * (highlight * lighting.keyRadiance[c] + room * (c === 2 ? 1.05 : 1))) as Vector3
}
