import { GraphBuilder, type Graph } from '@sextant/sam6d'

type Value = string
type GraphNode = Graph['nodes'][number]

const SIZE = 1024
const SIDE = SIZE / 16
const MASK_SIDE = SIZE / 4
const MEAN = [123.675, 116.28, 103.53]
const DEVIATION = [58.395, 57.12, 57.375]

/** What one value of another graph is called in the graph that takes it in. */
type Names = Readonly<Record<Value, Value>>

/** Ports and nodes of an export around one of our own graphs. */
interface Around {
  readonly before: GraphBuilder
  /** what feeds the inputs of the own graph */
  readonly fed: Names
  /** built on the outputs of the own graph, see `ownOf` */
  readonly after: GraphBuilder
}

/** What a value of the own graph is called in the export. */
const ownOf = (name: Value): Value => `own/${name}`

/** SAM's encoder with the ports of the Transformers exporter. */
export function asTransformersEncoder(own: Graph): Graph {
  const before = new GraphBuilder('before')
  const image = before.input('pixel_values', ['batch_size', 3, SIZE, SIZE])
  const after = new GraphBuilder('after')
  const features = ['batch_size', 256, SIDE, SIDE]
  after.output('image_embeddings', ownOf('features'), features)
  // Any positions will do, as long as the decoder asks for these.
  const tenth = after.mul(ownOf('features'), after.scalar(0.1))
  after.output('image_positional_embeddings', tenth, features)
  return wrap(own, { before, fed: { image }, after })
}

/** SAM's encoder as those export it who use Meta's decoder: it takes pixels, normalises and pads them. */
export function asPixelEncoder(own: Graph): Graph {
  const before = new GraphBuilder('before')
  const pixels = before.input('input_image', ['image_height', 'image_width', 3])
  const normal = before.div(
    before.sub(pixels, before.constant('mean', Float32Array.from(MEAN), [3])),
    before.constant('deviation', Float32Array.from(DEVIATION), [3]),
  )
  const planes = before.transpose(normal, [2, 0, 1])
  const missing = before.sub(before.integers([SIZE, SIZE]), before.slice(before.shape(planes), 0, 1, 3))
  const pads = before.concat([before.integers([0, 0, 0, 0]), missing], 0)
  const image = before.unsqueeze(before.node('Pad', [planes, pads]), [0])
  const after = new GraphBuilder('after')
  after.output('image_embeddings', ownOf('features'), [1, 256, SIDE, SIDE])
  return wrap(own, { before, fed: { image }, after })
}

/** SAM's decoder with the ports of the Transformers exporter: three masks for any number of prompts. */
export function asTransformersDecoder(own: Graph): Graph {
  const before = new GraphBuilder('before')
  const prompts = ['batch_size', 'point_batch_size', 'nb_points_per_image']
  const points = before.input('input_points', [...prompts, 2])
  const labels = before.input('input_labels', prompts, 'int64')
  const features = before.input('image_embeddings', ['batch_size', 256, SIDE, SIDE])
  const positions = before.input('image_positional_embeddings', ['batch_size', 256, SIDE, SIDE])
  const fed = { features, points: before.reshape(points, [-1, 2]) }
  const after = new GraphBuilder('after')
  const wrong = after.add(
    distance(after, after.node('Cast', [labels], { to: 1 }), after.scalar(1)),
    distance(after, positions, after.mul(features, after.scalar(0.1))),
  )
  const part = (value: Value): Value => after.unsqueeze(after.slice(value, 1, 1), [0])
  const ports = ['batch_size', 'point_batch_size', 3]
  after.output('iou_scores', after.sub(part(ownOf('scores')), wrong), ports)
  after.output('pred_masks', part(ownOf('masks')), [...ports, MASK_SIDE, MASK_SIDE])
  return wrap(own, { before, fed, after })
}

/** SAM's decoder with the ports of Meta's exporter: four masks of one prompt. */
export function asMetaDecoder(own: Graph, { isSingle = false } = {}): Graph {
  const before = new GraphBuilder('before')
  const features = before.input('image_embeddings', [1, 256, SIDE, SIDE])
  const points = before.input('point_coords', [1, 'num_points', 2])
  const labels = before.input('point_labels', [1, 'num_points'])
  const maskInput = before.input('mask_input', [1, 1, MASK_SIDE, MASK_SIDE])
  const hasMask = before.input('has_mask_input', [1])
  const imageSize = before.input('orig_im_size', [2])
  const fed = { features, points: before.squeeze(before.slice(points, 1, 0, 1), [0]) }
  const after = new GraphBuilder('after')
  const padding = after.constant('padding', Float32Array.of(0, 0), [2])
  const wrong = [
    distance(after, labels, after.constant('labels', Float32Array.of(1, -1), [1, 2])),
    distance(after, after.slice(points, 1, 1), padding),
    distance(after, maskInput, after.scalar(0)),
    distance(after, hasMask, after.scalar(0)),
  ].reduce((sum, part) => after.add(sum, part))
  const count = isSingle ? 1 : 4
  const used = (value: Value): Value => after.slice(value, 1, 0, count)
  const size = after.concat([after.integers([1, count]), after.node('Cast', [imageSize], { to: 7 })], 0)
  after.output('masks', after.node('Resize', [used(ownOf('masks')), '', '', size], { mode: 'linear' }), [
    1,
    count,
    'h',
    'w',
  ])
  after.output('iou_predictions', after.sub(used(ownOf('scores')), wrong), [1, count])
  after.output('low_res_masks', used(ownOf('masks')), [1, count, MASK_SIDE, MASK_SIDE])
  return wrap(own, { before, fed, after })
}

/** An encoder of our ports that tells where the first channel is bright. */
export function brightEncoder(): Graph {
  const graph = new GraphBuilder('encoder')
  const first = graph.slice(graph.input('image', [1, 3, SIZE, SIZE]), 1, 0, 1)
  const pooled = graph.node('AveragePool', [first], { kernel_shape: [16, 16], strides: [16, 16] })
  const features = [1, 256, SIDE, SIDE]
  graph.output('features', graph.expand(pooled, graph.integers(features)), features)
  return graph.build()
}

/** A decoder of our ports: all that is bright, as the second mask of each point that lies on it. */
export function brightDecoder(): Graph {
  const graph = new GraphBuilder('decoder')
  const bright = graph.slice(graph.input('features', [1, 256, SIDE, SIDE]), 1, 0, 1)
  const points = graph.input('points', ['prompts', 2])
  const cells = graph.node('Floor', [graph.div(points, graph.scalar(16))])
  const yx = graph.concat([graph.slice(cells, 1, 1), graph.slice(cells, 1, 0, 1)], 1)
  const index = graph.node('Cast', [yx], { to: 7 })
  const hit = graph.unsqueeze(graph.node('GatherND', [graph.squeeze(bright, [0, 1]), index]), [1])
  const score = graph.add(graph.scalar(0.5), graph.mul(graph.node('Sign', [hit]), graph.scalar(0.45)))
  const none = graph.mul(score, graph.scalar(0))
  const scales = graph.constant('scales', Float32Array.of(1, 1, 4, 4), [4])
  const logits = graph.mul(graph.node('Resize', [bright, '', scales], { mode: 'nearest' }), graph.scalar(10))
  const shape = graph.concat([graph.slice(graph.shape(points), 0, 0, 1), graph.integers([4, MASK_SIDE, MASK_SIDE])], 0)
  graph.output('masks', graph.expand(logits, shape), ['prompts', 4, MASK_SIDE, MASK_SIDE])
  graph.output('scores', graph.concat([none, score, none, none], 1), ['prompts', 4])
  return graph.build()
}

/** How far two values are apart, all told: nothing, when an input is what it has to be. */
function distance(graph: GraphBuilder, a: Value, b: Value): Value {
  return graph.node('ReduceSum', [graph.node('Abs', [graph.sub(a, b)])], { keepdims: 0 })
}

function wrap(own: Graph, { before, fed, after }: Around): Graph {
  const [first, last] = [before.build(), after.build()]
  const fedNodes = own.nodes.map((node) => ({ ...node, inputs: node.inputs.map((name) => fed[name] ?? name) }))
  const constants = [...first.constants, ...own.constants, ...last.constants]
  return {
    name: `${own.name}_export`,
    inputs: first.inputs,
    outputs: last.outputs,
    nodes: [
      ...first.nodes,
      ...apart(fedNodes, [], ownOf),
      ...apart(last.nodes, last.outputs, (name) => `after/${name}`),
    ],
    weights: own.weights,
    // Those of equal name are equal.
    constants: [...new Map(constants.map((constant) => [constant.name, constant])).values()],
  }
}

/** Nodes whose values have names that no other graph has; ports of the export keep theirs. */
function apart(nodes: readonly GraphNode[], ports: Graph['outputs'], nameOf: (name: Value) => Value): GraphNode[] {
  const kept = new Set(ports.map(({ name }) => name))
  const inner = new Set(nodes.flatMap((node) => node.outputs).filter((name) => !kept.has(name)))
  const rename = (name: Value): Value => (inner.has(name) ? nameOf(name) : name)
  return nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }))
}
