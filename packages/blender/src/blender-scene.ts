import { invert } from '@sextant/geometry'
import {
  CAMERA_DISTANCE,
  LIGHT_POWER,
  LINEAR_OF_SRGB,
  templatePose,
  UNCOLORED_REFLECTANCE,
  type TemplateWorkspace,
} from '@sextant/templates'

/** scene.json: assets/render-views.py. Lengths in units of twice the object's radius, as the published recipe has them. */
export interface BlenderScene {
  /** px, square */
  readonly imageSize: number
  /** field of view, rad */
  readonly horizontalAngle: number
  /** per pixel */
  readonly samples: number
  readonly diffuseBounces: number
  /** px */
  readonly filterWidth: number
  /** W */
  readonly lightPower: number
  /** linear 0..1, of a mesh without colours */
  readonly reflectance: number
  readonly hasColors: boolean
  readonly views: readonly BlenderView[]
}

export interface BlenderView {
  readonly index: number
  /** 3 x 4 row by row, units; the camera looks along its -z, +y is up */
  readonly worldFromCamera: readonly number[]
  /** position, units */
  readonly light: readonly number[]
}

/** The mesh in the scene's units. */
export interface BlenderMesh {
  /** [n, 3] units, object */
  readonly positions: Float32Array
  /** [m, 3] */
  readonly faces: Int32Array
  /** [n, 4] linear 0..1; null: one reflectance */
  readonly colors: Float32Array | null
}

/** As the published templates were rendered. */
const DIFFUSE_BOUNCES = 3

/** Samples are spread over pixel and neighbours; a single one is taken at the centre, where the mask is decided. */
const FILTER_WIDTH = 1.5
const CENTRE_FILTER_WIDTH = 0.01

/**
 * The object and its cameras as Blender is to see them. Cameras and light are the rasteriser's; world is object.
 * @throws {RangeError} a recipe without samples
 */
export function describeBlenderScene(workspace: TemplateWorkspace): { scene: BlenderScene; mesh: BlenderMesh } {
  const { camera, mesh, recipe, scene } = workspace
  const { samples } = recipe
  if (samples < 1) throw new RangeError(`samples is ${samples}`)
  const unitsPerMm = CAMERA_DISTANCE / scene.cameraDistance
  // OpenCV's axes (y down, z forward) to Blender's (y up, z backward): columns y and z change their sign.
  const columnFactors = [1, -1, -1, unitsPerMm]
  const lightDistance = scene.lightDistance * unitsPerMm
  return {
    scene: {
      imageSize: recipe.imageSize,
      horizontalAngle: 2 * Math.atan(camera.width / (2 * camera.fx)),
      samples,
      diffuseBounces: DIFFUSE_BOUNCES,
      filterWidth: samples === 1 ? CENTRE_FILTER_WIDTH : FILTER_WIDTH,
      lightPower: LIGHT_POWER,
      reflectance: recipe.colorize ? recipe.baseColor : UNCOLORED_REFLECTANCE,
      hasColors: mesh.colors !== null,
      views: workspace.directions.map((direction, index) => {
        const rows = invert(templatePose(workspace, index)).subarray(0, 12)
        return {
          index,
          worldFromCamera: Array.from(rows, (value, k) => value * (columnFactors[k % 4] ?? 1)),
          light: direction.map((value) => value * lightDistance),
        }
      }),
    },
    mesh: {
      positions: mesh.positions.map((value) => value * unitsPerMm),
      faces: mesh.faces,
      colors: mesh.colors === null ? null : linearColorsOf(mesh.colors),
    },
  }
}

/** [n, 3] sRGB bytes to [n, 4] linear, opaque. */
function linearColorsOf(colors: Uint8Array): Float32Array {
  const linear = new Float32Array((colors.length / 3) * 4).fill(1)
  for (const [i, byte] of colors.entries()) linear[4 * Math.floor(i / 3) + (i % 3)] = LINEAR_OF_SRGB[byte] ?? 0
  return linear
}
