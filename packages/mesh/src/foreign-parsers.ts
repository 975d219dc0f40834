// Parsers without types of their own, each loaded when its format is met.

/** The decoder that glTF-Transform wants for KHR_draco_mesh_compression. */
export async function loadDracoDecoder(): Promise<unknown> {
  // @ts-expect-error the package has no types
  const module = (await import('draco3dgltf')) as { readonly default: { createDecoderModule(): Promise<unknown> } }
  return module.default.createDecoderModule()
}
