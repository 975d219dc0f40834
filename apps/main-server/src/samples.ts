import { createReadStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError, type ObjectReferenceV2, type SampleV2 } from '@sextant/contracts'
import { readClientFrame, type ClientFrame } from '@sextant/image'
import {
  openLibrary,
  readSample,
  SAMPLE_FOLDERS,
  stageCad,
  type LibraryObject,
  type ObjectEditor,
  type ObjectLibrary,
} from '@sextant/library'

/** Frames to try things with: the bundled example, and those an operator put where the original has its own. */
export interface Samples {
  list(): Promise<SampleV2[]>
  /** @throws {PlatformError} object.not_found, image.*, depth.*, camera.* */
  read(name: string): Promise<ClientFrame>
  /** the colour image as it is kept, PNG. @throws {PlatformError} object.not_found */
  readColor(name: string): Promise<Uint8Array>
  /** Copies the CAD the sample comes with into the library, where it is missing. @throws {PlatformError} object.not_found */
  install(name: string): Promise<SampleV2>
}

const BUNDLED = 'example'
/** The examples are laid out as a static folder. */
const BUNDLED_FOLDER = 'static/scene'

interface Place {
  readonly library: Pick<ObjectLibrary, 'confine'>
  readonly folder: string
}

/** @param examples  absolute path of the bundled examples: `scene/`, and `meshes/<class>/` as in a library */
export function openSamples(examples: string, library: ObjectLibrary, editor: Pick<ObjectEditor, 'publish'>): Samples {
  const bundled = openLibrary(examples)
  const placeOf = (name: string): Place => {
    if (name === BUNDLED) return { library: bundled, folder: BUNDLED_FOLDER }
    const folder = SAMPLE_FOLDERS.find((known) => known === name)
    if (folder !== undefined) return { library, folder }
    throw new PlatformError('object.not_found', { detail: `no sample ${JSON.stringify(name)}; see /api/v2/samples` })
  }
  const isThere = async (name: string): Promise<boolean> => {
    const place = placeOf(name)
    const files: string[] = await readdir(place.library.confine(place.folder)).catch(() => [])
    return ['rgb.png', 'depth.png', 'camera.json'].every((file) => files.includes(file))
  }
  const gone = (name: string): PlatformError =>
    new PlatformError('object.not_found', { detail: `the sample ${name} is gone` })

  /** CAD that comes with a sample. */
  const cadOf = async (name: string): Promise<LibraryObject[]> => {
    const classes = name === BUNDLED ? await bundled.listClasses() : []
    return (await Promise.all(classes.map((className) => bundled.listObjects(className)))).flat()
  }
  const isKnown = ({ className, name }: LibraryObject): Promise<boolean> =>
    library.findObject(className, name).then(
      () => true,
      () => false,
    )
  const missingOf = async (cad: readonly LibraryObject[]): Promise<LibraryObject[]> => {
    const known = await Promise.all(cad.map(isKnown))
    return cad.filter((_, i) => known[i] === false)
  }
  const describe = async (name: string): Promise<SampleV2> => {
    const cad = await cadOf(name)
    return { name, objects: cad.map(referenceTo), missing: (await missingOf(cad)).map(referenceTo) }
  }

  return {
    async list() {
      const samples: SampleV2[] = []
      for (const name of [BUNDLED, ...SAMPLE_FOLDERS]) if (await isThere(name)) samples.push(await describe(name))
      return samples
    },
    async read(name) {
      const place = placeOf(name)
      const sample = await readSample(place.library, place.folder)
      if (sample === null) throw gone(name)
      return readClientFrame(sample.frame)
    },
    async readColor(name) {
      const place = placeOf(name)
      if (!(await isThere(name))) throw gone(name)
      return new Uint8Array(await readFile(join(place.library.confine(place.folder), 'rgb.png')))
    },
    async install(name) {
      placeOf(name)
      for (const object of await missingOf(await cadOf(name))) {
        const { className, name: objectName, cadPath, cadFile, sizeBytes } = object
        const staged = await stageCad(library.root, cadFile, createReadStream(cadPath), sizeBytes)
        try {
          await editor.publish(staged, { className, name: objectName, unit: null, replace: false })
        } finally {
          await staged.discard()
        }
      }
      return describe(name)
    },
  }
}

const referenceTo = ({ className, name }: LibraryObject): ObjectReferenceV2 => ({ className, objectName: name })
