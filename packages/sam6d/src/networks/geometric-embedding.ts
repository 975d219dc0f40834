import type { StateDict } from '../checkpoint/state-dict.ts'
import { GraphBuilder, type Graph, type Value } from '../onnx/graph-builder.ts'
import { child, parameter, shapeOf, type Module } from './layers.ts'

const WIDTH = 256

/**
 * The geometric structure embedding from its indices.
 * Inputs `distances` [B, n, n] (distance / 0.2) and `angles` [B, n, n, 3] (degrees / 15, to the three nearest
 * neighbours). Output `embedding` [B, n, n, 256].
 *
 * @source Qin et al. 2022, GeoTransformer, section 3.2
 */
export function buildGeometricEmbedding(parameters: StateDict, hasTaps = false): Graph {
  const graph = new GraphBuilder('pem_geometric_embedding', hasTaps)
  const module: Module = { graph, parameters, prefix: 'geo_embedding.' }
  const distances = graph.input('distances', ['batch', 'points', 'points'])
  const angles = graph.input('angles', ['batch', 'points', 'points', 3])
  const near = project(module, distances, 'proj_d')
  const turned = graph.max(project(module, angles, 'proj_a'), 3)
  graph.output('embedding', graph.add(near, turned), ['batch', 'points', 'points', WIDTH])
  return graph.build()
}

/**
 * Sinusoids of each index through a linear layer. The network interleaves sine and cosine; here all sines come before all
 * cosines and the rows of the weight are permuted alike, which saves a shuffle of the largest array.
 */
function project(module: Module, indices: Value, name: string): Value {
  const { graph } = module
  const phases = graph.mul(graph.unsqueeze(indices, [-1]), parameter(module, 'embedding.div_term'))
  const waves = graph.concat([graph.node('Sin', [phases]), graph.node('Cos', [phases])], -1)
  const weights = child(module, name)
  const [out = 0, width = 0] = shapeOf(weights, 'weight')
  const stored = module.parameters.get(`${weights.prefix}weight`)!
  const permuted = graph.weight(`${stored.name}:permuted`, [width, out], async () => {
    const values = await stored.read()
    const rows = new Float32Array(values.length)
    for (let c = 0; c < width; c++) {
      const row = (c >> 1) + (c & 1) * (width / 2)
      for (let o = 0; o < out; o++) rows[row * out + o] = values[o * width + c]
    }
    return rows
  })
  return graph.add(graph.matmul(waves, permuted), parameter(weights, 'bias'))
}
