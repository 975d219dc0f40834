// The static folder: classes, objects, CAD, templates, outputs; path confinement.
export { openBinaryCache, type BinaryCache } from './binary-cache.ts'
export { canonicalMesh, type CanonicalMeshOptions } from './canonical-mesh.ts'
export { assertName, confinePath } from './confine-path.ts'
export {
  assertObjectName,
  createObjectEditor,
  type ObjectChange,
  type ObjectEditor,
  type ObjectTarget,
} from './edit-objects.ts'
export {
  assertSizeKnown,
  declarationFor,
  inspectObjectFile,
  judgeObject,
  type ObjectInspection,
} from './inspect-object.ts'
export {
  assertUsable,
  digestOfObjectFile,
  parseObjectFile,
  readDeclaredSymmetries,
  readObjectFile,
  readObjectMesh,
  readUsableMesh,
  type ObjectFile,
  type UsableMesh,
} from './object-mesh.ts'
export { stageCad, type StagedCad } from './stage-cad.ts'
export {
  createStaticRoot,
  objectsListed,
  openLibrary,
  type LibraryObject,
  type ObjectDeclaration,
  type ObjectLibrary,
} from './object-library.ts'
export { cacheKeyOf, openLayeredCache, type CacheOrigin, type LayeredCache } from './layered-cache.ts'
export { LruCache } from './lru-cache.ts'
export { normalizeTag, outputFolderName, publishOutput, writeIntoFolder, type OutputFiles } from './output-store.ts'
export { openRunStore, type RunFile, type RunFilter, type RunStore } from './run-store.ts'
export { preloadObjects, type PreloadOptions } from './preload-objects.ts'
export { pruneOutputs } from './prune-outputs.ts'
export { readSample, SAMPLE_FOLDERS, type Sample } from './read-sample.ts'
export { digestOfTemplateSet } from './template-digest.ts'
export * from './template-store.ts'
