import type { TriangleMesh } from '@sextant/geometry'

/**
 * Binary little-endian PLY with colours when the mesh has them.
 * @param comments  ASCII, one line each
 */
export function encodePly(mesh: TriangleMesh, comments: readonly string[] = []): Uint8Array<ArrayBuffer> {
  const vertexCount = mesh.positions.length / 3
  const faceCount = mesh.faces.length / 3
  const { colors } = mesh
  const header = [
    'ply',
    'format binary_little_endian 1.0',
    ...comments.map((comment) => `comment ${comment}`),
    `element vertex ${vertexCount}`,
    'property float x',
    'property float y',
    'property float z',
    ...(colors === undefined ? [] : ['property uchar red', 'property uchar green', 'property uchar blue']),
    `element face ${faceCount}`,
    'property list uchar int vertex_indices',
    'end_header',
    '',
  ].join('\n')
  const stride = colors === undefined ? 12 : 15
  const out = new Uint8Array(header.length + stride * vertexCount + 13 * faceCount)
  out.set(new TextEncoder().encode(header))
  const view = new DataView(out.buffer)
  let at = header.length
  for (let i = 0; i < vertexCount; i++, at += stride) {
    for (let k = 0; k < 3; k++) view.setFloat32(at + 4 * k, mesh.positions[3 * i + k], true)
    if (colors !== undefined) for (let k = 0; k < 3; k++) out[at + 12 + k] = colors[3 * i + k]
  }
  for (let f = 0; f < faceCount; f++, at += 13) {
    out[at] = 3
    for (let k = 0; k < 3; k++) view.setInt32(at + 1 + 4 * k, mesh.faces[3 * f + k], true)
  }
  return out
}
