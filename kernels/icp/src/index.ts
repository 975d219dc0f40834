// Projective point-to-plane refinement with robust weights.
export {}
