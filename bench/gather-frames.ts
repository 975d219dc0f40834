import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readScene, type BopFrame } from './bop-scenes.ts'
import { readMesh } from './read-mesh.ts'
import { readRealCase, REAL_CASES } from './real-cases.ts'

/** A frame with the CAD file of every object in it. */
export interface BenchFrame extends BopFrame {
  modelOf(objectId: number): { readonly path: string; readonly unitInMm: number }
}

export interface BenchSet {
  readonly name: 'synthetic' | 'real'
  readonly frames: Iterable<BenchFrame>
}

/** The development scenes. */
const SCENES = ['000001', '000002', '000003']
/** The drinks can's mesh is in metres. */
const METRES = new Set(['coke_d435_1'])

/** Reads `--name value` from the command line. */
export function argument(name: string, fallback: string): string {
  const at = process.argv.indexOf(`--${name}`)
  return at >= 0 ? (process.argv[at + 1] ?? fallback) : fallback
}

/** Instances that count: at least 10 % and 300 px visible. */
export function countedInstances(frame: BopFrame): BopFrame['instances'] {
  return frame.instances.filter(({ visibleFraction, visiblePixels }) => visibleFraction >= 0.1 && visiblePixels >= 300)
}

/** `--data`, by default the folder handed to developers. */
export function dataFolder(): string {
  return argument('data', fileURLToPath(new URL('../../shared/data', import.meta.url)))
}

/** Both sets below the data folder; a set that is absent is left out. */
export function benchSets(): BenchSet[] {
  const data = dataFolder()
  const stride = Number(argument('stride', '1'))
  const sets: BenchSet[] = []
  if (existsSync(join(data, 'synth_bop'))) {
    sets.push({ name: 'synthetic', frames: syntheticFrames(join(data, 'synth_bop'), stride) })
  }
  if (existsSync(join(data, 'real'))) sets.push({ name: 'real', frames: realFrames(join(data, 'real')) })
  return sets
}

function* syntheticFrames(folder: string, stride: number): Generator<BenchFrame> {
  for (const scene of SCENES) {
    for (const frame of readScene(join(folder, scene), stride)) {
      yield {
        ...frame,
        modelOf: (objectId) => ({
          path: join(folder, 'models', `obj_${String(objectId).padStart(6, '0')}.ply`),
          unitInMm: 1,
        }),
      }
    }
  }
}

function* realFrames(folder: string): Generator<BenchFrame> {
  for (const name of REAL_CASES) {
    const frame = readRealCase(join(folder, name), readMesh)
    yield {
      ...frame,
      modelOf: (objectId) => ({
        path: frame.modelPaths.get(objectId) ?? '',
        unitInMm: METRES.has(name) ? 1000 : 1,
      }),
    }
  }
}
