/** Objects of one frame asked of PEM at a time: it has a worker for each core, and one more keeps them busy. */
export const OBJECTS_AT_A_TIME = 3
