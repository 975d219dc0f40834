// Pose hypotheses from oriented point pairs, raced against the frame.
export {}
