// AssemblyScript. The twin of src/window-fit.ts and of the loops over it in src/fit-normals.ts and src/estimate-surface.ts,
// bit for bit; what is explained there is not explained again. Two windows are fitted at a time.

const SAMPLES_PER_SIDE: i32 = 6

// The latest fit of two windows.
let slopeX: v128 = f64x2.splat(0)
let slopeY: v128 = f64x2.splat(0)
let value: v128 = f64x2.splat(0)
let rms: v128 = f64x2.splat(0)

// What all windows of a call share.
let side: usize = 0
let rowBytes: i32 = 0
let noiseGate: v128 = f64x2.splat(0)
let minSamples: v128 = f64x2.splat(0)
let spread: v128 = f64x2.splat(0)

/** The measurements at two addresses. */
function measurements(first: usize, second: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load32_lane(second, v128.load32_zero(first), 1))
}

/** The gate of the first pass: within a surface of bounded slope. */
function isReachable(d: v128, slopeGate: v128, reach: i32): v128 {
  return f64x2.lt(f64x2.abs(d), f64x2.add(noiseGate, f64x2.mul(slopeGate, f64x2.splat(<f64>reach))))
}

/** That of the second: near the plane, a x + b y + c. */
function isNearPlane(d: v128, ax: v128, by: v128, c: v128): v128 {
  return f64x2.lt(f64x2.abs(f64x2.sub(f64x2.sub(f64x2.sub(d, ax), by), c)), noiseGate)
}

/**
 * @param center  address of the first pixel, the second lies `apart` bytes further
 * @param wanted  lanes that count
 * @returns the lanes that are fitted
 */
function fitTwo(center: usize, apart: usize, q0: v128, slopeGate: v128, wanted: v128): v128 {
  const zero = f64x2.splat(0)
  const one = f64x2.splat(1)
  const full = f64x2.splat(<f64>(SAMPLES_PER_SIDE * SAMPLES_PER_SIDE))
  let isFitted = wanted
  let a = zero
  let b = zero
  let c = zero
  let squares = zero
  let used = zero
  for (let pass = 0; pass < 2; pass++) {
    let n = zero
    let sd = zero
    let sxd = zero
    let syd = zero
    let sdd = zero
    for (let row = 0; row < SAMPLES_PER_SIDE; row++) {
      const y = load<i32>(side + 4 * row)
      const at = center + y * rowBytes
      const dy = f64x2.splat(<f64>y)
      const by = f64x2.mul(b, dy)
      const yReach = abs(y)
      for (let column = 0; column < SAMPLES_PER_SIDE; column++) {
        const x = load<i32>(side + 4 * column)
        const p = at + 4 * x
        const dx = f64x2.splat(<f64>x)
        const d = f64x2.sub(measurements(p, p + apart), q0)
        const inside = pass == 0 ? isReachable(d, slopeGate, yReach + abs(x)) : isNearPlane(d, f64x2.mul(a, dx), by, c)
        const kept = v128.and(d, inside)
        n = f64x2.add(n, v128.and(one, inside))
        sd = f64x2.add(sd, kept)
        sxd = f64x2.add(sxd, f64x2.mul(dx, kept))
        syd = f64x2.add(syd, f64x2.mul(dy, kept))
        sdd = f64x2.add(sdd, f64x2.mul(kept, kept))
      }
    }
    isFitted = v128.and(isFitted, f64x2.ge(n, minSamples))
    if (!v128.any_true(isFitted)) return isFitted
    const isFull = f64x2.eq(n, full)
    let nextA = f64x2.div(sxd, spread)
    let nextB = f64x2.div(syd, spread)
    let nextC = f64x2.div(sd, n)
    if (v128.any_true(v128.andnot(isFitted, isFull))) {
      let sx = zero
      let sy = zero
      let sxx = zero
      let sxy = zero
      let syy = zero
      for (let row = 0; row < SAMPLES_PER_SIDE; row++) {
        const y = load<i32>(side + 4 * row)
        const at = center + y * rowBytes
        const dy = f64x2.splat(<f64>y)
        const by = f64x2.mul(b, dy)
        const yReach = abs(y)
        for (let column = 0; column < SAMPLES_PER_SIDE; column++) {
          const x = load<i32>(side + 4 * column)
          const p = at + 4 * x
          const dx = f64x2.splat(<f64>x)
          const d = f64x2.sub(measurements(p, p + apart), q0)
          const inside =
            pass == 0 ? isReachable(d, slopeGate, yReach + abs(x)) : isNearPlane(d, f64x2.mul(a, dx), by, c)
          const keptX = v128.and(dx, inside)
          const keptY = v128.and(dy, inside)
          sx = f64x2.add(sx, keptX)
          sy = f64x2.add(sy, keptY)
          sxx = f64x2.add(sxx, f64x2.mul(dx, keptX))
          sxy = f64x2.add(sxy, f64x2.mul(dx, keptY))
          syy = f64x2.add(syy, f64x2.mul(dy, keptY))
        }
      }
      const mx = f64x2.div(sx, n)
      const my = f64x2.div(sy, n)
      const cxx = f64x2.sub(sxx, f64x2.mul(mx, sx))
      const cxy = f64x2.sub(sxy, f64x2.mul(mx, sy))
      const cyy = f64x2.sub(syy, f64x2.mul(my, sy))
      const cxd = f64x2.sub(sxd, f64x2.mul(mx, sd))
      const cyd = f64x2.sub(syd, f64x2.mul(my, sd))
      const det = f64x2.sub(f64x2.mul(cxx, cyy), f64x2.mul(cxy, cxy))
      const trace = f64x2.add(cxx, cyy)
      const isSpread = f64x2.gt(det, f64x2.mul(f64x2.mul(f64x2.splat(0.02), trace), trace))
      isFitted = v128.and(isFitted, v128.or(isFull, isSpread))
      if (!v128.any_true(isFitted)) return isFitted
      const partA = f64x2.div(f64x2.sub(f64x2.mul(cxd, cyy), f64x2.mul(cyd, cxy)), det)
      const partB = f64x2.div(f64x2.sub(f64x2.mul(cyd, cxx), f64x2.mul(cxd, cxy)), det)
      const partC = f64x2.sub(f64x2.sub(f64x2.div(sd, n), f64x2.mul(partA, mx)), f64x2.mul(partB, my))
      nextA = v128.bitselect(nextA, partA, isFull)
      nextB = v128.bitselect(nextB, partB, isFull)
      nextC = v128.bitselect(nextC, partC, isFull)
    }
    a = nextA
    b = nextB
    c = nextC
    used = n
    squares = f64x2.sub(f64x2.sub(f64x2.sub(sdd, f64x2.mul(a, sxd)), f64x2.mul(b, syd)), f64x2.mul(c, sd))
  }
  slopeX = a
  slopeY = b
  value = f64x2.add(q0, c)
  // The larger of 0 and the sum, as Math.max has it for numbers.
  rms = f64x2.sqrt(f64x2.div(f64x2.max(zero, squares), used))
  return isFitted
}

/** @param numbers  f64: gate, least samples, spread */
function prepare(sideAt: usize, stride: i32, numbers: usize): void {
  side = sideAt
  rowBytes = 4 * stride
  noiseGate = v128.load64_splat(numbers)
  minSamples = v128.load64_splat(numbers, 8)
  spread = v128.load64_splat(numbers, 16)
}

/**
 * The residuals of windows on every `step`th pixel, from `first` on.
 *
 * @param residuals  out: f64, as many as are fitted
 * @param values     padded inverse depth, f32
 * @param numbers    f64: gate, least samples, spread, slope gate per inverse depth
 * @returns how many are fitted
 */
export function fitResiduals(
  residuals: usize,
  width: i32,
  height: i32,
  first: i32,
  step: i32,
  values: usize,
  stride: i32,
  margin: i32,
  sideAt: usize,
  numbers: usize,
): i32 {
  prepare(sideAt, stride, numbers)
  const slopePerInverseDepth = v128.load64_splat(numbers, 24)
  const apart: usize = 4 * step
  let out = residuals
  for (let y = first; y < height; y += step) {
    let center = values + 4 * ((y + margin) * stride + margin + first)
    for (let x = first; x < width; x += 2 * step, center += 2 * apart) {
      const q0 = measurements(center, center + apart)
      let wanted = f64x2.gt(q0, f64x2.splat(0))
      if (x + step >= width) wanted = i64x2.replace_lane(wanted, 1, 0)
      if (!v128.any_true(wanted)) continue
      const isFitted = fitTwo(center, apart, q0, f64x2.mul(slopePerInverseDepth, q0), wanted)
      if (i64x2.extract_lane(isFitted, 0) != 0) {
        store<f64>(out, f64x2.extract_lane(rms, 0))
        out += 8
      }
      if (i64x2.extract_lane(isFitted, 1) != 0) {
        store<f64>(out, f64x2.extract_lane(rms, 1))
        out += 8
      }
    }
  }
  return <i32>((out - residuals) >> 3)
}

/**
 * @param normals  out: [rows, columns, 3] f32, zeros
 * @param values   padded inverse depth, f32
 * @param numbers  f64: gate, least samples, spread, slope gate per inverse depth, least cosine, fx, fy, cx, cy
 */
export function fitNormals(
  normals: usize,
  columns: i32,
  rows: i32,
  step: i32,
  values: usize,
  stride: i32,
  margin: i32,
  sideAt: usize,
  numbers: usize,
): void {
  prepare(sideAt, stride, numbers)
  const slopePerInverseDepth = v128.load64_splat(numbers, 24)
  const fx = load<f64>(numbers, 40)
  const fy = load<f64>(numbers, 48)
  const cx = load<f64>(numbers, 56)
  const cy = load<f64>(numbers, 64)
  const minViewCosine = load<f64>(numbers, 32)
  const apart: usize = 4 * step
  let out = normals
  for (let gy = 0; gy < rows; gy++) {
    const v = gy * step
    const rayY = (<f64>v - cy) / fy
    let center = values + 4 * ((v + margin) * stride + margin)
    for (let gx = 0; gx < columns; gx += 2, center += 2 * apart) {
      const hasSecond = gx + 1 < columns
      const q0 = measurements(center, center + apart)
      let wanted = f64x2.gt(q0, f64x2.splat(0))
      if (!hasSecond) wanted = i64x2.replace_lane(wanted, 1, 0)
      if (v128.any_true(wanted)) {
        const isFitted = fitTwo(center, apart, q0, f64x2.mul(slopePerInverseDepth, q0), wanted)
        for (let lane = 0; lane < 2; lane++) {
          if ((lane == 0 ? i64x2.extract_lane(isFitted, 0) : i64x2.extract_lane(isFitted, 1)) == 0) continue
          const sx = lane == 0 ? f64x2.extract_lane(slopeX, 0) : f64x2.extract_lane(slopeX, 1)
          const sy = lane == 0 ? f64x2.extract_lane(slopeY, 0) : f64x2.extract_lane(slopeY, 1)
          const q = lane == 0 ? f64x2.extract_lane(value, 0) : f64x2.extract_lane(value, 1)
          const u = <f64>((gx + lane) * step)
          const nx = sx * fx
          const ny = sy * fy
          const nz = q + sx * (cx - u) + sy * (cy - <f64>v)
          const length = sqrt(nx * nx + ny * ny + nz * nz)
          const rayX = (u - cx) / fx
          const rayLength = sqrt(rayX * rayX + rayY * rayY + 1)
          if (!(q > minViewCosine * length * rayLength)) continue
          const at = out + 12 * lane
          store<f32>(at, <f32>(-nx / length))
          store<f32>(at, <f32>(-ny / length), 4)
          store<f32>(at, <f32>(-nz / length), 8)
        }
      }
      out += hasSecond ? 24 : 12
    }
  }
}
