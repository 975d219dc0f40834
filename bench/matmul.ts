// The bound of the sam6d engine's networks: billions of float32 operations a second (GFLOPS) that ONNX Runtime reaches on
// one matrix product and nothing else, in the sizes of PEM's image network. The best of many runs is what the machine can
// do; the median tells how busy it is.
//   npx tsx bench/matmul.ts [threads ...]
import { createRng } from '@sextant/geometry'
import { tensor } from '@sextant/inference'
import { GraphBuilder } from '@sextant/sam6d'
import { openGraph } from '../tests/parity/run-network.ts'

/** rows, inner, columns: six views of 197 tokens through each matrix of a block */
const PRODUCTS = [
  ['qkv', 1182, 768, 2304],
  ['proj', 1182, 768, 768],
  ['fc1', 1182, 768, 3072],
  ['fc2', 1182, 3072, 768],
] as const
const RUNS = 25

async function measure(rows: number, inner: number, columns: number, threads: number): Promise<number[]> {
  const rng = createRng(1)
  const values = (count: number): Float32Array => Float32Array.from({ length: count }, () => rng.normal())
  const graph = new GraphBuilder('product')
  const weight = graph.weight('weight', [inner, columns], () => Promise.resolve(values(inner * columns)))
  graph.output('y', graph.matmul(graph.input('x', ['rows', inner]), weight), ['rows', columns])
  const session = await openGraph(graph.build(), { threads })
  const x = tensor(values(rows * inner), [rows, inner])
  await session.run({ x })
  const seconds: number[] = []
  for (let i = 0; i < RUNS; i++) {
    const started = performance.now()
    await session.run({ x })
    seconds.push((performance.now() - started) / 1000)
  }
  await session.release()
  return seconds.sort((a, b) => a - b)
}

const given = process.argv.slice(2).map(Number)
for (const threads of given.length > 0 ? given : [1, 2]) {
  for (const [name, rows, inner, columns] of PRODUCTS) {
    const seconds = await measure(rows, inner, columns, threads)
    const rate = (at: number): string => ((2 * rows * inner * columns) / (seconds[at] ?? Number.NaN) / 1e9).toFixed(0)
    const size = `${rows} x ${inner} x ${columns}`
    console.log(`${name} (${size}), ${threads} threads: best ${rate(0)}, median ${rate(RUNS >> 1)} GFLOPS`)
  }
}
