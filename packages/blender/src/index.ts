// Blender's Cycles behind the port of template renderers.
export { blenderVersion } from './blender-version.ts'
export { BLENDER_DEFAULTS, type BlenderOptions } from './blender-options.ts'
export { createBlenderRenderer } from './blender-renderer.ts'
