import { createRng, type TriangleMesh } from '@sextant/geometry'
import type { OrientedPoints } from '@sextant/hypotheses'
import { samplePoints } from '@sextant/mesh'
import { createKdTree, nearestInto } from '@sextant/neighbors'
import { moveInto } from './motion-fit.ts'
import { turnAbout, type FreeAxis, type NearSymmetries } from './near-symmetries.ts'
import { TURN_STEPS } from './symmetry-turns.ts'

/** Mean difference of colour, per channel of 0..255, under which a surface looks the same: 5 %. */
const SAME_COLOR = 13
const SAMPLE_COUNT = 20_000
/** Points with fewer samples have no colour that could be relied on. */
const MIN_SAMPLES = 3

/** Those of the symmetries of a shape that its colours have too; all of them without colours. */
export function symmetriesInColor(
  symmetries: NearSymmetries,
  centered: TriangleMesh,
  surface: OrientedPoints,
): NearSymmetries {
  if (centered.colors === undefined) return symmetries
  const tree = createKdTree(surface.positions)
  const colors = colorsOfPoints(centered, surface, tree)
  const isSame = (motion: Float64Array): boolean => colorDifference(motion, surface, tree, colors) < SAME_COLOR
  const looksFree = (axis: FreeAxis): boolean =>
    Array.from({ length: TURN_STEPS - 1 }, (_, k) => turnAbout(axis, (2 * Math.PI * (k + 1)) / TURN_STEPS)).every(
      isSame,
    )
  return {
    motions: symmetries.motions.filter(isSame),
    freeAxes: symmetries.freeAxes.filter((axis) => !axis.isExact || looksFree(axis)),
  }
}

type Tree = ReturnType<typeof createKdTree>

/** [n, 3] mean colour of the surface about each point; NaN where too little of it was sampled. */
function colorsOfPoints(mesh: TriangleMesh, { positions }: OrientedPoints, tree: Tree): Float32Array {
  const samples = samplePoints(mesh, SAMPLE_COUNT, createRng(1))
  const indices = new Uint32Array(SAMPLE_COUNT)
  nearestInto(indices, new Float32Array(SAMPLE_COUNT), tree, samples.positions)
  const sums = new Float32Array(positions.length)
  const counts = new Uint32Array(positions.length / 3)
  indices.forEach((point, i) => {
    counts[point]++
    for (let k = 0; k < 3; k++) sums[3 * point + k] += samples.colors?.[3 * i + k] ?? 0
  })
  return sums.map((sum, i) => (counts[Math.floor(i / 3)] < MIN_SAMPLES ? NaN : sum / counts[Math.floor(i / 3)]))
}

/** Mean difference per channel between the points and what they meet after the motion. */
function colorDifference(
  motion: Float64Array,
  { positions }: OrientedPoints,
  tree: Tree,
  colors: Float32Array,
): number {
  const moved = new Float32Array(positions.length)
  moveInto(moved, positions, motion)
  const met = new Uint32Array(positions.length / 3)
  nearestInto(met, new Float32Array(met.length), tree, moved)
  let sum = 0
  let count = 0
  for (let i = 0; i < positions.length; i++) {
    const difference = Math.abs(colors[i] - colors[3 * met[Math.floor(i / 3)] + (i % 3)])
    if (Number.isNaN(difference)) continue
    sum += difference
    count++
  }
  return count === 0 ? 0 : sum / count
}
