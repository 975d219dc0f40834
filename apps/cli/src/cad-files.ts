import { readdir } from 'node:fs/promises'
import { extname } from 'node:path'
import { MILLIMETERS_PER_UNIT } from '@sextant/geometry'
import { CAD_EXTENSIONS } from '@sextant/mesh'
import { Option } from 'commander'

/** Overrules what library.json or the files say; without any of them files are in millimetres. */
export function unitOption(): Option {
  return new Option('--unit <unit>', 'unit of the CAD files').choices(Object.keys(MILLIMETERS_PER_UNIT))
}

/** Names of the CAD files of a folder, sorted; hidden ones are left out. */
export async function cadFilesIn(folder: string): Promise<string[]> {
  const isCad = (name: string): boolean =>
    !name.startsWith('.') && CAD_EXTENSIONS.some((extension) => extension === extname(name).toLowerCase())
  return (await readdir(folder)).filter(isCad).sort()
}
