import { serveSearches } from '@sextant/pose-threads'

/** One more thread for the searches of another worker. */
serveSearches()
