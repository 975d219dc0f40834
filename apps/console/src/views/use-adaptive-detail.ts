import { useFrame, useThree } from '@react-three/fiber'
import { useEffect, useRef } from 'react'
import { Quaternion, Vector3, type BufferGeometry } from 'three'

/** The view rests when nothing moved for so long, ms. */
const REST_MS = 160
/** A longer gap between two frames is a pause of the hand, not work. */
const PAUSE_MS = 400
/** Aimed at while the view moves, ms a frame. */
const FRAME_MS = 1000 / 30
const FIRST = 30_000
const LEAST = 5000
const REPORT_EVERY_MS = 500

/** What is on the screen. */
export interface Detail {
  readonly drawn: number
  /** while the view moves; null at rest */
  readonly fps: number | null
}

/**
 * Draws as many of the first points as a frame has time for while the view moves, and all of them once it rests.
 *
 * @param geometry  its index orders the points so that every beginning stands for the whole
 */
export function useAdaptiveDetail(geometry: BufferGeometry, count: number, onDetail: (detail: Detail) => void): void {
  const { invalidate } = useThree()
  const state = useRef({
    budget: FIRST,
    position: new Vector3(Number.NaN),
    turn: new Quaternion(),
    wasMoving: false,
    drawnAt: 0,
    frames: 0,
    reportedAt: 0,
    rest: 0,
  })
  useEffect(
    () => () => {
      window.clearTimeout(state.current.rest)
    },
    [],
  )
  useFrame(({ camera }) => {
    const s = state.current
    const now = performance.now()
    const isMoving =
      !Number.isNaN(s.position.x) && !(camera.position.equals(s.position) && camera.quaternion.equals(s.turn))
    s.position.copy(camera.position)
    s.turn.copy(camera.quaternion)
    if (!isMoving) {
      geometry.setDrawRange(0, Infinity)
      onDetail({ drawn: count, fps: null })
    } else {
      const frame = now - s.drawnAt
      if (!s.wasMoving) {
        s.frames = 0
        s.reportedAt = now
      } else if (frame < PAUSE_MS) s.budget = adapted(s.budget, frame, count)
      s.frames++
      geometry.setDrawRange(0, s.budget)
      if (now - s.reportedAt >= REPORT_EVERY_MS) {
        onDetail({ drawn: Math.min(count, s.budget), fps: (1000 * (s.frames - 1)) / (now - s.reportedAt) })
        s.frames = 1
        s.reportedAt = now
      }
      window.clearTimeout(s.rest)
      s.rest = window.setTimeout(invalidate, REST_MS)
    }
    s.wasMoving = isMoving
    s.drawnAt = now
  })
}

function adapted(budget: number, frameMs: number, count: number): number {
  const factor = frameMs > 1.2 * FRAME_MS ? 0.8 : frameMs < 0.8 * FRAME_MS ? 1.1 : 1
  return Math.round(Math.max(LEAST, Math.min(count, factor * budget)))
}
