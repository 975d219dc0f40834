// Depth image to oriented surface: points, normals, sensor noise, dominant planes.
export * from './estimate-surface.ts'
export * from './find-planes.ts'
export * from './surface.ts'
