// Does a mask, a box or a click of the user steer the answer to the instance meant? The cups of the IC-BIN frame, all
// alike, each asked for by each kind of evidence through `POST /api/v2/scenes`: npx tsx bench/user-evidence.ts [real data]
import type { EvidenceV2, SceneResponseV2 } from '@sextant/contracts'
import {
  geometricModelInfo,
  loadFrame,
  loadModel,
  metricPointsOf,
  poseErrors,
  readRealCases,
  symmetriesOf,
  visibleMask,
} from '@sextant/evaluation'
import { transformFrom, type Mask } from '@sextant/geometry'
import { encodeRle, rleBox } from '@sextant/image'
import { diameterOf, encodePly } from '@sextant/mesh'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serveFolder } from './services.ts'

const [data = fileURLToPath(new URL('../../shared/data/real', import.meta.url))] = process.argv.slice(2)
if (!existsSync(data)) {
  console.log(`skipped: no data at ${data}`)
  process.exit(0)
}
const RIGHT = 0.1
const TRIES = 10

const item = (await readRealCases(data)).find(({ id }) => id.startsWith('icbin'))
const [first] = item?.instances ?? []
if (item === undefined || first === undefined) throw new Error('the IC-BIN frame is not there')
const frame = await loadFrame(item)
const mesh = await loadModel(first.model)
const points = metricPointsOf(mesh)
const info = first.model.info ?? geometricModelInfo(mesh, diameterOf(mesh))
const symmetries = symmetriesOf(info)

const staticRoot = mkdtempSync(join(tmpdir(), 'sextant-evidence-'))
mkdirSync(join(staticRoot, 'meshes/bin'), { recursive: true })
writeFileSync(join(staticRoot, 'meshes/bin/cup.ply'), encodePly(mesh))
const services = await serveFolder(staticRoot)
try {
  const steered: Record<string, number> = { mask: 0, box: 0, click: 0 }
  const instances = item.instances.slice(0, TRIES)
  for (const [k, instance] of instances.entries()) {
    const mask = visibleMask(frame, mesh, instance.cameraFromObject)
    const rle = encodeRle(mask)
    const { size, counts } = rle
    const kinds: Readonly<Record<string, EvidenceV2>> = {
      mask: { mask: { size: [size[0], size[1]], counts: [...counts] } },
      box: { box: { ...rleBox(rle) } },
      click: { click: innermost(mask) },
    }
    const line: string[] = []
    for (const [kind, evidence] of Object.entries(kinds)) {
      const pose = (await ask(evidence)).objects[0]?.poses[0]
      const estimate = pose === undefined ? null : transformFrom<'camera', 'object'>(pose.rotation, pose.translation)
      const mssd =
        estimate === null
          ? Infinity
          : poseErrors(estimate, instance.cameraFromObject, points, symmetries, frame.camera).mssd / info.diameter
      if (mssd < RIGHT) steered[kind] = (steered[kind] ?? 0) + 1
      line.push(`${kind} ${mssd.toFixed(3)}`)
    }
    console.log(`cup ${k}: MSSD in diameters by ${line.join(', ')}`)
  }
  const totals = Object.entries(steered).map(([kind, count]) => `${kind} ${count} of ${instances.length}`)
  console.log(`steered to the cup meant: ${totals.join(', ')}`)
} finally {
  await services.stop()
  rmSync(staticRoot, { recursive: true, force: true })
}

async function ask(evidence: EvidenceV2): Promise<SceneResponseV2> {
  const { fx, fy, cx, cy } = item?.intrinsics ?? { fx: 0, fy: 0, cx: 0, cy: 0 }
  const response = await fetch(`${services.urls.main}/api/v2/scenes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      objects: [{ className: 'bin', objectName: 'cup', evidence }],
      color: readFileSync(item?.colorPath ?? '').toString('base64'),
      depth: readFileSync(item?.depthPath ?? '').toString('base64'),
      camParams: { fx, fy, cx, cy, depth_scale: item?.millimetersPerCount },
    }),
  })
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as SceneResponseV2
}

/** The pixel farthest from the outline of the mask: where somebody would click. */
function innermost({ width, height, data: inside }: Mask): { x: number; y: number } {
  let layer = Uint8Array.from(inside)
  let last = layer.indexOf(1)
  while (layer.includes(1)) {
    last = layer.indexOf(1)
    const next = new Uint8Array(layer.length)
    for (let y = 1; y < height - 1; y++) {
      for (let o = y * width + 1; o < (y + 1) * width - 1; o++) {
        if (
          layer[o] === 1 &&
          layer[o - 1] === 1 &&
          layer[o + 1] === 1 &&
          layer[o - width] === 1 &&
          layer[o + width] === 1
        )
          next[o] = 1
      }
    }
    layer = next
  }
  return { x: last % width, y: Math.floor(last / width) }
}
