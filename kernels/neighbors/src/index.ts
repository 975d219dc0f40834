// Nearest neighbours: a flat kd-tree over points.
export {}
