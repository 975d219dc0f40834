// Notes. Scene AR_MSSD before -> after on whole tables of YCB-V objects: `sextant synth --scenes 6 --frames 2 --objects 15
// --kind table --distinct --seed 7000` .760 -> .776 (3 objects right, none wrong any more); 8 scenes of seed 8000 .796 ->
// .809 (4, none). Real frames the same, .852; with MAX_LOSS 0.4 a real mug is turned wrong (.840). Asked of all near
// symmetries instead of turns alone, boxes and clamps turn wrong. Colour for pixels without depth: .776 -> .782 (1 more
// right) and .809 -> .809; real frames with masks .936 -> .944, without .852 -> .856, many .772 -> .784 (a mug whose handle
// has no depth); free to outvote depth, it undoes two right turns of seed 7000 (.770). Chromaticity instead of colour does
// not see a dark handle before a bright wall.
import { rotationAngleBetween, type Vector3 } from '@sextant/geometry'
import { toleranceAt } from '@sextant/hypotheses'
import { createRasterTarget, renderInto, type RasterTarget } from '@sextant/raster'
import { centerDistance, type Candidate } from './pose-pool.ts'
import type { PreparedModel } from './prepare-model.ts'
import type { PreparedScene } from './prepare-scene.ts'
import { transformOfPose } from './transform-of-pose.ts'

/** Rivals have their centre so near, in diameters, */
const SAME_PLACE = 0.15
/** their axis in the same direction, */
const SAME_AXIS_COSINE = Math.cos((20 * Math.PI) / 180)
/** and hardly less S. */
const MAX_LOSS = 0.15
const MAX_RIVALS = 40
/** A turn by less is the same one. */
const SAME_TURN = (20 * Math.PI) / 180
/** A pixel that the frame sees through costs this many that it confirms. */
const VIOLATION_COST = 1.5
/** Confirmed pixels a rival must have more, share of those rendered. */
const MIN_GAIN = 0.012

/** What the frame says of a rendered pixel; 0 where nothing is rendered. */
const CONFIRMED = 1
const SEEN_THROUGH = 2
/** hidden, without depth, or on a dominant plane, which needs no object */
const UNDECIDED = 3

/** Pixels of the fine level around one without depth that tell what the frame looks like beside the object, */
const NEIGHBOURHOOD = 3
/** if its mean colour differs so much from the object's, of 442. */
const MIN_CONTRAST = 50

interface Drawing {
  /** [height, width] of the fine level */
  readonly states: Uint8Array
  readonly pixelCount: number
}

/** A pose whose turn was asked for. */
export interface SettledPose {
  readonly candidate: Candidate
  /** about its nearly free axis, another turn fits the frame as well */
  readonly isTurnOpen: boolean
}

/**
 * Decides between turns about a nearly free axis (a mug about its own) by what is small: S goes by shares of all pixels
 * and prefers the turn that hides the handle behind the body to the one that explains the few pixels of a visible handle.
 * So the turn is taken whose own pixels the frame confirms, if S does not speak against it. Where the frame confirms none
 * above the others, the turn stays open.
 *
 * @param ranked  verified, best first
 * @param best    one of them, of which the others are turns
 * @cost one rendering on the fine level for each rival; nothing for other objects
 */
export function settleTurn(
  scene: PreparedScene,
  model: PreparedModel,
  ranked: readonly Candidate[],
  best: Candidate,
): SettledPose {
  const axis = model.freeAxes.find(({ isExact }) => !isExact)
  if (axis === undefined) return { candidate: best, isTurnOpen: false }
  const rivals = ranked
    .filter(
      (rival) =>
        rival !== best &&
        rival.score > best.score - MAX_LOSS &&
        centerDistance(rival.pose, best.pose) < SAME_PLACE * model.diameter &&
        axisCosine(axis.direction, rival.pose, best.pose) > SAME_AXIS_COSINE,
    )
    .slice(0, MAX_RIVALS)
  if (rivals.length === 0) return { candidate: best, isTurnOpen: false }
  const target = createRasterTarget(scene.fine.width, scene.fine.height)
  const drawn = [best, ...rivals].map((candidate) => ({ candidate, ...drawingOf(scene, model, target, candidate) }))
  const [first] = drawn
  const least = MIN_GAIN * first.pixelCount
  let chosen = first
  let most = least
  for (const rival of drawn.slice(1)) {
    const gain = gainOf(scene, rival, first)
    if (gain <= most) continue
    most = gain
    chosen = rival
  }
  const isTurnOpen = drawn.some(
    (rival) =>
      rotationAngleBetween(rival.candidate.pose, chosen.candidate.pose) > SAME_TURN &&
      gainOf(scene, chosen, rival) <= least,
  )
  return { candidate: chosen.candidate, isTurnOpen }
}

/** Cosine between the directions that two poses give an axis of the object. */
function axisCosine([x, y, z]: Vector3, a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let r = 0; r < 9; r += 3) {
    sum += (a[r] * x + a[r + 1] * y + a[r + 2] * z) * (b[r] * x + b[r + 1] * y + b[r + 2] * z)
  }
  return sum
}

function drawingOf(scene: PreparedScene, model: PreparedModel, target: RasterTarget, { pose }: Candidate): Drawing {
  const { fine, planeMask, surface } = scene
  const transform = transformOfPose(pose)
  const { x0, y0, x1, y1, pixelCount } = renderInto(target, model.fineMesh, transform, fine.camera)
  const states = new Uint8Array(fine.width * fine.height)
  const tolerance = toleranceAt(pose[11], model.diameter, surface.inverseDepthNoise)
  for (let y = y0; y < y1; y++) {
    for (let o = y * fine.width + x0; o < y * fine.width + x1; o++) {
      if (target.depths[o] === 0) continue
      const dz = fine.depths[o] - target.depths[o]
      if (fine.depths[o] === 0) states[o] = UNDECIDED
      else if (dz > 2 * tolerance) states[o] = SEEN_THROUGH
      else states[o] = Math.abs(dz) < 1.5 * tolerance && planeMask[o] === 0 ? CONFIRMED : UNDECIDED
    }
  }
  return { states, pixelCount }
}

/** Pixels that the frame confirms of `rival` alone, less those of `other` alone. */
function gainOf(scene: PreparedScene, rival: Drawing, other: Drawing): number {
  // Colour speaks where depth is silent; it does not contradict it.
  let gain = Math.max(0, colorGainOf(scene, rival, other) - colorGainOf(scene, other, rival))
  for (let o = 0; o < rival.states.length; o++) {
    const own = rival.states[o]
    const its = other.states[o]
    if (its === 0) gain += worthOf(own)
    else if (own === 0) gain -= worthOf(its)
  }
  return gain
}

/**
 * The same for pixels without depth, as thin things have, by colour: each counts for what it resembles more, the part of
 * the object that both confirm or the frame around both; nothing where those two look alike.
 */
function colorGainOf({ fine }: PreparedScene, own: Drawing, other: Drawing): number {
  const { colors, depths, height, width } = fine
  const open: number[] = []
  const object = createMeanColor()
  const around = createMeanColor()
  for (let o = 0; o < own.states.length; o++) {
    if (own.states[o] === CONFIRMED && other.states[o] === CONFIRMED) addColorAt(object, colors, o)
    else if (own.states[o] === UNDECIDED && other.states[o] === 0 && depths[o] === 0) open.push(o)
  }
  for (const o of open) {
    const [x0, y0] = [o % width, Math.floor(o / width)]
    for (let y = Math.max(0, y0 - NEIGHBOURHOOD); y <= Math.min(height - 1, y0 + NEIGHBOURHOOD); y++) {
      for (let x = Math.max(0, x0 - NEIGHBOURHOOD); x <= Math.min(width - 1, x0 + NEIGHBOURHOOD); x++) {
        const i = y * width + x
        if (own.states[i] === 0 && other.states[i] === 0) addColorAt(around, colors, i)
      }
    }
  }
  if (object.count === 0 || around.count === 0) return 0
  const inside = object.sums.map((sum) => sum / object.count)
  const outside = around.sums.map((sum) => sum / around.count)
  if (colorDistance(inside, outside, 0) < MIN_CONTRAST) return 0
  let gain = 0
  for (const o of open) {
    gain += colorDistance(inside, colors, 3 * o) < colorDistance(outside, colors, 3 * o) ? 1 : -1
  }
  return gain
}

interface MeanColor {
  count: number
  /** red, green, blue */
  readonly sums: [number, number, number]
}

const createMeanColor = (): MeanColor => ({ count: 0, sums: [0, 0, 0] })

function addColorAt(mean: MeanColor, colors: Uint8Array, o: number): void {
  mean.count++
  for (let k = 0; k < 3; k++) mean.sums[k] += colors[3 * o + k]
}

/** Between two sRGB colours, of which the second begins at `at`; 0..442. */
function colorDistance(a: ArrayLike<number>, b: ArrayLike<number>, at: number): number {
  return Math.hypot(a[0] - b[at], a[1] - b[at + 1], a[2] - b[at + 2])
}

function worthOf(state: number): number {
  return state === CONFIRMED ? 1 : state === SEEN_THROUGH ? -VIOLATION_COST : 0
}
