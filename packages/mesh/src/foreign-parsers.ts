// Parsers without types of their own, each loaded when its format is met.

/** The decoder that glTF-Transform wants for KHR_draco_mesh_compression. */
export async function loadDracoDecoder(): Promise<unknown> {
  // @ts-expect-error the package has no types
  const module = (await import('draco3dgltf')) as { readonly default: { createDecoderModule(): Promise<unknown> } }
  return module.default.createDecoderModule()
}

/** One solid, or one part of an assembly, as occt-import-js gives it. Colours are linear 0..1. */
export interface OcctMesh {
  readonly name?: string
  readonly color?: readonly number[] | null
  readonly attributes: { readonly position: { readonly array: readonly number[] } }
  readonly index: { readonly array: readonly number[] }
  /** triangles [first, last] of each face of the boundary representation */
  readonly brep_faces?: readonly {
    readonly first: number
    readonly last: number
    readonly color: readonly number[] | null
  }[]
}

export type OcctReader = 'ReadStepFile' | 'ReadIgesFile' | 'ReadBrepFile'

type Occt = Readonly<
  Record<OcctReader, (bytes: Uint8Array, options: object) => { success: boolean; meshes?: readonly OcctMesh[] }>
>

/** Open CASCADE as WebAssembly; what it prints goes to `print`. @param print  one line */
export async function loadOcct(print: (line: string) => void): Promise<Occt> {
  // @ts-expect-error the package has no types
  const module = (await import('occt-import-js')) as { readonly default: (options: object) => Promise<Occt> }
  return module.default({ print, printErr: print })
}

interface AssimpFile {
  GetContent(): Uint8Array
}

interface Assimp {
  readonly FileList: new () => { AddFile(name: string, bytes: Uint8Array): void }
  ConvertFileList(
    files: object,
    format: 'assjson',
  ): { IsSuccess(): boolean; FileCount(): number; GetErrorCode(): string; GetFile(index: number): AssimpFile }
}

/** Assimp as WebAssembly. @param print  one line */
export async function loadAssimp(print: (line: string) => void): Promise<Assimp> {
  // @ts-expect-error the package has no types
  const module = (await import('assimpjs')) as { readonly default: (options: object) => Promise<Assimp> }
  return module.default({ print, printErr: print })
}
