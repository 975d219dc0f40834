// Projective point-to-plane refinement with robust weights.
export * from './refine-pose.ts'
