// AssemblyScript. The twin of src/project-vertices.ts and src/fill-faces.ts, bit for bit; what is explained there is not
// explained again. Small faces are tested four pixels at a time.

const SUBPIXEL_BITS: i32 = 12
const SUBPIXELS: i32 = 1 << SUBPIXEL_BITS
const SNAP: f64 = 1.5 * 1099511627776.0
const GUARD_BAND: f64 = 8100
/**
 * Faces less than 7 px wide and high: weights stay below 2^31 up to three pixels beyond the box, where lanes may lie.
 * Such a face has at most 7 columns: two groups of four.
 */
const SMALL_FACE: i32 = 7 * SUBPIXELS
const LANES: i32 = 4

/**
 * @param screen     out: [count] records of 16 bytes: i32 u, i32 v, f64 1/z
 * @param positions  [count, 3] f32
 * @param numbers    f64: the 12 of the pose, fx, fy, cx, cy, near
 */
export function projectVertices(screen: usize, positions: usize, count: i32, numbers: usize): void {
  const r00 = load<f64>(numbers)
  const r01 = load<f64>(numbers, 8)
  const r02 = load<f64>(numbers, 16)
  const tx = load<f64>(numbers, 24)
  const r10 = load<f64>(numbers, 32)
  const r11 = load<f64>(numbers, 40)
  const r12 = load<f64>(numbers, 48)
  const ty = load<f64>(numbers, 56)
  const r20 = load<f64>(numbers, 64)
  const r21 = load<f64>(numbers, 72)
  const r22 = load<f64>(numbers, 80)
  const tz = load<f64>(numbers, 88)
  const fx = load<f64>(numbers, 96)
  const fy = load<f64>(numbers, 104)
  const cx = load<f64>(numbers, 112)
  const cy = load<f64>(numbers, 120)
  const near = load<f64>(numbers, 128)
  const end = positions + 12 * count
  for (let p = positions, s = screen; p < end; p += 12, s += 16) {
    const x = <f64>load<f32>(p)
    const y = <f64>load<f32>(p, 4)
    const z = <f64>load<f32>(p, 8)
    const depth = r20 * x + r21 * y + r22 * z + tz
    const inverse = 1.0 / depth
    const u = fx * (r00 * x + r01 * y + r02 * z + tx) * inverse + cx + SNAP - SNAP
    const v = fy * (r10 * x + r11 * y + r12 * z + ty) * inverse + cy + SNAP - SNAP
    store<i32>(s, <i32>(u * SUBPIXELS))
    store<i32>(s, <i32>(v * SUBPIXELS), 4)
    store<f64>(
      s,
      depth >= near && u <= GUARD_BAND && u >= -GUARD_BAND && v <= GUARD_BAND && v >= -GUARD_BAND ? inverse : NaN,
      8,
    )
  }
}

/**
 * @param depths  [height, width] f32 1/z, 16 bytes longer than that
 * @param ids     [height, width] i32, 16 bytes longer than that; 0: not wanted
 * @param box     in and out: i32 x0, y0, x1, y1 of what is touched
 * @returns whether every face is drawn; it stops at the first one with a vertex to be clipped
 */
export function fillFaces(
  screen: usize,
  faces: usize,
  faceCount: i32,
  depths: usize,
  ids: usize,
  width: i32,
  height: i32,
  box: usize,
): bool {
  const lastX = width - 1
  const lastY = height - 1
  const rowBytes: usize = 4 * width
  let minX = load<i32>(box)
  let minY = load<i32>(box, 4)
  let maxX = load<i32>(box, 8)
  let maxY = load<i32>(box, 12)
  let isComplete = true
  const ramp = i32x4(0, 1, 2, 3)
  const zero = i32x4.splat(0)
  for (let face: i32 = 0, f = faces; face < faceCount; face++, f += 12) {
    const a = v128.load(screen + ((<usize>load<i32>(f)) << 4))
    const b = v128.load(screen + ((<usize>load<i32>(f, 4)) << 4))
    const c = v128.load(screen + ((<usize>load<i32>(f, 8)) << 4))
    const za = f64x2.extract_lane(a, 1)
    const zb = f64x2.extract_lane(b, 1)
    const zc = f64x2.extract_lane(c, 1)
    if (!(za + zb + zc > 0)) {
      isComplete = false
      break
    }
    const low = i32x4.min_s(a, i32x4.min_s(b, c))
    const high = i32x4.max_s(a, i32x4.max_s(b, c))
    const left = i32x4.extract_lane(low, 0)
    const right = i32x4.extract_lane(high, 0)
    const top = i32x4.extract_lane(low, 1)
    const bottom = i32x4.extract_lane(high, 1)
    const x0 = max((left + SUBPIXELS - 1) >> SUBPIXEL_BITS, 0)
    const y0 = max((top + SUBPIXELS - 1) >> SUBPIXEL_BITS, 0)
    const x1 = min(right >> SUBPIXEL_BITS, lastX)
    const y1 = min(bottom >> SUBPIXEL_BITS, lastY)
    if (((x1 - x0) | (y1 - y0)) < 0) continue
    const ax = i32x4.extract_lane(a, 0)
    const ay = i32x4.extract_lane(a, 1)
    const bx = i32x4.extract_lane(b, 0)
    const by = i32x4.extract_lane(b, 1)
    const cx = i32x4.extract_lane(c, 0)
    const cy = i32x4.extract_lane(c, 1)
    const boxWidth = x1 - x0
    const rows = y1 - y0
    let row: usize = (<usize>(y0 * width + x0)) << 2
    if (right - left < SMALL_FACE && bottom - top < SMALL_FACE && x0 + 2 * LANES <= width) {
      const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
      if (area == 0) continue
      minX = min(minX, x0)
      minY = min(minY, y0)
      maxX = max(maxX, x1)
      maxY = max(maxY, y1)
      const sign = (area >> 31) | 1
      const aStepX = (by - cy) * sign
      const bStepX = (cy - ay) * sign
      const cStepX = (ay - by) * sign
      const aStepY = (cx - bx) * sign
      const bStepY = (ax - cx) * sign
      const cStepY = (bx - ax) * sign
      const px = x0 << SUBPIXEL_BITS
      const py = y0 << SUBPIXEL_BITS
      let wa = i32x4.splat((px - bx) * aStepX + (py - by) * aStepY)
      let wb = i32x4.splat((px - ax) * bStepX + (py - ay) * bStepY)
      let wc = i32x4.splat((px - ax) * cStepX + (py - ay) * cStepY)
      wa = i32x4.add(wa, i32x4.mul(i32x4.splat(aStepX << SUBPIXEL_BITS), ramp))
      wb = i32x4.add(wb, i32x4.mul(i32x4.splat(bStepX << SUBPIXEL_BITS), ramp))
      wc = i32x4.add(wc, i32x4.mul(i32x4.splat(cStepX << SUBPIXEL_BITS), ramp))
      const aDown = i32x4.splat(aStepY << SUBPIXEL_BITS)
      const bDown = i32x4.splat(bStepY << SUBPIXEL_BITS)
      const cDown = i32x4.splat(cStepY << SUBPIXEL_BITS)
      const scale = <f64>sign / <f64>area
      const base = f64x2.splat(za)
      const bScaled = f64x2.splat((zb - za) * scale)
      const cScaled = f64x2.splat((zc - za) * scale)
      const id = i32x4.splat(face)
      let group = 0
      for (;;) {
        let va = wa
        let vb = wb
        let vc = wc
        let o = row
        for (let y = 0; y <= rows; y++) {
          const inside = i32x4.ge_s(v128.or(v128.or(va, vb), vc), zero)
          const lowInverse = f64x2.add(
            f64x2.add(base, f64x2.mul(f64x2.convert_low_i32x4_s(vb), bScaled)),
            f64x2.mul(f64x2.convert_low_i32x4_s(vc), cScaled),
          )
          const highInverse = f64x2.add(
            f64x2.add(base, f64x2.mul(f64x2.convert_low_i32x4_s(v128.shuffle<i32>(vb, vb, 2, 3, 2, 3)), bScaled)),
            f64x2.mul(f64x2.convert_low_i32x4_s(v128.shuffle<i32>(vc, vc, 2, 3, 2, 3)), cScaled),
          )
          const old = v128.load(depths + o)
          const nearer = v128.shuffle<i32>(
            f64x2.gt(lowInverse, f64x2.promote_low_f32x4(old)),
            f64x2.gt(highInverse, f64x2.promote_low_f32x4(v128.shuffle<i32>(old, old, 2, 3, 2, 3))),
            0,
            2,
            4,
            6,
          )
          const drawn = v128.and(inside, nearer)
          const inverse = v128.shuffle<i32>(
            f32x4.demote_f64x2_zero(lowInverse),
            f32x4.demote_f64x2_zero(highInverse),
            0,
            1,
            4,
            5,
          )
          v128.store(depths + o, v128.bitselect(inverse, old, drawn))
          if (ids != 0) v128.store(ids + o, v128.bitselect(id, v128.load(ids + o), drawn))
          va = i32x4.add(va, aDown)
          vb = i32x4.add(vb, bDown)
          vc = i32x4.add(vc, cDown)
          o += rowBytes
        }
        group += LANES
        if (group > boxWidth) break
        row += 4 * LANES
        wa = i32x4.add(wa, i32x4.splat(aStepX << (SUBPIXEL_BITS + 2)))
        wb = i32x4.add(wb, i32x4.splat(bStepX << (SUBPIXEL_BITS + 2)))
        wc = i32x4.add(wc, i32x4.splat(cStepX << (SUBPIXEL_BITS + 2)))
      }
      continue
    }
    const area = <f64>(bx - ax) * <f64>(cy - ay) - <f64>(by - ay) * <f64>(cx - ax)
    if (area == 0) continue
    minX = min(minX, x0)
    minY = min(minY, y0)
    maxX = max(maxX, x1)
    maxY = max(maxY, y1)
    const sign: f64 = area > 0 ? 1 : -1
    const aStepX = <f64>(by - cy) * sign
    const bStepX = <f64>(cy - ay) * sign
    const cStepX = <f64>(ay - by) * sign
    const aStepY = <f64>(cx - bx) * sign
    const bStepY = <f64>(ax - cx) * sign
    const cStepY = <f64>(bx - ax) * sign
    const px = x0 << SUBPIXEL_BITS
    const py = y0 << SUBPIXEL_BITS
    let wa = <f64>(px - bx) * aStepX + <f64>(py - by) * aStepY
    let wb = <f64>(px - ax) * bStepX + <f64>(py - ay) * bStepY
    let wc = <f64>(px - ax) * cStepX + <f64>(py - ay) * cStepY
    const scale = sign / area
    const bScaled = (zb - za) * scale
    const cScaled = (zc - za) * scale
    const aRight = aStepX * SUBPIXELS
    const bRight = bStepX * SUBPIXELS
    const cRight = cStepX * SUBPIXELS
    const zRight = bRight * bScaled + cRight * cScaled
    for (let y = 0; y <= rows; y++, row += rowBytes) {
      let from: f64 = 0
      let to: f64 = boxWidth
      if (aRight > 0) {
        if (wa < 0) from = Math.max(from, Math.ceil(-wa / aRight))
      } else if (aRight < 0) to = Math.min(to, Math.floor(-wa / aRight))
      else if (wa < 0) to = -1
      if (bRight > 0) {
        if (wb < 0) from = Math.max(from, Math.ceil(-wb / bRight))
      } else if (bRight < 0) to = Math.min(to, Math.floor(-wb / bRight))
      else if (wb < 0) to = -1
      if (cRight > 0) {
        if (wc < 0) from = Math.max(from, Math.ceil(-wc / cRight))
      } else if (cRight < 0) to = Math.min(to, Math.floor(-wc / cRight))
      else if (wc < 0) to = -1
      if (from <= to) {
        let inverse = za + (wb + from * bRight) * bScaled + (wc + from * cRight) * cScaled
        const last = row + ((<usize>to) << 2)
        for (let o = row + ((<usize>from) << 2); o <= last; o += 4) {
          if (inverse > <f64>load<f32>(depths + o)) {
            store<f32>(depths + o, <f32>inverse)
            if (ids != 0) store<i32>(ids + o, face)
          }
          inverse += zRight
        }
      }
      wa += aStepY * SUBPIXELS
      wb += bStepY * SUBPIXELS
      wc += cStepY * SUBPIXELS
    }
  }
  store<i32>(box, minX)
  store<i32>(box, minY, 4)
  store<i32>(box, maxX, 8)
  store<i32>(box, maxY, 12)
  return isComplete
}

/**
 * 1/z to z inside the box, in place.
 * @returns number of covered pixels
 */
export function invertDepths(depths: usize, width: i32, x0: i32, y0: i32, x1: i32, y1: i32): i32 {
  const zero = f32x4.splat(0)
  const one = f32x4.splat(1)
  let covered: i32 = 0
  for (let y = y0; y < y1; y++) {
    let o = depths + ((<usize>(y * width + x0)) << 2)
    const end = depths + ((<usize>(y * width + x1)) << 2)
    for (; o + 4 * LANES <= end; o += 4 * LANES) {
      const inverse = v128.load(o)
      const isCovered = f32x4.gt(inverse, zero)
      v128.store(o, v128.and(f32x4.div(one, inverse), isCovered))
      covered += popcnt(i32x4.bitmask(isCovered))
    }
    for (; o < end; o += 4) {
      const inverse = load<f32>(o)
      if (!(inverse > 0)) continue
      store<f32>(o, <f32>1 / inverse)
      covered++
    }
  }
  return covered
}

/**
 * The twin of shadeInto in packages/templates/src/shade.ts, bit for bit, for samples at the corners of pixels. Writes every
 * pixel with a corner in the box; z comes from invertDepths.
 *
 * @param out       [height - 1, width - 1, 3] u8
 * @param numbers   f64: as for projectVertices, of the samples; then eye x, y, z and light x, y, z (object), light z,
 *                  strength, uniform reflectance
 * @param surfaces  [faceCount, stride] f32: height above the face, then red, green, blue if stride is 16
 * @param srgb      [steps + 1] u8: sRGB byte of linear light
 * @param rows      room for two rows of width + 3 vectors
 */
export function shadeCorners(
  out: usize,
  numbers: usize,
  surfaces: usize,
  stride: i32,
  depths: usize,
  ids: usize,
  width: i32,
  height: i32,
  srgb: usize,
  steps: i32,
  rows: usize,
  x0: i32,
  y0: i32,
  x1: i32,
  y1: i32,
): void {
  const outWidth = width - 1
  // A row holds the samples from x0 - 1, which is none, to x1, which is none either.
  const rowBytes: usize = 16 * (width + 3)
  const count = x1 - x0
  const scale = f64x2.splat(steps)
  const half = f64x2.splat(0.5)
  const none = i32x4.splat(0)
  const most = i32x4.splat(steps)
  const firstColumn = max(x0 - 1, 0)
  const lastColumn = min(x1, outWidth)
  let upper = rows
  let lower = rows + rowBytes
  memory.fill(lower, 0, 16 * (count + 2))
  // Pixels above the box have no upper samples, those below it no lower ones.
  for (let y = y0 - 1; y < y1; y++) {
    const last = upper
    upper = lower
    lower = last
    if (y + 1 < y1) {
      const o: usize = (<usize>((y + 1) * width + x0)) << 2
      radianceRow(lower, numbers, surfaces, stride, depths + o, ids + o, x0, count, y + 1)
    } else memory.fill(lower, 0, 16 * (count + 2))
    if (y < 0 || y >= height - 1) continue
    let pixel = out + 3 * (y * outWidth + firstColumn)
    let at: usize = (<usize>(firstColumn - x0 + 1)) << 4
    for (let column = firstColumn; column < lastColumn; column++, at += 16, pixel += 3) {
      const a = v128.load(upper + at)
      const b = v128.load(upper + at, 16)
      const c = v128.load(lower + at)
      const d = v128.load(lower + at, 16)
      if (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) {
        store<u16>(pixel, 0)
        store<u8>(pixel, 0, 2)
        continue
      }
      const redGreen = f64x2.add(
        f64x2.add(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b)),
        f64x2.add(f64x2.promote_low_f32x4(c), f64x2.promote_low_f32x4(d)),
      )
      const blue = f64x2.add(f64x2.add(highOf(a), highOf(b)), f64x2.add(highOf(c), highOf(d)))
      const low = i32x4.trunc_sat_f64x2_s_zero(f64x2.add(f64x2.mul(redGreen, scale), half))
      const high = i32x4.trunc_sat_f64x2_s_zero(f64x2.add(f64x2.mul(blue, scale), half))
      const step = i32x4.max_s(none, i32x4.min_s(most, v128.shuffle<i64>(low, high, 0, 2)))
      store<u8>(pixel, load<u8>(srgb + i32x4.extract_lane(step, 0)))
      store<u8>(pixel, load<u8>(srgb + i32x4.extract_lane(step, 1)), 1)
      store<u8>(pixel, load<u8>(srgb + i32x4.extract_lane(step, 2)), 2)
    }
  }
}

function highOf(values: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(values, values, 1, 1))
}

/**
 * What a row of samples reflects to the camera, f32 red, green, blue, 0 each, between two zeros.
 *
 * @param depths  of the first sample
 * @param ids     of the first sample
 */
function radianceRow(
  out: usize,
  numbers: usize,
  surfaces: usize,
  stride: i32,
  depths: usize,
  ids: usize,
  x0: i32,
  count: i32,
  row: i32,
): void {
  const t0 = f64x2.splat(load<f64>(numbers))
  const t1 = f64x2.splat(load<f64>(numbers, 8))
  const t2 = f64x2.splat(load<f64>(numbers, 16))
  const t4 = f64x2.splat(load<f64>(numbers, 32))
  const t5 = f64x2.splat(load<f64>(numbers, 40))
  const t6 = f64x2.splat(load<f64>(numbers, 48))
  const t8 = f64x2.splat(load<f64>(numbers, 64))
  const t9 = f64x2.splat(load<f64>(numbers, 72))
  const t10 = f64x2.splat(load<f64>(numbers, 80))
  const stepX = f64x2.splat(1.0 / load<f64>(numbers, 96))
  const stepY = 1.0 / load<f64>(numbers, 104)
  const centreX = load<f64>(numbers, 112)
  const centreY = load<f64>(numbers, 120)
  const eyeX = f64x2.splat(load<f64>(numbers, 136))
  const eyeY = f64x2.splat(load<f64>(numbers, 144))
  const eyeZ = f64x2.splat(load<f64>(numbers, 152))
  const lightX = f64x2.splat(load<f64>(numbers, 160))
  const lightY = f64x2.splat(load<f64>(numbers, 168))
  const lightZObject = f64x2.splat(load<f64>(numbers, 176))
  const lightZ = f64x2.splat(load<f64>(numbers, 184))
  const strength = f64x2.splat(load<f64>(numbers, 192))
  const uniform = f64x2.splat(load<f64>(numbers, 200))
  const surfaceBytes: usize = 4 * stride
  const none = f64x2.splat(0)
  const minusZero = f64x2.splat(-0.0)
  const y = f64x2.splat((<f64>row - centreY) * stepY)
  // The faces of a row lie apart in memory: asked for all at once, they come while others are waited for.
  let asked: i32 = 0
  for (let k = 0; k < count; k++)
    asked ^= load<i32>(surfaces + <usize>max(load<i32>(ids + ((<usize>k) << 2)), 0) * surfaceBytes)
  // Written, for what is not used is not read.
  store<i32>(out, asked)
  store<u64>(out, 0)
  store<u64>(out, 0, 8)
  // Two samples at a time, one in each lane; one that sees nothing takes any face and gets no light.
  let to = out + 16
  for (let k = 0; k < count; k += 2, to += 32, depths += 8, ids += 8) {
    const seen = v128.load64_zero(depths)
    if (!v128.any_true(seen)) {
      v128.store(to, seen)
      v128.store(to, seen, 16)
      continue
    }
    const z = f64x2.promote_low_f32x4(seen)
    const x = f64x2.mul(f64x2(<f64>(x0 + k) - centreX, <f64>(x0 + k + 1) - centreX), stepX)
    const lz = f64x2.sub(lightZ, z)
    const squared = f64x2.add(
      f64x2.mul(f64x2.mul(f64x2.add(f64x2.mul(x, x), f64x2.mul(y, y)), z), z),
      f64x2.mul(lz, lz),
    )
    const s0 = surfaces + <usize>max(load<i32>(ids), 0) * surfaceBytes
    const s1 = surfaces + <usize>max(load<i32>(ids, 4), 0) * surfaceBytes
    const plane0 = v128.load(s0)
    const plane1 = v128.load(s1)
    const above = linearAt(plane0, plane1, lightX, lightY, lightZObject)
    // Flips the sign where the camera is below.
    const flip = v128.and(f64x2.lt(linearAt(plane0, plane1, eyeX, eyeY, eyeZ), none), minusZero)
    const lightHeight = f64x2.pmax(none, v128.xor(above, flip))
    const irradiance = v128.and(
      f64x2.gt(z, none),
      f64x2.div(f64x2.mul(strength, lightHeight), f64x2.mul(squared, f64x2.sqrt(squared))),
    )
    let reds = uniform
    let greens = uniform
    let blues = uniform
    if (stride > 4) {
      const px = f64x2.add(f64x2.mul(f64x2.add(f64x2.add(f64x2.mul(t0, x), f64x2.mul(t4, y)), t8), z), eyeX)
      const py = f64x2.add(f64x2.mul(f64x2.add(f64x2.add(f64x2.mul(t1, x), f64x2.mul(t5, y)), t9), z), eyeY)
      const pz = f64x2.add(f64x2.mul(f64x2.add(f64x2.add(f64x2.mul(t2, x), f64x2.mul(t6, y)), t10), z), eyeZ)
      reds = reflectanceAt(v128.load(s0, 16), v128.load(s1, 16), px, py, pz)
      greens = reflectanceAt(v128.load(s0, 32), v128.load(s1, 32), px, py, pz)
      blues = reflectanceAt(v128.load(s0, 48), v128.load(s1, 48), px, py, pz)
    }
    const red = f32x4.demote_f64x2_zero(f64x2.mul(irradiance, reds))
    const green = f32x4.demote_f64x2_zero(f64x2.mul(irradiance, greens))
    const blue = f32x4.demote_f64x2_zero(f64x2.mul(irradiance, blues))
    const redGreen = v128.shuffle<i32>(red, green, 0, 4, 1, 5)
    v128.store(to, v128.shuffle<i32>(redGreen, blue, 0, 1, 4, 6))
    v128.store(to, v128.shuffle<i32>(redGreen, blue, 2, 3, 5, 6), 16)
  }
  store<u64>(out + ((<usize>(count + 1)) << 4), 0)
  store<u64>(out + ((<usize>(count + 1)) << 4), 0, 8)
}

/** The linear functions of two faces, f32 gx, gy, gz, d each, at a point each. */
function linearAt(first: v128, second: v128, x: v128, y: v128, z: v128): v128 {
  const xy = v128.shuffle<i32>(first, second, 0, 4, 1, 5)
  const zd = v128.shuffle<i32>(first, second, 2, 6, 3, 7)
  const gx = f64x2.promote_low_f32x4(xy)
  const gy = f64x2.promote_low_f32x4(v128.shuffle<i64>(xy, xy, 1, 1))
  const gz = f64x2.promote_low_f32x4(zd)
  const d = f64x2.promote_low_f32x4(v128.shuffle<i64>(zd, zd, 1, 1))
  return f64x2.add(f64x2.add(f64x2.add(f64x2.mul(gx, x), f64x2.mul(gy, y)), f64x2.mul(gz, z)), d)
}

function reflectanceAt(first: v128, second: v128, x: v128, y: v128, z: v128): v128 {
  return f64x2.pmin(f64x2.splat(1), f64x2.pmax(f64x2.splat(0), linearAt(first, second, x, y, z)))
}
