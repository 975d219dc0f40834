/** Proposals handed from segmentation to pose: cluttered real frames need about 100. */
export const DETECTION_LIMIT = 100

/** Objects of one frame asked of PEM at a time: it has a worker for each core, and one more keeps them busy. */
export const OBJECTS_AT_A_TIME = 3
