const LOW_TEN_BITS = 0x3ff

/**
 * The low ten bits of a cell's coordinate, two free places after each. Those of x, y and z, shifted by 0, 1 and 2 and
 * joined, are the cell's place on a Z curve: neighbours on it are neighbours in space.
 *
 * @source Morton 1966
 */
export function spreadBits(cell: number): number {
  let bits = cell & LOW_TEN_BITS
  bits = (bits | (bits << 16)) & 0x030000ff
  bits = (bits | (bits << 8)) & 0x0300f00f
  bits = (bits | (bits << 4)) & 0x030c30c3
  return (bits | (bits << 2)) & 0x09249249
}
