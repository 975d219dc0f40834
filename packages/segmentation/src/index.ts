// The Segmenter port and its geometric engine: proposals, scores, detections.
export {}
