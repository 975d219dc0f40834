import { cross, dot, normalize, subtract, transformFrom, type Transform, type Vector3 } from '@sextant/geometry'

/** Camera at `eye` looking at `target`, image upright with respect to world z. OpenCV axes. */
export function lookAt(eye: Vector3, target: Vector3): Transform<'camera', 'world'> {
  const forward = normalize(subtract(target, eye))
  // Straight down leaves the image's turn open; +y then points up in the image.
  const up: Vector3 = Math.abs(forward[2]) > 0.999 ? [0, 1, 0] : [0, 0, 1]
  const right = normalize(cross(forward, up))
  const down = cross(forward, right)
  return transformFrom([...right, ...down, ...forward], [-dot(right, eye), -dot(down, eye), -dot(forward, eye)])
}
