import { Group, SegmentedControl, Slider, Switch, Text as Words } from '@mantine/core'
import { Canvas, useThree } from '@react-three/fiber'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { BufferAttribute, BufferGeometry, DoubleSide, LineBasicMaterial, LineSegments, Matrix4, Vector3 } from 'three'
import { fetchCloud, NO_RESIDUAL, RESIDUAL_COUNTS_PER_MM, type Cloud } from '../api/binaries.ts'
import type { PoseDrawing } from '../overlay/draw-pose.ts'
import { edgesOf } from '../overlay/feature-edges.ts'
import type { Camera } from '../overlay/projection.ts'
import { useText } from '../text/text.tsx'
import { evenOrder } from './even-order.ts'
import { linearColors } from './linear-colors.ts'
import { ProblemAlert } from './problem-alert.tsx'
import { SURFACES, useAdaptiveDetail, type Detail } from './use-adaptive-detail.ts'
import { useOrbit } from './use-orbit.ts'

interface CloudViewProps {
  readonly runId: string
  readonly camera: Camera
  readonly drawings: readonly PoseDrawing[]
}

/** All of 640 x 480; every second row and column of 1280 x 720. */
const POINTS = 400_000
const DEGREES = 180 / Math.PI
/** mm: full colour of the residual scale */
const RESIDUAL_RANGE = 5

/** The frame as coloured points with the posed models in it. Loaded only when it is looked at. */
export function CloudView({ runId, camera, drawings }: CloudViewProps) {
  const text = useText()
  const cloud = useQuery({
    queryKey: ['cloud', runId],
    queryFn: ({ signal }) => fetchCloud(runId, POINTS, signal),
    staleTime: Infinity,
    structuralSharing: false,
    retry: false,
  })
  const [mode, setMode] = useState<'color' | 'residual'>('color')
  const [size, setSize] = useState(2)
  const [hasModels, setModels] = useState(true)
  const [detail, setDetail] = useState<Detail | null>(null)
  if (cloud.error !== null) return <ProblemAlert error={cloud.error} onRetry={() => void cloud.refetch()} />
  return (
    <div>
      <div
        className="viewer"
        style={{ aspectRatio: `${camera.width} / ${camera.height}`, maxHeight: '72vh', width: '100%' }}
        data-testid="cloud"
        data-points={cloud.data?.count ?? 0}
        data-drawn={detail?.drawn ?? 0}
      >
        {cloud.data !== undefined && (
          <Canvas
            frameloop="demand"
            dpr={[1, 1.5]}
            gl={{ antialias: false, preserveDrawingBuffer: true, powerPreference: 'high-performance' }}
            style={{ position: 'absolute', inset: 0 }}
            role="img"
            aria-label={text.result.cloud}
          >
            <View camera={camera} cloud={cloud.data} />
            {/* Camera axes (x right, y down, z forward) to those of three (y up, z back). */}
            <group rotation={[Math.PI, 0, 0]}>
              <Points cloud={cloud.data} mode={mode} size={size} onDetail={setDetail} />
              {hasModels &&
                drawings.map((drawing, i) => <Model key={i} drawing={drawing} isGhost={mode === 'residual'} />)}
            </group>
            <ambientLight intensity={1.4} />
            <directionalLight intensity={1.6} position={[0, 0, 1]} />
          </Canvas>
        )}
        <span className="viewer-note numbers">
          <Caption count={cloud.data?.count ?? 0} detail={detail} isFilled={hasModels && mode === 'color'} />
        </span>
      </div>
      <Group gap="md" px="sm" py={8}>
        <SegmentedControl
          aria-label={text.result.colors}
          value={mode}
          data={[
            { value: 'color', label: text.result.colors },
            { value: 'residual', label: text.result.residual },
          ]}
          onChange={(value) => {
            setMode(value)
          }}
        />
        <Switch
          label={text.result.models}
          checked={hasModels}
          onChange={(event) => setModels(event.currentTarget.checked)}
        />
        <Group gap={8} wrap="nowrap">
          <Words fz="xs">{text.result.pointSize}</Words>
          <Slider
            w={90}
            size="sm"
            min={1}
            max={6}
            step={0.5}
            value={size}
            onChange={setSize}
            label={null}
            thumbLabel={text.result.pointSize}
          />
        </Group>
        {mode === 'residual' && (
          <Group gap={8} wrap="nowrap">
            <span
              style={{
                width: 90,
                height: 10,
                borderRadius: 3,
                background: 'linear-gradient(90deg, #3b6cf6, #e9ecef, #f03e3e)',
              }}
            />
            <Words fz="xs" c="dimmed">
              ±{RESIDUAL_RANGE} mm · {text.result.residualScale}
            </Words>
          </Group>
        )}
      </Group>
    </div>
  )
}

/** @param props.isFilled  whether models have surfaces when all is drawn */
function Caption(props: { readonly count: number; readonly detail: Detail | null; readonly isFilled: boolean }) {
  const { count, detail, isFilled } = props
  const { result } = useText()
  if (detail === null || detail.fps === null) return result.points(count)
  const parts = [result.pointsDrawn(detail.drawn, count), result.fps(detail.fps)]
  return [...parts, ...(isFilled && !detail.hasSurfaces ? [result.edgesOnly] : [])].join(' · ')
}

/** Starts where the camera is, turns around the middle of the scene. */
function View({ camera, cloud }: { readonly camera: Camera; readonly cloud: Cloud }) {
  const depth = useMemo(() => medianDepth(cloud), [cloud])
  useOrbit({
    fov: 2 * Math.atan(camera.height / (2 * camera.fy)) * DEGREES,
    near: 5,
    far: 20_000,
    position: [0, 0, 0],
    target: [0, 0, -depth],
  })
  return null
}

function medianDepth({ positions, count }: Cloud): number {
  const sample: number[] = []
  for (let i = 0; i < count; i += Math.max(1, Math.floor(count / 2000))) sample.push(positions[3 * i + 2] ?? 0)
  sample.sort((a, b) => a - b)
  return sample[sample.length >> 1] ?? 500
}

function Points({
  cloud,
  mode,
  size,
  onDetail,
}: {
  readonly cloud: Cloud
  readonly mode: 'color' | 'residual'
  readonly size: number
  readonly onDetail: (detail: Detail) => void
}) {
  const { invalidate } = useThree()
  const geometry = useMemo(() => {
    const made = new BufferGeometry()
    made.setAttribute('position', new BufferAttribute(cloud.positions, 3))
    made.setIndex(new BufferAttribute(evenOrder(cloud.count), 1))
    return made
  }, [cloud])
  useAdaptiveDetail(geometry, cloud.count, onDetail)
  useEffect(() => {
    const colors = mode === 'color' ? linearColors(cloud.colors) : residualColors(cloud)
    geometry.setAttribute('color', new BufferAttribute(colors, 3, true))
    invalidate()
  }, [geometry, cloud, mode, invalidate])
  useEffect(() => {
    invalidate()
  }, [size, invalidate])
  useEffect(
    () => () => {
      geometry.dispose()
    },
    [geometry],
  )
  return (
    <points geometry={geometry} frustumCulled={false}>
      <pointsMaterial size={size} sizeAttenuation={false} vertexColors />
    </points>
  )
}

/** Blue: the measurement is nearer than the model; red: farther; dark grey: no model there. */
function residualColors({ residuals, count }: Cloud): Uint8Array<ArrayBuffer> {
  const colors = new Uint8Array(3 * count)
  for (let i = 0; i < count; i++) {
    const residual = residuals[i] ?? NO_RESIDUAL
    if (residual === NO_RESIDUAL) {
      colors.fill(28, 3 * i, 3 * i + 3)
      continue
    }
    const t = Math.max(-1, Math.min(1, residual / RESIDUAL_COUNTS_PER_MM / RESIDUAL_RANGE))
    const fade = Math.round(255 * (1 - Math.abs(t)))
    colors.set(t < 0 ? [fade, fade, 255] : [255, fade, fade], 3 * i)
  }
  return colors
}

function Model({ drawing, isGhost }: { readonly drawing: PoseDrawing; readonly isGhost: boolean }) {
  const { mesh, pose, color, isSelected } = drawing
  const { invalidate } = useThree()
  const parts = useMemo(() => {
    if (mesh === null) return null
    const surface = new BufferGeometry()
    surface.setAttribute('position', new BufferAttribute(mesh.positions, 3))
    surface.setIndex(new BufferAttribute(mesh.faces, 1))
    surface.computeVertexNormals()
    const { vertices, isSharp } = edgesOf(mesh)
    const sharp: number[] = []
    const point = new Vector3()
    isSharp.forEach((is, e) => {
      if (is === 0) return
      for (const k of [0, 1]) {
        point.fromArray(mesh.positions, 3 * (vertices[2 * e + k] ?? 0))
        sharp.push(point.x, point.y, point.z)
      }
    })
    const lines = new BufferGeometry()
    lines.setAttribute('position', new BufferAttribute(new Float32Array(sharp), 3))
    return { surface, lines }
  }, [mesh])
  const matrix = useMemo(() => {
    const [a, b, c, d, e, f, g, h, i] = pose.rotation as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const [x, y, z] = pose.translation as [number, number, number]
    return new Matrix4().set(a, b, c, x, d, e, f, y, g, h, i, z, 0, 0, 0, 1)
  }, [pose])
  const edges = useMemo(() => {
    if (parts === null) return null
    const material = new LineBasicMaterial({ color, transparent: true, opacity: isSelected ? 1 : 0.6 })
    return new LineSegments(parts.lines, material)
  }, [parts, color, isSelected])
  useEffect(() => {
    invalidate()
    return () => {
      parts?.surface.dispose()
      parts?.lines.dispose()
    }
  }, [parts, invalidate])
  useEffect(() => {
    invalidate()
  }, [edges, matrix, isGhost, invalidate])
  if (parts === null) return null
  return (
    <group matrix={matrix} matrixAutoUpdate={false}>
      {!isGhost && (
        <mesh geometry={parts.surface} frustumCulled={false} layers={SURFACES}>
          <meshLambertMaterial
            color={color}
            transparent
            opacity={isSelected ? 0.62 : 0.42}
            side={DoubleSide}
            depthWrite={false}
            forceSinglePass
          />
        </mesh>
      )}
      {edges !== null && <primitive object={edges} frustumCulled={false} />}
    </group>
  )
}
