import { DETECTION_ROWS, GraphBuilder, MASK_COEFFICIENTS, type Graph } from '@sextant/sam6d'

/** One box of the network's answer, px of the square. */
export interface Answered {
  readonly corners: readonly [number, number, number, number]
  readonly score: number
}

/**
 * A network with the ports of an Ultralytics export: it answers these boxes, and the first prototype is positive where the
 * first channel of the image is bright.
 */
export function fastSamGraph(side: number, boxes: readonly Answered[]): Graph {
  const count = (side / 8) ** 2 + (side / 16) ** 2 + (side / 32) ** 2
  const cells = side / 4
  const rows = new Float32Array(DETECTION_ROWS * count)
  boxes.forEach(({ corners: [x1, y1, x2, y2], score }, i) => {
    const column = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, score, 1]
    for (const [k, value] of column.entries()) rows[k * count + i] = value
  })
  const graph = new GraphBuilder('fastsam')
  const images = graph.input('images', [1, 3, side, side])
  const bright = graph.sub(graph.slice(images, 1, 0, 1), graph.scalar(0.5))
  const pooled = graph.node('AveragePool', [bright], { kernel_shape: [4, 4], strides: [4, 4] })
  const others = new Float32Array((MASK_COEFFICIENTS - 1) * cells * cells)
  const zeros = graph.constant('others', others, [1, MASK_COEFFICIENTS - 1, cells, cells])
  const prototypes = graph.concat([graph.mul(pooled, graph.scalar(40)), zeros], 1)
  graph.output('output0', graph.constant('rows', rows, [1, DETECTION_ROWS, count]), [1, DETECTION_ROWS, count])
  graph.output('output1', prototypes, [1, MASK_COEFFICIENTS, cells, cells])
  return graph.build()
}
