import type { TemplateRecipe } from '@sextant/contracts'
import type { PinholeCamera, TriangleMesh } from '@sextant/geometry'
import { boundingBox } from '@sextant/mesh'

/** The recipe of the published templates: 42 views of 512 x 512 px, horizontal field of view 0.691111 rad. */
export const TEMPLATE_RECIPE_DEFAULTS: TemplateRecipe = {
  viewCount: 42,
  imageSize: 512,
  focalLength: 711.1113,
  colorize: false,
  baseColor: 0.05,
  antialias: true,
  engine: 'rasteriser',
  samples: 0,
}

/** The same picture in another size, px. */
export function resizeRecipe(recipe: TemplateRecipe, imageSize: number): TemplateRecipe {
  return { ...recipe, imageSize, focalLength: (recipe.focalLength * imageSize) / recipe.imageSize }
}

/** Samples per pixel of the published templates, at most. */
export const CYCLES_SAMPLES = 50

/** Linear reflectance of a mesh without colours when the recipe does not colorize: the renderer's default material. */
export const UNCOLORED_REFLECTANCE = 0.8

/** The recipe is written for an object of radius 0.5 units: lengths in units of twice the radius. */
export const CAMERA_DISTANCE = 2
const NEAR_DISTANCE = 0.1
/** The point light stands behind the camera, on the line from the origin through it. */
const LIGHT_DISTANCE = 2.5 * CAMERA_DISTANCE
/** Emitted power, W. */
export const LIGHT_POWER = 10 ** 3

/** Reflected radiance per reflectance of a surface that faces the light at the origin: P / (4 pi^2 d^2). */
export const LIGHT_GAIN = LIGHT_POWER / (4 * Math.PI * Math.PI * LIGHT_DISTANCE * LIGHT_DISTANCE)

/** Where everything stands for one object. */
export interface TemplateScene {
  /** camera to object origin, mm */
  readonly cameraDistance: number
  /** light to object origin, mm, on the camera's line */
  readonly lightDistance: number
  /** near plane, mm from the camera */
  readonly near: number
}

/** The virtual camera; its principal point is the image centre. */
export function templateCamera(recipe: TemplateRecipe): PinholeCamera {
  const centre = (recipe.imageSize - 1) / 2
  return {
    fx: recipe.focalLength,
    fy: recipe.focalLength,
    cx: centre,
    cy: centre,
    width: recipe.imageSize,
    height: recipe.imageSize,
  }
}

/**
 * Radius that the recipe scales by: the longer of the two vectors from the origin to the bounding box's extreme corners.
 * The published recipe takes the box of 1024 random surface points; the box of the faces is its deterministic limit.
 *
 * @returns mm
 * @throws {RangeError} the mesh has no faces or no extent
 */
export function templateRadius(mesh: TriangleMesh): number {
  const { min, max } = boundingBox(mesh)
  const radius = Math.max(Math.hypot(...min), Math.hypot(...max))
  if (!(radius > 0 && Number.isFinite(radius))) throw new RangeError(`mesh radius is ${radius}`)
  return radius
}

/**
 * Scaling the object to radius 0.5 and standing 2 away gives the same picture as standing 2 · 2 · radius away from the
 * unscaled object; so coordinates and depths stay millimetres of the CAD.
 */
export function templateScene(radius: number): TemplateScene {
  const unit = 2 * radius
  return { cameraDistance: CAMERA_DISTANCE * unit, lightDistance: LIGHT_DISTANCE * unit, near: NEAR_DISTANCE * unit }
}
