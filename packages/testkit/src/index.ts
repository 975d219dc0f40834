// Seeded generators, invariant checks and tolerances for tests.
export {}
