import { encodeColorPng, encodeDepthPng, encodeGrayPng, encodeNpyFloat16 } from '@sextant/image'
import type { TemplateEncoders } from './template-set.ts'

/** Most of a template is black: the lowest level is close to the others in size and several times faster. */
const COMPRESSION_LEVEL = 1

/** The encoders of the published format. */
export function createTemplateEncoders(compressionLevel = COMPRESSION_LEVEL): TemplateEncoders {
  const options = { compressionLevel }
  return {
    color: (image) => encodeColorPng(image, options),
    gray: (data, width, height) => encodeGrayPng(data, width, height, options),
    depth: (counts, width, height) => encodeDepthPng(counts, width, height, options),
    float16: encodeNpyFloat16,
  }
}
