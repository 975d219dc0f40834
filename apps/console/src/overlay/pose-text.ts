import type { PoseV2, RunV2 } from '@sextant/contracts'

type Placement = Pick<PoseV2, 'rotation' | 'translation'>

const MILLIMETERS_PER_METER = 1000
const MILLISECONDS_PER_SECOND = 1000
const DEGREES = 180 / Math.PI

/** Unit quaternion w, x, y, z with w >= 0. @source Shepperd 1978: the largest component first */
export function quaternionOf({ rotation }: Placement): [number, number, number, number] {
  const m = (row: number, column: number): number => rotation[3 * row + column] ?? 0
  const squares = [
    1 + m(0, 0) + m(1, 1) + m(2, 2),
    1 + m(0, 0) - m(1, 1) - m(2, 2),
    1 - m(0, 0) + m(1, 1) - m(2, 2),
    1 - m(0, 0) - m(1, 1) + m(2, 2),
  ]
  const largest = squares.indexOf(Math.max(...squares))
  const products: readonly (readonly [number, number, number, number])[] = [
    [squares[0] ?? 0, m(2, 1) - m(1, 2), m(0, 2) - m(2, 0), m(1, 0) - m(0, 1)],
    [m(2, 1) - m(1, 2), squares[1] ?? 0, m(0, 1) + m(1, 0), m(0, 2) + m(2, 0)],
    [m(0, 2) - m(2, 0), m(0, 1) + m(1, 0), squares[2] ?? 0, m(1, 2) + m(2, 1)],
    [m(1, 0) - m(0, 1), m(0, 2) + m(2, 0), m(1, 2) + m(2, 1), squares[3] ?? 0],
  ]
  const row = products[largest] ?? [1, 0, 0, 0]
  const scale = (row[0] < 0 ? -1 : 1) / (Math.hypot(...row) || 1)
  return [row[0] * scale, row[1] * scale, row[2] * scale, row[3] * scale]
}

/** Roll, pitch, yaw in degrees: R = Rz(yaw) Ry(pitch) Rx(roll), the convention of ROS. */
export function eulerOf({ rotation }: Placement): [number, number, number] {
  const m = (row: number, column: number): number => rotation[3 * row + column] ?? 0
  const pitch = Math.asin(Math.max(-1, Math.min(1, -m(2, 0))))
  // At the poles roll and yaw turn about one axis: roll is set to 0.
  if (Math.abs(m(2, 0)) > 1 - 1e-9) return [0, pitch * DEGREES, Math.atan2(-m(0, 1), m(1, 1)) * DEGREES]
  return [Math.atan2(m(2, 1), m(2, 2)) * DEGREES, pitch * DEGREES, Math.atan2(m(1, 0), m(0, 0)) * DEGREES]
}

/** As the v1 API answers it: rotation row by row, translation in mm. */
export function toJson(pose: PoseV2, object: { className: string; objectName: string }): string {
  const { rotation, translation, score } = pose
  return JSON.stringify(
    {
      class_name: object.className,
      object_name: object.objectName,
      score,
      rotation: [rotation.slice(0, 3), rotation.slice(3, 6), rotation.slice(6, 9)],
      translation_mm: translation,
    },
    null,
    2,
  )
}

/** geometry_msgs/PoseStamped as `ros2 topic pub` reads it: metres, quaternion x, y, z, w. */
export function toRos(pose: PoseV2, frameId: string): string {
  const [w, x, y, z] = quaternionOf(pose)
  const [tx = 0, ty = 0, tz = 0] = pose.translation.map((value) => value / MILLIMETERS_PER_METER)
  return [
    'header:',
    `  frame_id: ${frameId}`,
    'pose:',
    `  position: {x: ${tx.toFixed(6)}, y: ${ty.toFixed(6)}, z: ${tz.toFixed(6)}}`,
    `  orientation: {x: ${x.toFixed(7)}, y: ${y.toFixed(7)}, z: ${z.toFixed(7)}, w: ${w.toFixed(7)}}`,
  ].join('\n')
}

const BOP_HEADER = 'scene_id,im_id,obj_id,score,R,t,time'

/** One line of a BOP results file; `obj_id` is the number in the object's name, or its place in the run. */
export function toBopLines(runs: readonly RunV2[]): string {
  const lines = runs.flatMap((run, image) =>
    run.objects.flatMap(({ objectName, poses }, index) =>
      poses.map(({ score, rotation, translation }) => {
        const id = Number(/\d+/.exec(objectName)?.[0] ?? index + 1)
        return [0, image, id, score, rotation.join(' '), translation.join(' '), secondsOf(run) ?? -1].join(',')
      }),
    ),
  )
  return [BOP_HEADER, ...lines].join('\n') + '\n'
}

/** s from start to end; null while it runs. */
export function secondsOf({ startedAt, endedAt }: Pick<RunV2, 'startedAt' | 'endedAt'>): number | null {
  if (startedAt === null || endedAt === null) return null
  return (Date.parse(endedAt) - Date.parse(startedAt)) / MILLISECONDS_PER_SECOND
}
