import type { TriangleMesh } from '@sextant/geometry'
import { addRevolution, createPartBuilder, type Rgb } from './part-builder.ts'
import { printedBox } from './printed-box.ts'

/** Things that lie about and are not looked for. */
export function createClutter(): readonly TriangleMesh[] {
  return [createBook(), createTin(), createBall(), createPencil()]
}

function createBook(): TriangleMesh {
  const cover: Rgb = [52, 58, 92]
  const pages = (_: number, t: number): Rgb => (t > 2.5 && t < 21.5 ? [222, 214, 196] : cover)
  const title = (s: number, t: number): Rgb => (t > 110 && t < 122 && s > 18 && s < 92 ? [206, 186, 120] : cover)
  const side = { front: pages, back: pages, left: () => cover, right: pages }
  return printedBox([112, 164, 24], 4, { ...side, top: title, bottom: () => cover })
}

function createTin(): TriangleMesh {
  const builder = createPartBuilder()
  const profile: [number, number][] = [
    [0, 0],
    [31, 0],
    [33, 2],
  ]
  for (let k = 1; k <= 24; k++) profile.push([33, 2 + 4 * k])
  profile.push([31, 100], [30, 97.5], [0, 97.5])
  addRevolution(builder, profile, 60, (angle, index) => {
    const [radius, z] = profile[index]
    if (radius < 33 || z < 5 || z > 95) return [176, 176, 172]
    if (z < 60 && z > 34) return Math.sin(3 * angle) > 0.6 ? [190, 40, 36] : [238, 232, 214]
    return [190, 40, 36]
  })
  return builder.build()
}

function createBall(): TriangleMesh {
  const builder = createPartBuilder()
  const profile = Array.from({ length: 33 }, (_, k): [number, number] => {
    const angle = (Math.PI * k) / 32
    return [33 * Math.sin(angle), -33 * Math.cos(angle)]
  })
  addRevolution(builder, profile, 48, (angle, index) => {
    const seam = Math.abs(index - 16 - 7 * Math.sin(2 * angle))
    return seam < 1.2 ? [232, 236, 220] : [196, 208, 66]
  })
  return builder.build()
}

function createPencil(): TriangleMesh {
  const builder = createPartBuilder()
  const profile: [number, number][] = [
    [0, 0],
    [3.8, 0],
    [3.8, 8],
    [3.8, 16],
    [3.8, 150],
    [1, 168],
    [0, 171],
  ]
  addRevolution(builder, profile, 6, (_, index) => {
    if (index < 3) return [206, 120, 116]
    return index < 5 ? [222, 166, 40] : [204, 172, 130]
  })
  return builder.build()
}
