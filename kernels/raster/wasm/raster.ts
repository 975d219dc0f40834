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
 * @param positions  [count] records of 16 bytes: f32 x, y, z, then u8 r, g, b, 0
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
  const end = positions + 16 * count
  for (let p = positions, s = screen; p < end; p += 16, s += 16) {
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
 * The twin of shadeInto in packages/templates/src/shade.ts, bit for bit, for two samples per pixel and axis. Writes every
 * pixel of the box; z comes from invertDepths.
 *
 * @param out      [height / 2, width / 2, 3] u8
 * @param numbers  f64: as for projectVertices, of the samples; then eye x, y, z (object), light z, strength, uniform
 *                 reflectance
 * @param heights  [faceCount] f64 mm, of the light above each face
 * @param colored  whether the mesh has colours
 * @param linear   [256] f32: linear light of an sRGB byte
 * @param srgb     [steps + 1] u8: sRGB byte of linear light
 */
export function shadeSamples(
  out: usize,
  numbers: usize,
  positions: usize,
  faces: usize,
  heights: usize,
  colored: bool,
  depths: usize,
  ids: usize,
  width: i32,
  linear: usize,
  srgb: usize,
  steps: i32,
  column0: i32,
  row0: i32,
  column1: i32,
  row1: i32,
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
  const stepX = 1.0 / load<f64>(numbers, 96)
  const stepY = 1.0 / load<f64>(numbers, 104)
  const centreX = load<f64>(numbers, 112)
  const centreY = load<f64>(numbers, 120)
  const eyeX = f64x2.splat(load<f64>(numbers, 136))
  const eyeY = f64x2.splat(load<f64>(numbers, 144))
  const eyeZ = f64x2.splat(load<f64>(numbers, 152))
  const lightZ = f64x2.splat(load<f64>(numbers, 160))
  const strength = f64x2.splat(load<f64>(numbers, 168))
  const uniform = load<f64>(numbers, 176)
  const rowBytes: usize = 4 * width
  const outWidth = width >> 1
  const none = f64x2.splat(0)
  const minusZero = f64x2.splat(-0.0)
  for (let row = row0; row < row1; row++) {
    let o = (<usize>(2 * row * width + 2 * column0)) << 2
    let pixel = out + 3 * (row * outWidth + column0)
    for (let column = column0; column < column1; column++, o += 8, pixel += 3) {
      const upper = v128.load64_zero(depths + o)
      const lower = v128.load64_zero(depths + o + rowBytes)
      if (!v128.any_true(v128.or(upper, lower))) {
        store<u16>(pixel, 0)
        store<u8>(pixel, 0, 2)
        continue
      }
      let red: f64 = 0
      let green: f64 = 0
      let blue: f64 = 0
      const x = f64x2.mul(f64x2(<f64>(2 * column) - centreX, <f64>(2 * column + 1) - centreX), f64x2.splat(stepX))
      // Two samples at a time, one in each lane; one that sees nothing takes any face and gets no light.
      for (let k = 0; k < 2; k++) {
        const z = f64x2.promote_low_f32x4(k == 0 ? upper : lower)
        const seen = f64x2.gt(z, none)
        const y = f64x2.splat((<f64>(2 * row + k) - centreY) * stepY)
        const lz = f64x2.sub(lightZ, z)
        const squared = f64x2.add(
          f64x2.mul(f64x2.mul(f64x2.add(f64x2.mul(x, x), f64x2.mul(y, y)), z), z),
          f64x2.mul(lz, lz),
        )
        const p = ids + o + (k == 0 ? 0 : rowBytes)
        const id0 = max(load<i32>(p), 0)
        const id1 = max(load<i32>(p, 4), 0)
        const height = f64x2(load<f64>(heights + 8 * id0), load<f64>(heights + 8 * id1))
        const irradiance = v128.and(
          seen,
          f64x2.div(f64x2.mul(strength, height), f64x2.mul(squared, f64x2.sqrt(squared))),
        )
        if (!colored) {
          red = red + f64x2.extract_lane(irradiance, 0) + f64x2.extract_lane(irradiance, 1)
          continue
        }
        const ux = f64x2.add(f64x2.add(f64x2.mul(t0, x), f64x2.mul(t4, y)), t8)
        const uy = f64x2.add(f64x2.add(f64x2.mul(t1, x), f64x2.mul(t5, y)), t9)
        const uz = f64x2.add(f64x2.add(f64x2.mul(t2, x), f64x2.mul(t6, y)), t10)
        const face0 = faces + 12 * id0
        const face1 = faces + 12 * id1
        const a0 = (<usize>load<i32>(face0)) << 4
        const b0 = (<usize>load<i32>(face0, 4)) << 4
        const c0 = (<usize>load<i32>(face0, 8)) << 4
        const a1 = (<usize>load<i32>(face1)) << 4
        const b1 = (<usize>load<i32>(face1, 4)) << 4
        const c1 = (<usize>load<i32>(face1, 8)) << 4
        const pa0 = v128.load(positions + a0)
        const pa1 = v128.load(positions + a1)
        const pb0 = v128.load(positions + b0)
        const pb1 = v128.load(positions + b1)
        const pc0 = v128.load(positions + c0)
        const pc1 = v128.load(positions + c1)
        const Ax = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<i32>(pa0, pa1, 0, 4, 0, 4)), eyeX)
        const Ay = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<i32>(pa0, pa1, 1, 5, 1, 5)), eyeY)
        const Az = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<i32>(pa0, pa1, 2, 6, 2, 6)), eyeZ)
        const Bx = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<i32>(pb0, pb1, 0, 4, 0, 4)), eyeX)
        const By = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<i32>(pb0, pb1, 1, 5, 1, 5)), eyeY)
        const Bz = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<i32>(pb0, pb1, 2, 6, 2, 6)), eyeZ)
        const Cx = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<i32>(pc0, pc1, 0, 4, 0, 4)), eyeX)
        const Cy = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<i32>(pc0, pc1, 1, 5, 1, 5)), eyeY)
        const Cz = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<i32>(pc0, pc1, 2, 6, 2, 6)), eyeZ)
        let wa = f64x2.add(
          f64x2.add(
            f64x2.mul(f64x2.sub(f64x2.mul(By, Cz), f64x2.mul(Bz, Cy)), ux),
            f64x2.mul(f64x2.sub(f64x2.mul(Bz, Cx), f64x2.mul(Bx, Cz)), uy),
          ),
          f64x2.mul(f64x2.sub(f64x2.mul(Bx, Cy), f64x2.mul(By, Cx)), uz),
        )
        let wb = f64x2.add(
          f64x2.add(
            f64x2.mul(f64x2.sub(f64x2.mul(Cy, Az), f64x2.mul(Cz, Ay)), ux),
            f64x2.mul(f64x2.sub(f64x2.mul(Cz, Ax), f64x2.mul(Cx, Az)), uy),
          ),
          f64x2.mul(f64x2.sub(f64x2.mul(Cx, Ay), f64x2.mul(Cy, Ax)), uz),
        )
        let wc = f64x2.add(
          f64x2.add(
            f64x2.mul(f64x2.sub(f64x2.mul(Ay, Bz), f64x2.mul(Az, By)), ux),
            f64x2.mul(f64x2.sub(f64x2.mul(Az, Bx), f64x2.mul(Ax, Bz)), uy),
          ),
          f64x2.mul(f64x2.sub(f64x2.mul(Ax, By), f64x2.mul(Ay, Bx)), uz),
        )
        // Flips the signs where the sum is negative.
        const flip = v128.and(f64x2.lt(f64x2.add(f64x2.add(wa, wb), wc), none), minusZero)
        wa = f64x2.pmax(none, v128.xor(wa, flip))
        wb = f64x2.pmax(none, v128.xor(wb, flip))
        wc = f64x2.pmax(none, v128.xor(wc, flip))
        const scale = f64x2.div(f64x2.splat(1), f64x2.add(f64x2.add(wa, wb), wc))
        wa = f64x2.mul(wa, scale)
        wb = f64x2.mul(wb, scale)
        wc = f64x2.mul(wc, scale)
        const rgbA = v128.shuffle<i32>(pa0, pa1, 3, 7, 3, 7)
        const rgbB = v128.shuffle<i32>(pb0, pb1, 3, 7, 3, 7)
        const rgbC = v128.shuffle<i32>(pc0, pc1, 3, 7, 3, 7)
        const reds = blend(wa, rgbA, wb, rgbB, wc, rgbC, 0)
        const greens = blend(wa, rgbA, wb, rgbB, wc, rgbC, 8)
        const blues = blend(wa, rgbA, wb, rgbB, wc, rgbC, 16)
        const light0 = f64x2.extract_lane(irradiance, 0)
        const light1 = f64x2.extract_lane(irradiance, 1)
        red += light0 * <f64>load<f32>(linear + 4 * i32x4.extract_lane(reds, 0))
        red += light1 * <f64>load<f32>(linear + 4 * i32x4.extract_lane(reds, 1))
        green += light0 * <f64>load<f32>(linear + 4 * i32x4.extract_lane(greens, 0))
        green += light1 * <f64>load<f32>(linear + 4 * i32x4.extract_lane(greens, 1))
        blue += light0 * <f64>load<f32>(linear + 4 * i32x4.extract_lane(blues, 0))
        blue += light1 * <f64>load<f32>(linear + 4 * i32x4.extract_lane(blues, 1))
      }
      if (!colored) {
        const byte = srgbByteOf(red * uniform, srgb, steps)
        store<u8>(pixel, byte)
        store<u8>(pixel, byte, 1)
        store<u8>(pixel, byte, 2)
      } else {
        store<u8>(pixel, srgbByteOf(red, srgb, steps))
        store<u8>(pixel, srgbByteOf(green, srgb, steps), 1)
        store<u8>(pixel, srgbByteOf(blue, srgb, steps), 2)
      }
    }
  }
}

/** A channel of the corners' colours by weight, rounded: i32 in the two low lanes. */
function blend(wa: v128, a: v128, wb: v128, b: v128, wc: v128, c: v128, shift: i32): v128 {
  const byte = i32x4.splat(255)
  const ca = f64x2.convert_low_i32x4_s(v128.and(i32x4.shr_u(a, shift), byte))
  const cb = f64x2.convert_low_i32x4_s(v128.and(i32x4.shr_u(b, shift), byte))
  const cc = f64x2.convert_low_i32x4_s(v128.and(i32x4.shr_u(c, shift), byte))
  return i32x4.trunc_sat_f64x2_s_zero(
    f64x2.add(f64x2.add(f64x2.add(f64x2.mul(wa, ca), f64x2.mul(wb, cb)), f64x2.mul(wc, cc)), f64x2.splat(0.5)),
  )
}

function srgbByteOf(value: f64, srgb: usize, steps: i32): u8 {
  const step = <i32>(value * steps + 0.5)
  return load<u8>(srgb + max(0, min(step, steps)))
}
