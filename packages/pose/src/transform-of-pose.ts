import { transformFrom, type CameraFromObject } from '@sextant/geometry'

/**
 * The pose of a candidate as rendering takes it; the object's centre is the origin, as it is of the prepared meshes.
 *
 * @param pose  12 numbers: rotation row-major, translation mm of the object's centre
 */
export function transformOfPose(pose: Float64Array): CameraFromObject {
  return transformFrom<'camera', 'object'>(pose.subarray(0, 9), pose.subarray(9, 12))
}
