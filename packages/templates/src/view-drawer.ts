import { invert, translationOf, type PinholeCamera, type Transform } from '@sextant/geometry'
import {
  createRasterTarget,
  createSimdRaster,
  drawSimd,
  renderInto,
  shadeSamplesInto,
  type Picture,
  type RasterMesh,
} from '@sextant/raster'
import { facePlanesOf, lightHeightsInto } from './face-light.ts'
import type { TemplateScene } from './recipe.ts'
import { sampleStrength, shadeInto, type ShadingScene } from './shade.ts'
import { LINEAR_OF_SRGB, SRGB_OF_LINEAR } from './srgb.ts'

/** What every view of one object is drawn with. */
export interface DrawingScene {
  readonly mesh: RasterMesh
  /** of the pixels */
  readonly camera: PinholeCamera
  readonly scene: TemplateScene
  /** colour by 2 x 2 samples a pixel */
  readonly antialias: boolean
  /** of a mesh without colours, linear 0..1 */
  readonly uniformReflectance: number
}

/** The port of the two twins that draw a view; they give the same bits. Owns its buffers. */
export interface ViewDrawer {
  /** depth of the pixel centres; overwritten by whatever is drawn next */
  readonly drawSurface: (pose: Transform<'template', 'object'>) => Picture
  /** writes the shaded colour into zeros, [height, width, 3] sRGB */
  readonly drawColorInto: (out: Uint8Array, pose: Transform<'template', 'object'>) => void
}

/** Which twin draws: `simd` is the WebAssembly one, `typescript` the one it is compared with. */
export type DrawingKernel = 'simd' | 'typescript'

/** Samples per pixel and axis with anti-aliasing. */
const SAMPLES_PER_AXIS = 2

export function createViewDrawer(drawing: DrawingScene, kernel: DrawingKernel): ViewDrawer {
  return kernel === 'simd' ? createSimdDrawer(drawing) : createTypescriptDrawer(drawing)
}

function createTypescriptDrawer(drawing: DrawingScene): ViewDrawer {
  const { antialias, camera, mesh, scene } = drawing
  const factor = antialias ? SAMPLES_PER_AXIS : 1
  const samples = refineCamera(camera, factor)
  const target = createRasterTarget(camera.width, camera.height)
  const sampleTarget = antialias ? createRasterTarget(samples.width, samples.height) : target
  const planes = facePlanesOf(mesh)
  const lightHeights = new Float64Array(mesh.faceCount)
  return {
    drawSurface: (pose) => {
      renderInto(target, mesh, pose, camera, { near: scene.near })
      return target
    },
    drawColorInto: (out, pose) => {
      const shading = shadingOf(drawing, pose, samples, lightHeights)
      lightHeightsInto(lightHeights, planes, pose, shading.lightZ)
      renderInto(sampleTarget, mesh, pose, samples, { near: scene.near, triangleIds: true })
      shadeInto(out, sampleTarget, factor, shading)
    },
  }
}

/** Where a face would have to be clipped, as a very long focal length makes it, the TypeScript twin draws. */
function createSimdDrawer(drawing: DrawingScene): ViewDrawer {
  const { antialias, camera, mesh, scene } = drawing
  const { near } = scene
  const samples = refineCamera(camera, antialias ? SAMPLES_PER_AXIS : 1)
  const raster = createSimdRaster(mesh, samples)
  const planes = facePlanesOf(mesh)
  let typescript: ViewDrawer | null = null
  const clipping = (): ViewDrawer => (typescript ??= createTypescriptDrawer(drawing))
  return {
    drawSurface: (pose) => drawSimd(raster, pose, camera, { near, triangleIds: false }) ?? clipping().drawSurface(pose),
    drawColorInto: (out, pose) => {
      const shading = shadingOf(drawing, pose, samples, raster.lightHeights)
      const picture = drawSimd(raster, pose, samples, { near, triangleIds: true })
      if (picture === null) {
        clipping().drawColorInto(out, pose)
        return
      }
      lightHeightsInto(raster.lightHeights, planes, pose, shading.lightZ)
      if (!antialias) {
        shadeInto(out, picture, 1, shading)
        return
      }
      shadeSamplesInto(out, raster, {
        eye: translationOf(invert(pose)),
        lightZ: shading.lightZ,
        strength: sampleStrength(shading.lightDistance, SAMPLES_PER_AXIS),
        uniformReflectance: shading.uniformReflectance,
        linearOfSrgb: LINEAR_OF_SRGB,
        srgbOfLinear: SRGB_OF_LINEAR,
      })
    },
  }
}

function shadingOf(
  { mesh, scene, uniformReflectance }: DrawingScene,
  pose: Transform<'template', 'object'>,
  camera: PinholeCamera,
  lightHeights: Float64Array,
): ShadingScene {
  const { cameraDistance, lightDistance } = scene
  const lightZ = cameraDistance - lightDistance
  return { mesh, pose, camera, lightZ, lightDistance, lightHeights, uniformReflectance }
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
