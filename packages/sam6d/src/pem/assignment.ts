/** A soft assignment between two clouds, background at row and column 0. */
export interface Assignment {
  /** [rows, columns] product of the row and the column softmax */
  readonly probabilities: Float32Array
  readonly rows: number
  readonly columns: number
  /** [rows - 1] best column of each observed point; 0 = background */
  readonly label1: Int32Array
  /** [columns - 1] best row of each object point; 0 = background */
  readonly label2: Int32Array
}

/**
 * @param logits  [rows, columns]
 * @source Sun et al. 2021, LoFTR, dual softmax
 */
export function assign(logits: Float32Array, rows: number, columns: number): Assignment {
  const probabilities = new Float32Array(rows * columns)
  const columnMax = new Float64Array(columns).fill(-Infinity)
  const columnSum = new Float64Array(columns)
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) if (logits[at] > columnMax[j]) columnMax[j] = logits[at]
  }
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) columnSum[j] += Math.exp(logits[at] - columnMax[j])
  }
  const columnLog = columnMax.map((value, j) => value + Math.log(columnSum[j]))
  const label1 = new Int32Array(rows - 1)
  const label2 = new Int32Array(columns - 1)
  const columnBest = new Float64Array(columns).fill(-1)
  for (let i = 0; i < rows; i++) {
    const row = logits.subarray(i * columns, (i + 1) * columns)
    let max = -Infinity
    for (let j = 0; j < columns; j++) if (row[j] > max) max = row[j]
    let sum = 0
    for (let j = 0; j < columns; j++) sum += Math.exp(row[j] - max)
    const rowLog = max + Math.log(sum)
    let best = -1
    for (let j = 0; j < columns; j++) {
      const value = Math.exp(2 * row[j] - rowLog - columnLog[j])
      probabilities[i * columns + j] = value
      if (i > 0 && value > best) {
        best = value
        label1[i - 1] = j
      }
      if (j > 0 && value > columnBest[j]) {
        columnBest[j] = value
        label2[j - 1] = i
      }
    }
  }
  return { probabilities, rows, columns, label1, label2 }
}
