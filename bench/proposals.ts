/**
 * How well class-agnostic proposals cover the instances, and how long they take: generated and real frames of 640x480, and
 * camera captures of 1280x720, which have no masks.
 *
 *   npx tsx bench/proposals.ts [--data folder] [--stride 1] [--list 0]
 *
 * Best proposal per instance by IoU on the grid; `--list n` names the n worst instances. Stages run once on each frame, one
 * after another, which costs cold caches; regions again several times on the same one.
 */
import { join } from 'node:path'
import { createRng } from '@sextant/geometry'
import { proposalsOf, segmentRegions, type Proposal } from '@sextant/regions'
import { estimateSurface, findPlanes, planeMaskInto } from '@sextant/surface'
import type { BopFrame } from './bop-scenes.ts'
import { captureFrames } from './capture-frames.ts'
import { argument, benchSets, countedInstances, dataFolder } from './gather-frames.ts'
import { bestIou, gridMask, median, quantileText } from './grid-iou.ts'

const WARM_RUNS = 15
const listed = Number(argument('list', '0'))

for (const { name, frames } of benchSets()) await measure(name, frames)
await measure('captures', captureFrames(join(dataFolder(), 'rss')))

async function measure(name: string, frames: Iterable<BopFrame> | AsyncIterable<BopFrame>): Promise<void> {
  const rows: { label: string; iou: number }[] = []
  const times: Record<string, number[]> = { surface: [], planes: [], 'regions, first time': [], 'regions, warm': [] }
  const counts: number[] = []
  const sizes = new Set<string>()
  for await (const frame of frames) {
    const { width, height } = frame.frame.camera
    sizes.add(`${width}x${height}`)
    const started = performance.now()
    const surface = estimateSurface(frame.frame.depth, frame.frame.camera)
    const surfaceDone = performance.now()
    const planes = findPlanes(surface, {}, createRng(1))
    const planeMask = planeMaskInto(new Uint8Array(surface.depths.length), surface, planes)
    const planesDone = performance.now()
    const propose = (): Proposal[] => proposalsOf(segmentRegions(surface, frame.frame.color, planeMask))
    const proposals = propose()
    times.surface?.push(surfaceDone - started)
    times.planes?.push(planesDone - surfaceDone)
    times['regions, first time']?.push(performance.now() - planesDone)
    times['regions, warm']?.push(median(Array.from({ length: WARM_RUNS }, () => timeOf(propose))))
    counts.push(proposals.length)
    for (const instance of countedInstances(frame)) {
      const truth = gridMask(instance.mask, width, surface)
      const percent = Math.round(100 * instance.visibleFraction)
      const label = `${frame.name} object ${instance.objectId}, ${percent} % visible, ${instance.visiblePixels} px`
      rows.push({ label, iou: bestIou(proposals, truth) })
    }
  }
  if (counts.length === 0) return
  console.log(
    `${name} ${[...sizes].join(' ')}: ${counts.length} frames, ${median(counts)} proposals per frame (${quantileText(counts)})`,
  )
  if (rows.length > 0) printCoverage(rows)
  for (const [stage, ms] of Object.entries(times)) console.log(`  ${stage}: median ${median(ms).toFixed(1)} ms`)
}

function printCoverage(rows: { readonly label: string; readonly iou: number }[]): void {
  const ious = rows.map(({ iou }) => iou)
  const mean = ious.reduce((sum, iou) => sum + iou, 0) / ious.length
  const share = (limit: number): string => (ious.filter((iou) => iou > limit).length / ious.length).toFixed(3)
  console.log(
    `  ${ious.length} instances, mean best IoU ${mean.toFixed(3)}, > 0.5 ${share(0.5)}, > 0.75 ${share(0.75)}`,
  )
  for (const { label, iou } of rows.toSorted((a, b) => a.iou - b.iou).slice(0, listed)) {
    console.log(`  ${iou.toFixed(2)} ${label}`)
  }
}

function timeOf(work: () => unknown): number {
  const started = performance.now()
  work()
  return performance.now() - started
}
