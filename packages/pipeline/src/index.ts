// The page that orders the stages: templates, segmentation, pose, answer.
export {}
