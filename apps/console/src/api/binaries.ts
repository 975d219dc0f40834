import { Problem, request } from './http.ts'

/** Layouts: docs/formats/console-binaries.md. */
const CLOUD_MAGIC = 0x31435853
const MESH_MAGIC = 0x314d5853
const HEADER_BYTES = 16

/** Points of a frame; views of one buffer. */
export interface Cloud {
  readonly count: number
  /** [n, 3] mm, camera */
  readonly positions: Float32Array<ArrayBuffer>
  /** [n, 4] sRGB */
  readonly colors: Uint8Array<ArrayBuffer>
  /** [n] measured minus rendered depth, 1/100 mm */
  readonly residuals: Int16Array<ArrayBuffer>
}

/** Value of `residuals` where no posed model is drawn. */
export const NO_RESIDUAL = -32768
export const RESIDUAL_COUNTS_PER_MM = 100

/** Triangles of an object; views of one buffer. */
export interface ViewMesh {
  /** [v, 3] mm, object */
  readonly positions: Float32Array<ArrayBuffer>
  /** [f, 3] */
  readonly faces: Uint32Array<ArrayBuffer>
  /** [v, 4] sRGB */
  readonly colors: Uint8Array<ArrayBuffer>
  readonly hasColors: boolean
}

/** @throws {Problem} upstream.bad_response */
export function parseCloud(buffer: ArrayBuffer): Cloud {
  const [magic, count] = headerOf(buffer)
  if (magic !== CLOUD_MAGIC || buffer.byteLength !== HEADER_BYTES + 18 * count) throw damaged('cloud')
  return {
    count,
    positions: new Float32Array(buffer, HEADER_BYTES, 3 * count),
    colors: new Uint8Array(buffer, HEADER_BYTES + 12 * count, 4 * count),
    residuals: new Int16Array(buffer, HEADER_BYTES + 16 * count, count),
  }
}

/** @throws {Problem} upstream.bad_response */
export function parseViewMesh(buffer: ArrayBuffer): ViewMesh {
  const [magic, vertices, faces, hasColors] = headerOf(buffer)
  if (magic !== MESH_MAGIC || buffer.byteLength !== HEADER_BYTES + 16 * vertices + 12 * faces) throw damaged('mesh')
  return {
    positions: new Float32Array(buffer, HEADER_BYTES, 3 * vertices),
    faces: new Uint32Array(buffer, HEADER_BYTES + 12 * vertices, 3 * faces),
    colors: new Uint8Array(buffer, HEADER_BYTES + 12 * vertices + 12 * faces, 4 * vertices),
    hasColors: hasColors === 1,
  }
}

export async function fetchCloud(runId: string, points: number, signal: AbortSignal): Promise<Cloud> {
  const response = await request(`/api/v2/runs/${runId}/cloud?points=${points}`, { signal })
  return parseCloud(await response.arrayBuffer())
}

export async function fetchViewMesh(className: string, objectName: string, signal: AbortSignal): Promise<ViewMesh> {
  const path = `/api/v2/meshes/${encodeURIComponent(className)}/${encodeURIComponent(objectName)}`
  return parseViewMesh(await (await request(path, { signal })).arrayBuffer())
}

function headerOf(buffer: ArrayBuffer): [number, number, number, number] {
  if (buffer.byteLength < HEADER_BYTES) throw damaged('binary')
  const [a = 0, b = 0, c = 0, d = 0] = new Uint32Array(buffer, 0, 4)
  return [a, b, c, d]
}

function damaged(what: string): Problem {
  return new Problem({ code: 'upstream.bad_response', detail: `the ${what} is damaged`, status: 200, retryable: true })
}
