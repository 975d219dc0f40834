import type { TriangleMesh } from '@sextant/geometry'
import { createBracket } from '../example-cad/bracket.ts'
import { createClutter } from '../example-cad/clutter.ts'
import { createMug } from '../example-cad/mug.ts'
import { createTeaBox } from '../example-cad/tea-box.ts'
import { generateScene, type SyntheticScene } from './generate-scene.ts'
import type { Finish, Prop } from './scene-layout.ts'

const PAPER: Finish = { diffuse: 0.95, mirror: 0.02, exponent: 18 }
const METAL: Finish = { diffuse: 0.62, mirror: 0.3, exponent: 28 }
const GLAZED: Finish = { diffuse: 0.94, mirror: 0.045, exponent: 180 }

/** The bundled example: three CAD models and one frame with five instances of them among clutter. */
export interface Example {
  readonly meshes: Readonly<Record<'box' | 'bracket' | 'mug', TriangleMesh>>
  readonly scene: SyntheticScene
}

/** The CAD of the example and all that lies on its table. */
export function exampleProps(): { readonly meshes: Example['meshes']; readonly props: readonly Prop[] } {
  const meshes = { box: createTeaBox(), bracket: createBracket(), mug: createMug() }
  const [book, tin, ball, pencil] = createClutter()
  const clutter = (mesh: TriangleMesh | undefined, down: Prop['down'], finish: Finish): Prop[] =>
    mesh === undefined ? [] : [{ name: null, mesh, down, finish }]
  const props: Prop[] = [
    { name: 'box', mesh: meshes.box, down: [0.02, 0.03, -1], finish: PAPER },
    ...clutter(book, [0.02, 0.01, -1], PAPER),
    { name: 'mug', mesh: meshes.mug, down: [0.01, 0.02, -1], finish: GLAZED },
    { name: 'mug', mesh: meshes.mug, down: [0.3, 1, 0.2], finish: GLAZED },
    { name: 'bracket', mesh: meshes.bracket, down: [0.1, 0.05, -1], finish: METAL },
    { name: 'bracket', mesh: meshes.bracket, down: null, finish: METAL },
    ...clutter(tin, [0.01, 0.01, -1], PAPER),
    ...clutter(ball, null, PAPER),
    ...clutter(pencil, [0.1, 1, 0.05], PAPER),
  ]
  return { meshes, props }
}

/** Makes the example. Same seed, same bytes. */
export function createExample(seed: number): Example {
  const { meshes, props } = exampleProps()
  return { meshes, scene: generateScene(props, seed) }
}
