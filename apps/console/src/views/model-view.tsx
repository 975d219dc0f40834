import { Canvas } from '@react-three/fiber'
import type { ObjectReportV2 } from '@sextant/contracts'
import { Switch } from '@mantine/core'
import { useEffect, useMemo, useState } from 'react'
import { BufferAttribute, BufferGeometry, DoubleSide, Line, LineBasicMaterial, Vector3 } from 'three'
import type { ViewMesh } from '../api/binaries.ts'
import { useText } from '../text/text.tsx'
import { linearColors } from './linear-colors.ts'
import { useOrbit } from './use-orbit.ts'

interface ModelViewProps {
  readonly mesh: ViewMesh
  readonly symmetries: Pick<ObjectReportV2['symmetries'], 'symmetries_continuous' | 'symmetries_discrete'> | null
}

/** The CAD to be turned around, its axes, and the axes it may be turned about without a difference. */
export function ModelView({ mesh, symmetries }: ModelViewProps) {
  const text = useText()
  const [isWireframe, setWireframe] = useState(false)
  const { geometry, center, radius } = useMemo(() => {
    const made = new BufferGeometry()
    made.setAttribute('position', new BufferAttribute(mesh.positions, 3))
    made.setIndex(new BufferAttribute(mesh.faces, 1))
    if (mesh.hasColors) made.setAttribute('color', new BufferAttribute(linearColors(mesh.colors), 3, true))
    made.computeVertexNormals()
    made.computeBoundingSphere()
    const sphere = made.boundingSphere
    return { geometry: made, center: sphere?.center ?? new Vector3(), radius: Math.max(1, sphere?.radius ?? 1) }
  }, [mesh])
  useEffect(
    () => () => {
      geometry.dispose()
    },
    [geometry],
  )
  return (
    <div>
      <div className="viewer model" style={{ aspectRatio: '4 / 3', maxHeight: 420, width: '100%' }} data-testid="model">
        <Canvas
          frameloop="demand"
          gl={{ preserveDrawingBuffer: true }}
          style={{ position: 'absolute', inset: 0 }}
          role="img"
          aria-label={text.objects.model}
        >
          <Orbit radius={radius} />
          <hemisphereLight intensity={1.2} groundColor="#667077" />
          <directionalLight intensity={1.8} position={[1, 2, 3]} />
          {/* CAD has z up, three has y up. */}
          <group rotation={[-Math.PI / 2, 0, 0]}>
            <group position={center.clone().negate()}>
              <mesh geometry={geometry}>
                <meshStandardMaterial
                  key={`${isWireframe}`}
                  {...(mesh.hasColors ? { vertexColors: true } : { color: '#b8c2ca' })}
                  side={DoubleSide}
                  wireframe={isWireframe}
                  roughness={0.75}
                />
              </mesh>
              <axesHelper args={[0.6 * radius]} />
              {symmetries?.symmetries_continuous.map(({ axis, offset }, i) => (
                <Axis key={i} axis={axis} offset={offset} length={1.5 * radius} />
              ))}
              {symmetries?.symmetries_discrete.map((motion, i) => {
                const found = axisOf(motion)
                return found === null ? null : (
                  <Axis key={`d${i}`} axis={found} offset={center.toArray()} length={1.25 * radius} isThin />
                )
              })}
            </group>
          </group>
        </Canvas>
      </div>
      <Switch
        p="xs"
        label={text.objects.wireframe}
        checked={isWireframe}
        onChange={(event) => setWireframe(event.currentTarget.checked)}
      />
    </div>
  )
}

function Orbit({ radius }: { readonly radius: number }) {
  useOrbit({
    fov: 40,
    near: radius / 100,
    far: radius * 100,
    position: [1.7 * radius, 1.3 * radius, 2.4 * radius],
    target: [0, 0, 0],
  })
  return null
}

function Axis(props: {
  readonly axis: readonly number[]
  readonly offset: readonly number[]
  readonly length: number
  readonly isThin?: boolean
}) {
  const { axis, offset, length, isThin = false } = props
  const line = useMemo(() => {
    const direction = new Vector3().fromArray(axis).normalize().multiplyScalar(length)
    const middle = new Vector3().fromArray(offset)
    const shape = new BufferGeometry().setFromPoints([middle.clone().sub(direction), middle.clone().add(direction)])
    return new Line(shape, new LineBasicMaterial({ color: isThin ? '#f59e0b' : '#f472b6' }))
  }, [axis, offset, length, isThin])
  return <primitive object={line} />
}

/** Axis of the turn of a 4x4 motion; null when it does not turn. */
function axisOf(motion: readonly number[]): number[] | null {
  const m = (row: number, column: number): number => motion[4 * row + column] ?? 0
  const skew = [m(2, 1) - m(1, 2), m(0, 2) - m(2, 0), m(1, 0) - m(0, 1)]
  if (Math.hypot(...skew) > 1e-3) return skew
  if (m(0, 0) + m(1, 1) + m(2, 2) > 2.9) return null
  // A half turn: R = 2 a aᵀ - I, so every column of R + I is along the axis.
  const columns = [0, 1, 2].map((column) => [0, 1, 2].map((row) => m(row, column) + (row === column ? 1 : 0)))
  return columns.reduce((best, column) => (Math.hypot(...column) > Math.hypot(...best) ? column : best))
}
