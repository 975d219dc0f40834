import { spreadBits, type TriangleMesh } from '@sextant/geometry'
import { boundingBox } from '@sextant/mesh'

const BITS = 9
const CELLS = 2 ** BITS
/** Key and face share the 53 bits of a number. */
const MOST_FACES = 2 ** (53 - 3 * BITS)

/**
 * The same surface with its faces along a Z curve (Morton 1966) through their centres, and its vertices in the order in
 * which the faces meet them: neighbours in a picture are then neighbours in memory, which halves what a view of a fine
 * scan costs. Vertices of no face are left out; normals too.
 *
 * @cost O(faces · log faces)
 */
export function inDrawingOrder(mesh: TriangleMesh): TriangleMesh {
  const { colors, faces, positions } = mesh
  const faceCount = faces.length / 3
  if (!(faceCount < MOST_FACES)) return mesh
  const order = facesAlongCurve(mesh)
  const placeOf = new Int32Array(positions.length / 3).fill(-1)
  const newFaces = new Uint32Array(faces.length)
  const vertices = new Uint32Array(positions.length / 3)
  let used = 0
  for (let k = 0; k < faceCount; k++) {
    const face = 3 * order[k]
    for (let corner = 0; corner < 3; corner++) {
      const vertex = faces[face + corner]
      if (placeOf[vertex] < 0) {
        vertices[used] = vertex
        placeOf[vertex] = used++
      }
      newFaces[3 * k + corner] = placeOf[vertex]
    }
  }
  const newPositions = new Float32Array(3 * used)
  const newColors = colors === undefined ? null : new Uint8Array(3 * used)
  for (let place = 0; place < used; place++) {
    for (let k = 0; k < 3; k++) {
      newPositions[3 * place + k] = positions[3 * vertices[place] + k]
      if (newColors !== null && colors !== undefined) newColors[3 * place + k] = colors[3 * vertices[place] + k]
    }
  }
  return { positions: newPositions, faces: newFaces, ...(newColors === null ? {} : { colors: newColors }) }
}

/** [faceCount] faces by the cell of their centre; those of one cell in the order they came. */
function facesAlongCurve(mesh: TriangleMesh): Uint32Array {
  const { faces, positions } = mesh
  const faceCount = faces.length / 3
  const { max, min } = boundingBox(mesh)
  const scale = min.map((low, k) => (max[k] > low ? (CELLS - 1) / (3 * (max[k] - low)) : 0))
  const keys = new Float64Array(faceCount)
  for (let face = 0; face < faceCount; face++) {
    const a = 3 * faces[3 * face]
    const b = 3 * faces[3 * face + 1]
    const c = 3 * faces[3 * face + 2]
    let key = 0
    for (let k = 0; k < 3; k++) {
      const cell = (positions[a + k] + positions[b + k] + positions[c + k] - 3 * min[k]) * scale[k]
      key |= spreadBits(cell) << k
    }
    keys[face] = key * MOST_FACES + face
  }
  keys.sort()
  const order = new Uint32Array(faceCount)
  for (let k = 0; k < faceCount; k++) order[k] = keys[k] - Math.floor(keys[k] / MOST_FACES) * MOST_FACES
  return order
}
