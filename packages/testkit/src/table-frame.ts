import { createRng, type CameraFromObject, type Frame, type PinholeCamera, type TriangleMesh } from '@sextant/geometry'
import { createRasterMesh, createRasterTarget, renderInto } from '@sextant/raster'

export interface TableFrameOptions {
  readonly objects: readonly { readonly mesh: TriangleMesh; readonly cameraFromObject: CameraFromObject }[]
  readonly camera?: PinholeCamera
  /** standard deviation of inverse depth, 1/mm */
  readonly noise?: number
  readonly seed?: number
  /** depth of the wall behind the objects, mm */
  readonly wallDepth?: number
}

const CAMERA: PinholeCamera = { fx: 570, fy: 570, cx: 319.5, cy: 239.5, width: 640, height: 480 }

/** Objects before a slanted grey wall, with white noise in inverse depth: enough of a frame for tests. */
export function renderTableFrame(options: TableFrameOptions): Frame {
  const camera = options.camera ?? CAMERA
  const { width, height } = camera
  const rng = createRng(options.seed ?? 1)
  const depths = new Float32Array(width * height)
  const colors = new Uint8Array(3 * width * height).fill(120)
  const wall = options.wallDepth ?? 900
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < width; x++, o++) depths[o] = wall + 0.4 * (height / 2 - y)
  }
  const target = createRasterTarget(width, height)
  for (const { mesh, cameraFromObject } of options.objects) {
    renderInto(target, createRasterMesh(mesh), cameraFromObject, camera, {
      colors: mesh.colors !== undefined,
      normals: 'face',
    })
    for (let o = 0; o < depths.length; o++) {
      const z = target.depths[o]
      if (z === 0 || z >= depths[o]) continue
      depths[o] = z
      const shade = 0.5 + 0.5 * Math.abs(target.normals[3 * o + 2])
      for (let k = 0; k < 3; k++)
        colors[3 * o + k] = shade * (mesh.colors === undefined ? 150 : target.colors[3 * o + k])
    }
  }
  const noise = options.noise ?? 1e-6
  return {
    camera,
    color: { width, height, data: colors },
    depth: { width, height, data: depths.map((z) => 1 / (1 / z + noise * rng.normal())) },
  }
}
