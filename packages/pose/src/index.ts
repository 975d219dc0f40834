// The PoseEstimator port and its geometric engine: hypotheses, refinement, verification, poses.
export {}
