// The static folder: classes, objects, CAD, templates, outputs; path confinement.
export {}
