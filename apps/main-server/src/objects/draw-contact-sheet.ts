import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError, templateFileNames } from '@sextant/contracts'
import { contactSheet, decodeColor, encodeColorPng } from '@sextant/image'
import { readTemplateManifest } from '@sextant/library'

const TILE = 128
/** 42 views are six rows of seven. */
const COLUMNS_PER_ROW = 7 / 6

/** All views of a template set in one picture. @throws {PlatformError} bundle.not_found, bundle.incomplete */
export async function drawContactSheet(directory: string): Promise<Uint8Array> {
  const manifest = await readTemplateManifest(directory)
  if (manifest === null) throw new PlatformError('bundle.not_found', { detail: 'the object has no templates' })
  const { viewCount, imageSize } = manifest.recipe
  const images = await Promise.all(
    Array.from({ length: viewCount }, async (_, index) => {
      const name = templateFileNames(index).rgb
      try {
        return await decodeColor(await readFile(join(directory, name)), name)
      } catch (cause) {
        throw new PlatformError('bundle.incomplete', {
          detail: `view ${index} of the template set cannot be read`,
          cause,
        })
      }
    }),
  )
  const columns = Math.ceil(Math.sqrt(viewCount * COLUMNS_PER_ROW))
  return encodeColorPng(contactSheet(images, columns, Math.max(1, Math.floor(imageSize / TILE))))
}
