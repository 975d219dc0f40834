import { objectsListed, type LibraryObject, type ObjectLibrary } from './object-library.ts'

export interface PreloadOptions {
  /** classes, or class/object */
  readonly list: readonly string[]
  /** most objects */
  readonly limit: number
  readonly load: (object: LibraryObject) => Promise<void>
  readonly log: {
    info(fields: object, message: string): void
    warn(fields: object, message: string): void
  }
}

/** Loads objects ahead of the first request, one after the other; one that cannot be loaded is logged and skipped. */
export async function preloadObjects(library: ObjectLibrary, options: PreloadOptions): Promise<void> {
  for (const object of await objectsListed(library, options.list, options.limit)) {
    const fields = { class: object.className, object: object.name }
    try {
      await options.load(object)
      options.log.info(fields, 'preloaded')
    } catch (error) {
      options.log.warn({ ...fields, err: error }, 'not preloaded')
    }
  }
}
