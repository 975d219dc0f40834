import type { LookupGrid } from '@sextant/geometry'
import { COARSE_ICP, createIcpWorkspace, FINE_ICP, refinePoseInto, type IcpWorkspace } from '@sextant/icp'
import { createRasterTarget, renderInto, type RasterTarget } from '@sextant/raster'
import type { PreparedModel } from './prepare-model.ts'
import type { PreparedScene } from './prepare-scene.ts'
import { transformOfPose } from './transform-of-pose.ts'

/** Buffers of refinement; one per worker and frame. */
export interface RefineWorkspace {
  readonly icp: IcpWorkspace
  readonly target: RasterTarget
  readonly visible: Uint32Array
}

export function createRefineWorkspace(scene: PreparedScene, model: PreparedModel): RefineWorkspace {
  return {
    icp: createIcpWorkspace(),
    target: createRasterTarget(scene.coarse.width, scene.coarse.height),
    visible: new Uint32Array(model.finePoints.positions.length / 3),
  }
}

/** Coarse refinement on the pair sample: gate 0.12 d to 0.06 d. */
export function refineCoarse(ws: RefineWorkspace, model: PreparedModel, grid: LookupGrid, pose: Float64Array): void {
  const { positions, normals } = model.checkPoints
  refinePoseInto(ws.icp, pose, positions, normals, null, grid, {
    ...COARSE_ICP,
    gateStart: 0.12 * model.diameter,
    gateEnd: 0.06 * model.diameter,
  })
}

/**
 * Fine refinement on the samples a rendering says are visible; two rounds with a narrowing gate.
 *
 * @param noise  standard deviation of inverse depth, 1/mm
 */
export function refineFine(
  ws: RefineWorkspace,
  scene: PreparedScene,
  model: PreparedModel,
  grid: LookupGrid,
  pose: Float64Array,
  noise: number,
  rounds: readonly { readonly iterations: number }[] = [FINE_ICP, FINE_ICP],
): void {
  const { positions, normals } = model.finePoints
  const floor = Math.max(0.02 * model.diameter, 3 * noise * pose[11] * pose[11])
  rounds.forEach(({ iterations }, round) => {
    const indices = visibleSamples(ws, scene, model, pose)
    refinePoseInto(ws.icp, pose, positions, normals, indices, grid, {
      ...FINE_ICP,
      iterations,
      gateStart: Math.max(floor, (round === 0 ? 0.06 : 0.035) * model.diameter),
      gateEnd: Math.max(floor, (round === 0 ? 0.035 : 0.02) * model.diameter),
    })
  })
}

/** Indices of the fine samples not hidden by the object itself. */
function visibleSamples(
  ws: RefineWorkspace,
  scene: PreparedScene,
  model: PreparedModel,
  pose: Float64Array,
): Uint32Array {
  const { camera, width, height } = scene.coarse
  const transform = transformOfPose(pose)
  renderInto(ws.target, model.coarseMesh, transform, camera)
  const { positions } = model.finePoints
  const slack = 0.04 * model.diameter
  let count = 0
  for (let i = 0; i < positions.length; i += 3) {
    const px = positions[i]
    const py = positions[i + 1]
    const pz = positions[i + 2]
    const z = pose[6] * px + pose[7] * py + pose[8] * pz + pose[11]
    if (z <= 0) continue
    const u = Math.round((camera.fx * (pose[0] * px + pose[1] * py + pose[2] * pz + pose[9])) / z + camera.cx)
    const v = Math.round((camera.fy * (pose[3] * px + pose[4] * py + pose[5] * pz + pose[10])) / z + camera.cy)
    if (u < 0 || v < 0 || u >= width || v >= height) continue
    const rendered = ws.target.depths[v * width + u]
    if (rendered === 0 || z < rendered + slack) ws.visible[count++] = i / 3
  }
  return ws.visible.subarray(0, count)
}
