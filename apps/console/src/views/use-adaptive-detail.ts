import { useFrame } from '@react-three/fiber'
import { useRef } from 'react'
import { Quaternion, Vector3, type BufferGeometry, type WebGLRenderer } from 'three'
import { adapted, FIRST_DETAIL, restarted } from './detail-budget.ts'

/** The view rests when nothing moved for so long, ms, */
const REST_MS = 160
/** and in so many frames: one late frame must not be followed by the dearest of all. */
const REST_FRAMES = 4
const REPORT_EVERY_MS = 500
/** Layer of three for what is left out of a moving view when points alone do not save enough. */
export const SURFACES = 1

/** What is on the screen. */
export interface Detail {
  readonly drawn: number
  readonly hasSurfaces: boolean
  /** while the view moves; null at rest */
  readonly fps: number | null
}

/**
 * Draws as much as a frame has time for while the view moves, and everything once it rests: as many of the first points,
 * as fine pixels, and the surfaces of models (layer `SURFACES`).
 *
 * A moving view is drawn without pause, changed or not, so that the time between two frames is that of the work and not
 * of the hand.
 *
 * @param geometry  its index orders the points so that every beginning stands for the whole
 */
export function useAdaptiveDetail(geometry: BufferGeometry, count: number, onDetail: (detail: Detail) => void): void {
  const state = useRef({
    ...FIRST_DETAIL,
    position: new Vector3(Number.NaN),
    turn: new Quaternion(),
    isMoving: false,
    movedAt: -Infinity,
    framesStill: Infinity,
    drawnAt: 0,
    frames: 0,
    reportedAt: 0,
  })
  useFrame(({ camera, gl, viewport, invalidate }) => {
    const s = state.current
    const now = performance.now()
    const isFirst = Number.isNaN(s.position.x)
    if (isFirst || (camera.position.equals(s.position) && camera.quaternion.equals(s.turn))) s.framesStill++
    else Object.assign(s, { movedAt: now, framesStill: 0 })
    s.position.copy(camera.position)
    s.turn.copy(camera.quaternion)
    const wasMoving = s.isMoving
    s.isMoving = now - s.movedAt < REST_MS || s.framesStill < REST_FRAMES
    if (!s.isMoving) {
      geometry.setDrawRange(0, Infinity)
      camera.layers.enable(SURFACES)
      setPixelRatio(gl, viewport.dpr)
      onDetail({ drawn: count, hasSurfaces: true, fps: null })
      return
    }
    if (wasMoving) Object.assign(s, adapted(s, now - s.drawnAt, count))
    else Object.assign(s, restarted(s, count), { frames: 0, reportedAt: now })
    s.drawnAt = now
    s.frames++
    geometry.setDrawRange(0, s.points)
    setPixelRatio(gl, s.isCoarse ? viewport.dpr / 2 : viewport.dpr)
    if (s.hasSurfaces) camera.layers.enable(SURFACES)
    else camera.layers.disable(SURFACES)
    if (now - s.reportedAt >= REPORT_EVERY_MS) {
      const fps = (1000 * (s.frames - 1)) / (now - s.reportedAt)
      onDetail({ drawn: Math.min(count, s.points), hasSurfaces: s.hasSurfaces, fps })
      Object.assign(s, { frames: 1, reportedAt: now })
    }
    invalidate()
  })
}

/** Its buffers are made anew only for another ratio. */
function setPixelRatio(gl: WebGLRenderer, ratio: number): void {
  if (gl.getPixelRatio() !== ratio) gl.setPixelRatio(ratio)
}
