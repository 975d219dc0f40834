import type { TemplateRecipe } from '@sextant/contracts'
import type { ColorImage, DepthImage, Mask, PinholeCamera, Transform, TriangleMesh, Vector3 } from '@sextant/geometry'
import { createRasterMesh, createRasterTarget, renderInto, type RasterMesh, type RasterTarget } from '@sextant/raster'
import { templateCamera, templateRadius, templateScene, UNCOLORED_REFLECTANCE, type TemplateScene } from './recipe.ts'
import { accumulateShading, averageSamples, type ShadingScene } from './shade.ts'
import { VIEW_COUNTS, templateFromObject, viewDirections, type ViewCount } from './viewpoints.ts'

/** One rendered view; all images are imageSize x imageSize. */
export interface Template {
  readonly viewIndex: number
  readonly templateFromObject: Transform<'template', 'object'>
  readonly camera: PinholeCamera
  readonly color: ColorImage
  readonly mask: Mask
  readonly depth: DepthImage
  /** [height, width, 3] mm, object; zeros outside the mask */
  readonly objectCoordinates: Float32Array
}

/** Everything that the views of one object share; one owner, reused by every view. */
export interface TemplateWorkspace {
  readonly recipe: TemplateRecipe
  readonly scene: TemplateScene
  readonly camera: PinholeCamera
  readonly directions: readonly Vector3[]
  readonly mesh: RasterMesh
  readonly target: RasterTarget
  /** twice as many pixels a side; null without anti-aliasing */
  readonly sampleTarget: RasterTarget | null
  /** [height, width, 3] linear light of the samples */
  readonly radiance: Float32Array
}

/** Samples per pixel and axis when the recipe asks for anti-aliasing. */
const SAMPLES_PER_AXIS = 2

/**
 * Prepares an object for rendering.
 * @throws {RangeError} a view count no level has; a mesh without extent
 */
export function createTemplateWorkspace(mesh: TriangleMesh, recipe: TemplateRecipe): TemplateWorkspace {
  const viewCount = VIEW_COUNTS.find((count): count is ViewCount => count === recipe.viewCount)
  if (viewCount === undefined) {
    throw new RangeError(`viewCount is ${recipe.viewCount}, expected one of ${VIEW_COUNTS.join(', ')}`)
  }
  const size = recipe.imageSize
  const { positions, faces, colors } = mesh
  return {
    recipe,
    scene: templateScene(templateRadius(mesh)),
    camera: templateCamera(recipe),
    directions: viewDirections(viewCount),
    mesh: createRasterMesh({ positions, faces, ...(colors === undefined || recipe.colorize ? {} : { colors }) }),
    target: createRasterTarget(size, size),
    sampleTarget: recipe.antialias ? createRasterTarget(SAMPLES_PER_AXIS * size, SAMPLES_PER_AXIS * size) : null,
    radiance: new Float32Array(3 * size * size * (recipe.antialias ? SAMPLES_PER_AXIS ** 2 : 1)),
  }
}

/**
 * Renders one view by the recipe: flat-shaded Lambertian surface under one point light behind the camera, black
 * background. Mask, depth and coordinates are of the pixel centres; only colour is anti-aliased.
 *
 * @returns fresh images
 * @throws {RangeError} no such view
 */
export function renderTemplate(workspace: TemplateWorkspace, viewIndex: number): Template {
  const { camera, directions, mesh, recipe, sampleTarget, scene, target } = workspace
  if (!(viewIndex in directions)) throw new RangeError(`view ${viewIndex} of ${directions.length}`)
  const pose = templateFromObject(directions[viewIndex], scene.cameraDistance)
  const { width, height } = camera
  const shading: ShadingScene = {
    lightZ: scene.cameraDistance - scene.lightDistance,
    lightDistance: scene.lightDistance,
    uniformReflectance: recipe.colorize ? recipe.baseColor : UNCOLORED_REFLECTANCE,
  }
  const channels = { normals: 'face', colors: mesh.colors !== null, near: scene.near } as const
  const color = new Uint8Array(3 * width * height)
  if (sampleTarget === null) {
    renderInto(target, mesh, pose, camera, { ...channels, objectCoordinates: true })
    accumulateShading(workspace.radiance, target, camera, shading)
    averageSamples(color, workspace.radiance, target, 1, width)
  } else {
    const fine = refineCamera(camera, SAMPLES_PER_AXIS)
    renderInto(sampleTarget, mesh, pose, fine, channels)
    accumulateShading(workspace.radiance, sampleTarget, fine, shading)
    averageSamples(color, workspace.radiance, sampleTarget, SAMPLES_PER_AXIS, width)
    renderInto(target, mesh, pose, camera, { near: scene.near, objectCoordinates: true })
  }
  return {
    viewIndex,
    templateFromObject: pose,
    camera,
    color: { width, height, data: color },
    mask: { width, height, data: maskOf(target.depths) },
    depth: { width, height, data: target.depths.slice() },
    objectCoordinates: target.objectCoordinates.slice(),
  }
}

function maskOf(depths: Float32Array): Uint8Array {
  const mask = new Uint8Array(depths.length)
  for (let o = 0; o < depths.length; o++) if (depths[o] > 0) mask[o] = 1
  return mask
}

/** The camera with `factor` samples per pixel and axis, spread evenly in the pixel. */
function refineCamera(camera: PinholeCamera, factor: number): PinholeCamera {
  const offset = (factor - 1) / 2
  return {
    fx: factor * camera.fx,
    fy: factor * camera.fy,
    cx: factor * camera.cx + offset,
    cy: factor * camera.cy + offset,
    width: factor * camera.width,
    height: factor * camera.height,
  }
}
