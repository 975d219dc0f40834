import { useThree } from '@react-three/fiber'
import { useEffect } from 'react'
import { PerspectiveCamera } from 'three'
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js'

/** Where a view starts, and what it turns around. Lengths in the units of the scene. */
export interface Viewpoint {
  /** vertical, degrees */
  readonly fov: number
  readonly near: number
  readonly far: number
  readonly position: readonly [number, number, number]
  readonly target: readonly [number, number, number]
}

/** Mouse and touch turn the view; it is drawn only when something changed. A new viewpoint begins anew. */
export function useOrbit({ fov, near, far, position, target }: Viewpoint): void {
  const { gl, camera, invalidate } = useThree()
  const [x, y, z] = position
  const [tx, ty, tz] = target
  useEffect(() => {
    if (!(camera instanceof PerspectiveCamera)) return
    Object.assign(camera, { fov, near, far })
    camera.position.set(x, y, z)
    camera.updateProjectionMatrix()
    const controls = new OrbitControls(camera, gl.domElement)
    controls.target.set(tx, ty, tz)
    controls.update()
    controls.addEventListener('change', () => {
      invalidate()
    })
    invalidate()
    return () => {
      controls.dispose()
    }
  }, [gl, camera, invalidate, fov, near, far, x, y, z, tx, ty, tz])
}
