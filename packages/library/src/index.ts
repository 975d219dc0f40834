// The static folder: classes, objects, CAD, templates, outputs; path confinement.
export * from './template-store.ts'
