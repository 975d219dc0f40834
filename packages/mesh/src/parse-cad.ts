import { loadOcct, type OcctMesh, type OcctReader } from './foreign-parsers.ts'
import { undecodable } from './mesh-builder.ts'
import { UNIT_ASSUMED, type SurfacePart, type SurfaceScene } from './surface-part.ts'

const READERS: Readonly<Record<string, OcctReader>> = {
  '.step': 'ReadStepFile',
  '.stp': 'ReadStepFile',
  '.iges': 'ReadIgesFile',
  '.igs': 'ReadIgesFile',
  '.brep': 'ReadBrepFile',
  '.brp': 'ReadBrepFile',
}

/** Curved faces stay within half a thousandth of the object's size, and within this angle of the true normal, rad. */
const TESSELLATION = {
  linearUnit: 'millimeter',
  linearDeflectionType: 'bounding_box_ratio',
  linearDeflection: 0.0005,
  angularDeflection: 0.2,
}

/**
 * Parses STEP, IGES and BREP: every solid of an assembly in its place, with the colours of parts and faces. STEP and
 * IGES state their unit and come out in mm; BREP states none.
 *
 * Synchronous for as long as the tessellation takes, in memory that only the thread bounds: run it in a worker.
 * @throws {PlatformError} mesh.undecodable
 */
export async function parseCad(bytes: Uint8Array, fileName: string, extension: string): Promise<SurfaceScene> {
  const reader = READERS[extension]
  const lines: string[] = []
  const occt = await loadOcct((line) => lines.push(line))
  const { success, meshes = [] } = occt[reader](bytes, TESSELLATION)
  if (!success) {
    const reason = lines.findLast((line) => line.includes('ERR'))?.replace(/^\W*ERR\s*|[\s*]+$/g, '')
    throw undecodable(
      `${fileName} is not readable as ${extension.slice(1).toUpperCase()}: ${reason ?? 'no shape found'}`,
    )
  }
  if (meshes.length === 0) {
    throw undecodable(`${fileName} holds no shape; parts in other files, to which it may refer, are not followed`)
  }
  const warnings: string[] = []
  const isBlack = meshes.every((mesh) => colorsOf(mesh).every((color) => color?.every((value) => value === 0) ?? true))
  // Black is the pen of an IGES drawing that says nothing about its surfaces.
  const isDrawn = reader === 'ReadIgesFile' && isBlack
  const parts = meshes.flatMap((mesh) => partsOf(mesh, isDrawn))
  const unit = reader === 'ReadBrepFile' ? UNIT_ASSUMED : ({ millimetersPerUnit: 1, basis: 'file' } as const)
  return { parts, unit, warnings }
}

const colorsOf = ({ color, brep_faces = [] }: OcctMesh): (readonly number[] | null)[] => [
  color ?? null,
  ...brep_faces.map((face) => face.color),
]

/** One part for each colour; faces without their own have the solid's. */
function partsOf(mesh: OcctMesh, isColorless: boolean): SurfacePart[] {
  const positions = Float64Array.from(mesh.attributes.position.array)
  const indices = mesh.index.array
  const facesByColor = new Map<string, { readonly color: readonly number[] | null; readonly corners: number[] }>()
  const add = (color: readonly number[] | null, first: number, last: number): void => {
    const key = color === null ? '' : color.join()
    const group = facesByColor.get(key) ?? { color, corners: [] }
    facesByColor.set(key, group)
    for (let c = 3 * first; c < 3 * (last + 1) && c < indices.length; c++) group.corners.push(indices[c])
  }
  const own = isColorless ? null : (mesh.color ?? null)
  const { brep_faces = [] } = mesh
  if (brep_faces.length === 0) add(own, 0, indices.length / 3 - 1)
  for (const { first, last, color } of brep_faces) add(isColorless ? null : (color ?? own), first, last)
  return [...facesByColor.values()].map(({ color, corners }) => ({
    positions,
    faces: Uint32Array.from(corners),
    uvs: null,
    tints: null,
    material: { color: color === null ? null : [color[0], color[1], color[2]], texture: null },
  }))
}
