import { useEffect, useRef, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { request } from '../api/http.ts'
import { drawPose, type Layer, type PoseDrawing } from '../overlay/draw-pose.ts'

interface ImageViewProps {
  readonly runId: string
  readonly kind: 'color' | 'depth'
  readonly width: number
  readonly height: number
  readonly drawings: readonly PoseDrawing[]
  readonly layers: ReadonlySet<Layer>
  /** of what is drawn, 0..1 */
  readonly opacity: number
  readonly label: string
}

const MAX_ZOOM = 12
const ZOOM_STEP = 1.0015

interface View {
  readonly zoom: number
  readonly x: number
  readonly y: number
}
const WHOLE: View = { zoom: 1, x: 0, y: 0 }

/** The image and, on a canvas of its own with the image's pixels, what was found. Wheel zooms, dragging moves. */
export function ImageView({ runId, kind, width, height, drawings, layers, opacity, label }: ImageViewProps) {
  const image = useQuery({
    queryKey: ['picture', runId, kind],
    queryFn: async ({ signal }) => {
      const response = await request(`/api/v2/runs/${runId}/${kind === 'color' ? 'color' : 'depth.png'}`, { signal })
      return createImageBitmap(await response.blob())
    },
    staleTime: Infinity,
    structuralSharing: false,
    retry: false,
  })
  const base = useRef<HTMLCanvasElement>(null)
  const overlay = useRef<HTMLCanvasElement>(null)
  const [view, setView] = useState(WHOLE)
  const box = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const context = base.current?.getContext('2d')
    if (!context || image.data === undefined) return
    context.clearRect(0, 0, width, height)
    context.drawImage(image.data, 0, 0, width, height)
  }, [image.data, width, height])

  useEffect(() => {
    const context = overlay.current?.getContext('2d', { willReadFrequently: true })
    if (!context) return
    context.clearRect(0, 0, width, height)
    for (const drawing of drawings) drawPose(context, drawing, layers)
  }, [drawings, layers, width, height])

  // React listens passively to the wheel, and the page would scroll.
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault()
      const bounds = element.getBoundingClientRect()
      setView((known) => {
        const zoom = Math.min(MAX_ZOOM, Math.max(1, known.zoom * ZOOM_STEP ** -event.deltaY))
        if (zoom === 1) return WHOLE
        const scale = zoom / known.zoom
        const [px, py] = [event.clientX - bounds.left, event.clientY - bounds.top]
        return { zoom, x: px - (px - known.x) * scale, y: py - (py - known.y) * scale }
      })
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => {
      element.removeEventListener('wheel', onWheel)
    }
  }, [])

  return (
    <div
      ref={box}
      className="viewer"
      style={{
        aspectRatio: `${width} / ${height}`,
        maxHeight: '72vh',
        width: '100%',
        cursor: view.zoom > 1 ? 'grab' : 'default',
      }}
      role="img"
      aria-label={label}
      onPointerMove={(event) => {
        if (event.buttons !== 1 || view.zoom === 1) return
        const { movementX, movementY } = event
        setView((known) => ({ ...known, x: known.x + movementX, y: known.y + movementY }))
      }}
      onDoubleClick={() => setView(WHOLE)}
    >
      <div
        style={{
          position: 'absolute',
          inset: 0,
          transformOrigin: '0 0',
          transform: `translate(${view.x}px, ${view.y}px) scale(${view.zoom})`,
        }}
      >
        <canvas ref={base} className="fit" width={width} height={height} data-testid="picture" />
        <canvas
          ref={overlay}
          className="fit"
          width={width}
          height={height}
          style={{ opacity }}
          data-testid="overlay"
          data-drawn={drawings.filter(({ mesh }) => mesh !== null).length}
        />
      </div>
    </div>
  )
}
