import { join } from 'node:path'
import { Option } from 'commander'

/** Where converted networks are; the servers read the same variables. */
export function modelsDirOption(): Option {
  return new Option('--dir <folder>', 'folder of the converted networks')
    .env('SEXTANT_MODELS_DIR')
    .default(join(process.env.SEXTANT_STATIC_DIR ?? './static', 'models'))
}
