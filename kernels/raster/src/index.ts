// Deferred software rasteriser: depth, object coordinates, normals, colour, triangle id.
export {}
