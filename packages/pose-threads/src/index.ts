// Runs one object's search on several threads that share the frame's memory.
export { createSearchThreads, serveSearches, type SearchThreads } from './search-threads.ts'
