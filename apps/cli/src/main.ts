// The sextant command: the pipeline in one process, evaluation, administration.
export {}
