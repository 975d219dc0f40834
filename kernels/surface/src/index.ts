// Depth image to oriented surface: points, normals, sensor noise, dominant planes.
export * from './surface.ts'
