// The page that orders the stages: templates, segmentation, pose, answer.
export * from './estimate-poses.ts'
export * from './stages.ts'
export * from './estimate-scene.ts'
export * from './interpret-scene.ts'
export * from './plan-evidence.ts'
