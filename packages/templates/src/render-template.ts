import type { TemplateRecipe } from '@sextant/contracts'
import type { ColorImage, DepthImage, Mask, PinholeCamera, Transform, TriangleMesh, Vector3 } from '@sextant/geometry'
import { createRasterMesh, type Picture, type RasterMesh } from '@sextant/raster'
import { inDrawingOrder } from './drawing-order.ts'
import { templateCamera, templateRadius, templateScene, UNCOLORED_REFLECTANCE, type TemplateScene } from './recipe.ts'
import { createViewDrawer, type DrawingKernel, type ViewDrawer } from './view-drawer.ts'
import { VIEW_COUNTS, templateFromObject, viewDirections, type ViewCount } from './viewpoints.ts'

/** Value of all three coordinates outside the mask. */
export const XYZ_BACKGROUND = -1

/** One rendered view; all images are imageSize x imageSize. */
export interface Template {
  readonly viewIndex: number
  readonly templateFromObject: Transform<'template', 'object'>
  readonly camera: PinholeCamera
  readonly color: ColorImage
  readonly mask: Mask
  readonly depth: DepthImage
}

/** What a renderer that draws only colour does not give. */
export type TemplateSurface = Omit<Template, 'color'>

/**
 * The port of renderers: draws all views of an object, in order, with colour by the workspace's recipe. Mask and depth
 * of every renderer are renderTemplateSurface's. Nothing is drawn before it is asked for.
 *
 * @param signal  ends it by throwing its reason
 */
export type TemplateRenderer = (
  workspace: TemplateWorkspace,
  signal?: AbortSignal,
) => Iterable<Template> | AsyncIterable<Template>

/** Everything that the views of one object share; one owner, reused by every view. */
export interface TemplateWorkspace {
  readonly recipe: TemplateRecipe
  readonly scene: TemplateScene
  readonly camera: PinholeCamera
  readonly directions: readonly Vector3[]
  readonly mesh: RasterMesh
  readonly drawer: ViewDrawer
}

export interface TemplateWorkspaceOptions {
  /** which of two twins draws; the images are the same */
  readonly kernel?: DrawingKernel
}

export const TEMPLATE_WORKSPACE_DEFAULTS = { kernel: 'simd' } as const

/**
 * Prepares an object for rendering.
 * @throws {RangeError} a view count no level has; a mesh without extent
 */
export function createTemplateWorkspace(
  mesh: TriangleMesh,
  recipe: TemplateRecipe,
  options: TemplateWorkspaceOptions = {},
): TemplateWorkspace {
  const viewCount = VIEW_COUNTS.find((count): count is ViewCount => count === recipe.viewCount)
  if (viewCount === undefined) {
    throw new RangeError(`viewCount is ${recipe.viewCount}, expected one of ${VIEW_COUNTS.join(', ')}`)
  }
  const { positions, faces, colors } = inDrawingOrder(mesh)
  const rasterMesh = createRasterMesh({
    positions,
    faces,
    ...(colors === undefined || recipe.colorize ? {} : { colors }),
  })
  const scene = templateScene(templateRadius(mesh))
  const camera = templateCamera(recipe)
  const antialias = recipe.antialias && recipe.engine === 'rasteriser'
  const uniformReflectance = recipe.colorize ? recipe.baseColor : UNCOLORED_REFLECTANCE
  const drawing = { mesh: rasterMesh, camera, scene, antialias, uniformReflectance }
  return {
    recipe,
    scene,
    camera,
    directions: viewDirections(viewCount),
    mesh: rasterMesh,
    drawer: createViewDrawer(drawing, options.kernel ?? TEMPLATE_WORKSPACE_DEFAULTS.kernel),
  }
}

/** The default `TemplateRenderer`: our own rasteriser, on the caller's thread. */
export function* rasterizeTemplates(workspace: TemplateWorkspace, signal?: AbortSignal): Generator<Template> {
  for (const viewIndex of workspace.directions.keys()) {
    signal?.throwIfAborted()
    yield renderTemplate(workspace, viewIndex)
  }
}

/**
 * Renders one view by the recipe: flat-shaded Lambertian surface under one point light behind the camera, black
 * background. Mask and depth are of the pixel centres; only colour is anti-aliased.
 *
 * @returns fresh images
 * @throws {RangeError} no such view
 */
export function renderTemplate(workspace: TemplateWorkspace, viewIndex: number): Template {
  const { height, width } = workspace.camera
  const color = new Uint8Array(3 * width * height)
  workspace.drawer.drawColorInto(color, templatePose(workspace, viewIndex))
  return { ...renderTemplateSurface(workspace, viewIndex), color: { width, height, data: color } }
}

/**
 * Mask and depth of one view, of the pixel centres.
 * @returns fresh images
 * @throws {RangeError} no such view
 */
export function renderTemplateSurface(workspace: TemplateWorkspace, viewIndex: number): TemplateSurface {
  const pose = templatePose(workspace, viewIndex)
  return surfaceOf(workspace.drawer.drawSurface(pose), pose, workspace.camera, viewIndex)
}

/** @throws {RangeError} no such view */
export function templatePose(
  { directions, scene }: Pick<TemplateWorkspace, 'directions' | 'scene'>,
  viewIndex: number,
): Transform<'template', 'object'> {
  if (!(viewIndex in directions)) throw new RangeError(`view ${viewIndex} of ${directions.length}`)
  return templateFromObject(directions[viewIndex], scene.cameraDistance)
}

/** What the pixel centres see: the picture's depth, and that anything is there. Fresh images. */
function surfaceOf(
  { coverage, depths, height, width }: Picture,
  pose: Transform<'template', 'object'>,
  camera: PinholeCamera,
  viewIndex: number,
): TemplateSurface {
  const mask = new Uint8Array(width * height)
  const data = new Float32Array(width * height)
  for (let y = coverage.y0; y < coverage.y1; y++) {
    const from = y * width + coverage.x0
    const to = y * width + coverage.x1
    data.set(depths.subarray(from, to), from)
    for (let o = from; o < to; o++) if (data[o] > 0) mask[o] = 1
  }
  return {
    viewIndex,
    templateFromObject: pose,
    camera,
    mask: { width, height, data: mask },
    depth: { width, height, data },
  }
}

/**
 * The point of the object that each pixel centre sees.
 * @returns [height, width, 3] mm, object; XYZ_BACKGROUND outside the mask
 */
export function objectCoordinatesOf({ camera, depth, templateFromObject: T }: TemplateSurface): Float32Array {
  const { data, height, width } = depth
  const coordinates = new Float32Array(3 * width * height).fill(XYZ_BACKGROUND)
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < width; x++, o++) {
      const z = data[o]
      if (z === 0) continue
      // R^T (p - t)
      const px = ((x - camera.cx) / camera.fx) * z - T[3]
      const py = ((y - camera.cy) / camera.fy) * z - T[7]
      const pz = z - T[11]
      coordinates[3 * o] = T[0] * px + T[4] * py + T[8] * pz
      coordinates[3 * o + 1] = T[1] * px + T[5] * py + T[9] * pz
      coordinates[3 * o + 2] = T[2] * px + T[6] * py + T[10] * pz
    }
  }
  return coordinates
}
