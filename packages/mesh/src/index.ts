// Mesh codecs and triangle operations: PLY, OBJ, STL, sampling, diameter, symmetry.
export {}
