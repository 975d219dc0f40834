import { invert, translationOf, type PinholeCamera, type Transform } from '@sextant/geometry'
import {
  createRasterTarget,
  createSimdRaster,
  drawSimd,
  renderInto,
  shadeCornersInto,
  type Picture,
  type RasterMesh,
} from '@sextant/raster'
import { faceSurfacesOf } from './face-surfaces.ts'
import { LIGHT_GAIN, type TemplateScene } from './recipe.ts'
import { shadeInto, type ShadingScene } from './shade.ts'
import { SRGB_OF_LINEAR } from './srgb.ts'

/** What every view of one object is drawn with. */
export interface DrawingScene {
  readonly mesh: RasterMesh
  /** of the pixels */
  readonly camera: PinholeCamera
  readonly scene: TemplateScene
  /** colour by the four samples at a pixel's corners */
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

/** Corners of a pixel. */
const SAMPLES_OF_PIXEL = 4

export function createViewDrawer(drawing: DrawingScene, kernel: DrawingKernel): ViewDrawer {
  return kernel === 'simd' ? createSimdDrawer(drawing) : createTypescriptDrawer(drawing)
}

function createTypescriptDrawer(drawing: DrawingScene): ViewDrawer {
  const { antialias, camera, mesh, scene } = drawing
  const samples = antialias ? cornerCamera(camera) : camera
  const target = createRasterTarget(camera.width, camera.height)
  const sampleTarget = antialias ? createRasterTarget(samples.width, samples.height) : target
  const surfaces = faceSurfacesOf(mesh)
  return {
    drawSurface: (pose) => {
      renderInto(target, mesh, pose, camera, { near: scene.near })
      return target
    },
    drawColorInto: (out, pose) => {
      renderInto(sampleTarget, mesh, pose, samples, { near: scene.near, triangleIds: true })
      shadeInto(out, camera, sampleTarget, shadingOf(drawing, pose, samples, surfaces))
    },
  }
}

/** Where a face would have to be clipped, as a very long focal length makes it, the TypeScript twin draws. */
function createSimdDrawer(drawing: DrawingScene): ViewDrawer {
  const { antialias, camera, mesh, scene } = drawing
  const { near } = scene
  const samples = antialias ? cornerCamera(camera) : camera
  const raster = createSimdRaster(mesh, samples, faceSurfacesOf(mesh))
  let typescript: ViewDrawer | null = null
  const clipping = (): ViewDrawer => (typescript ??= createTypescriptDrawer(drawing))
  return {
    drawSurface: (pose) => drawSimd(raster, pose, camera, { near, triangleIds: false }) ?? clipping().drawSurface(pose),
    drawColorInto: (out, pose) => {
      const picture = drawSimd(raster, pose, samples, { near, triangleIds: true })
      if (picture === null) {
        clipping().drawColorInto(out, pose)
        return
      }
      const shading = shadingOf(drawing, pose, samples, raster.surfaces)
      if (!antialias) {
        shadeInto(out, camera, picture, shading)
        return
      }
      shadeCornersInto(out, raster, { ...shading, srgbOfLinear: SRGB_OF_LINEAR })
    },
  }
}

function shadingOf(
  { antialias, mesh, scene, uniformReflectance }: DrawingScene,
  pose: Transform<'template', 'object'>,
  camera: PinholeCamera,
  surfaces: Float32Array,
): ShadingScene {
  const { cameraDistance, lightDistance } = scene
  // On the camera's axis, behind it.
  const lightZ = cameraDistance - lightDistance
  const eye = translationOf(invert(pose))
  const [x, y, z] = eye
  return {
    pose,
    camera,
    eye,
    light: [x + pose[8] * lightZ, y + pose[9] * lightZ, z + pose[10] * lightZ],
    lightZ,
    strength: (LIGHT_GAIN * lightDistance * lightDistance) / (antialias ? SAMPLES_OF_PIXEL : 1),
    surfaces,
    faceCount: mesh.faceCount,
    uniformReflectance,
  }
}

/** The camera whose pixel centres are the corners of another's pixels: one more a side. */
function cornerCamera(camera: PinholeCamera): PinholeCamera {
  return { ...camera, cx: camera.cx + 0.5, cy: camera.cy + 0.5, width: camera.width + 1, height: camera.height + 1 }
}
