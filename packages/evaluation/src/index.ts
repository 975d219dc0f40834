// BOP metrics, dataset readers, result writers, synthetic scenes.
export {}
