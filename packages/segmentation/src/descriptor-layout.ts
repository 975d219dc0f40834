import { PlatformError } from '@sextant/contracts'
import { COLOR_BINS, LIGHT_BINS, PAIR_BINS, type RegionFeatures } from './region-features.ts'
import type { TemplateDescriptors } from './template-descriptors.ts'

/*
 * One flat little-endian buffer:
 *
 *   u32 magic "SXTD" · u32 version · u32 viewCount · u32 flags (1 = has colour) · u32 colour, light, pair bins
 *   f32 diameterMm · f32[colourBins] palette
 *   per view: f32 areaMm2 · f32 extentMm · f32[colourBins] · f32[lightBins] · f32[pairBins]
 */
const MAGIC = 0x44545853
/** Grows when the meaning of any number changes: descriptors of another version must be made anew. */
export const DESCRIPTOR_VERSION = 1
const HEADER_WORDS = 7
const VIEW_WORDS = 2 + COLOR_BINS + LIGHT_BINS + PAIR_BINS

/** Packs descriptors for a cache; nothing is lost, all numbers are float32 already. */
export function packDescriptors(descriptors: TemplateDescriptors): Uint8Array {
  const { views, palette, diameterMm, hasColor } = descriptors
  const words = HEADER_WORDS + 1 + COLOR_BINS + views.length * VIEW_WORDS
  const buffer = new ArrayBuffer(4 * words)
  const header = [MAGIC, DESCRIPTOR_VERSION, views.length, hasColor ? 1 : 0, COLOR_BINS, LIGHT_BINS, PAIR_BINS]
  new Uint32Array(buffer, 0, HEADER_WORDS).set(header)
  const numbers = new Float32Array(buffer, 4 * HEADER_WORDS)
  numbers[0] = diameterMm
  numbers.set(palette, 1)
  let at = 1 + COLOR_BINS
  for (const view of views) {
    numbers[at] = view.areaMm2
    numbers[at + 1] = view.extentMm
    numbers.set(view.colors, at + 2)
    numbers.set(view.lights, at + 2 + COLOR_BINS)
    numbers.set(view.pairs, at + 2 + COLOR_BINS + LIGHT_BINS)
    at += VIEW_WORDS
  }
  return new Uint8Array(buffer)
}

/**
 * Reads packed descriptors.
 *
 * @returns fresh buffers
 * @throws {PlatformError} `bundle.version_unsupported` for another version or layout, `bundle.incomplete` for a cut one
 */
export function parseDescriptors(bytes: Uint8Array): TemplateDescriptors {
  const buffer = new Uint8Array(bytes).buffer
  if (buffer.byteLength < 4 * (HEADER_WORDS + 1 + COLOR_BINS) || buffer.byteLength % 4 !== 0) {
    throw new PlatformError('bundle.incomplete', {
      detail: `template descriptors of ${buffer.byteLength} bytes are cut`,
    })
  }
  const [magic, version, viewCount, flags, ...bins] = new Uint32Array(buffer, 0, HEADER_WORDS)
  if (
    magic !== MAGIC ||
    version !== DESCRIPTOR_VERSION ||
    String(bins) !== String([COLOR_BINS, LIGHT_BINS, PAIR_BINS])
  ) {
    throw new PlatformError('bundle.version_unsupported', {
      detail: `template descriptors have version ${version}, this build reads ${DESCRIPTOR_VERSION}`,
    })
  }
  const numbers = new Float32Array(buffer, 4 * HEADER_WORDS)
  if (numbers.length !== 1 + COLOR_BINS + viewCount * VIEW_WORDS) {
    throw new PlatformError('bundle.incomplete', { detail: `template descriptors of ${viewCount} views are cut` })
  }
  const views = Array.from({ length: viewCount }, (_, k): RegionFeatures => {
    const at = 1 + COLOR_BINS + k * VIEW_WORDS
    return {
      areaMm2: numbers[at],
      extentMm: numbers[at + 1],
      colors: numbers.slice(at + 2, at + 2 + COLOR_BINS),
      lights: numbers.slice(at + 2 + COLOR_BINS, at + 2 + COLOR_BINS + LIGHT_BINS),
      pairs: numbers.slice(at + 2 + COLOR_BINS + LIGHT_BINS, at + VIEW_WORDS),
    }
  })
  return { diameterMm: numbers[0], hasColor: (flags & 1) === 1, palette: numbers.slice(1, 1 + COLOR_BINS), views }
}
