// Vectors, SE(3), cameras, images and meshes as typed arrays; coordinate frames and units live here.
export * from './arrays.ts'
export * from './camera.ts'
export * from './linear-algebra.ts'
export * from './random.ts'
export * from './rotation.ts'
export * from './transform.ts'
export * from './units.ts'
export * from './vector3.ts'
