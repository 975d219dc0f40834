const GOLDEN = (Math.sqrt(5) - 1) / 2

/** An order of 0 .. count - 1 of which every beginning is spread evenly over the whole: steps of the golden ratio. */
export function evenOrder(count: number): Uint32Array<ArrayBuffer> {
  let step = Math.max(1, Math.round(GOLDEN * count))
  while (greatestCommonDivisor(step, count) !== 1) step++
  const order = new Uint32Array(count)
  for (let k = 1; k < count; k++) order[k] = ((order[k - 1] ?? 0) + step) % count
  return order
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
