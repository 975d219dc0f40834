import type { TriangleMesh, Vector3 } from '@sextant/geometry'

type Rgb = readonly [number, number, number]

const CORNERS: readonly Vector3[] = [
  [0, 0, 0],
  [1, 0, 0],
  [1, 1, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 0, 1],
  [1, 1, 1],
  [0, 1, 1],
]
const QUADS = [
  [0, 3, 2, 1],
  [4, 5, 6, 7],
  [0, 1, 5, 4],
  [1, 2, 6, 5],
  [2, 3, 7, 6],
  [3, 0, 4, 7],
] as const

/** An axis-aligned box, mm; closed, outward winding, one colour. */
export function createBoxMesh(low: Vector3, high: Vector3, color: Rgb = [180, 60, 50]): TriangleMesh {
  return {
    positions: Float32Array.from(CORNERS.flatMap((c) => c.map((t, k) => low[k] + t * (high[k] - low[k])))),
    faces: Uint32Array.from(QUADS.flatMap(([a, b, c, d]) => [a, b, c, a, c, d])),
    colors: Uint8Array.from(CORNERS.flatMap(() => color)),
  }
}

/** An L of three boxes that no rotation maps onto itself; about 150 mm across. */
export function createBracketMesh(color: Rgb = [180, 60, 50]): TriangleMesh {
  return joinMeshes([
    createBoxMesh([-55, -30, -40], [55, 30, -26], color),
    createBoxMesh([-55, -30, -26], [-41, 30, 50], color),
    createBoxMesh([-41, 8, -26], [0, 20, 10], color),
  ])
}

/** A cup of 24 sides, 80 mm wide and 90 mm high about z, with a handle towards +x; a handle apart, nothing tells its turns apart. */
export function createMugMesh(color: Rgb = [180, 60, 50]): TriangleMesh {
  return joinMeshes([
    createPrismMesh(24, 40, [-45, 45], color),
    createBoxMesh([38, -6, 20], [66, 6, 32], color),
    createBoxMesh([54, -6, -32], [66, 6, 20], color),
    createBoxMesh([38, -6, -44], [66, 6, -32], color),
  ])
}

/** An upright prism about z, mm; closed, outward winding, one colour. */
function createPrismMesh(
  sides: number,
  radius: number,
  [low, high]: readonly [number, number],
  color: Rgb,
): TriangleMesh {
  const ring = (z: number): number[] =>
    Array.from({ length: sides }, (_, k) => (2 * Math.PI * k) / sides).flatMap((turn) => [
      radius * Math.cos(turn),
      radius * Math.sin(turn),
      z,
    ])
  const bottom = 2 * sides
  const top = bottom + 1
  const faces = Array.from({ length: sides }, (_, k) => [k, (k + 1) % sides]).flatMap(([a, b]) => [
    ...[a, b, b + sides, a, b + sides, a + sides],
    ...[bottom, b, a, top, a + sides, b + sides],
  ])
  return {
    positions: Float32Array.from([...ring(low), ...ring(high), 0, 0, low, 0, 0, high]),
    faces: Uint32Array.from(faces),
    colors: Uint8Array.from(Array.from({ length: 2 * sides + 2 }, () => color).flat()),
  }
}

function joinMeshes(meshes: readonly TriangleMesh[]): TriangleMesh {
  const positions: number[] = []
  const faces: number[] = []
  const colors: number[] = []
  for (const mesh of meshes) {
    const first = positions.length / 3
    positions.push(...mesh.positions)
    faces.push(...Array.from(mesh.faces, (index) => index + first))
    colors.push(...(mesh.colors ?? []))
  }
  return { positions: Float32Array.from(positions), faces: Uint32Array.from(faces), colors: Uint8Array.from(colors) }
}
