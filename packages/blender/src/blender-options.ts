/** How Blender is run. */
export interface BlenderOptions {
  /** name on the search path, or path, of the executable */
  readonly executable: string
  /** that Cycles uses; 0: all cores */
  readonly threads: number
}

export const BLENDER_DEFAULTS: BlenderOptions = { executable: 'blender', threads: 0 }
