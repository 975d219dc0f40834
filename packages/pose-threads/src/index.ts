// Runs one object's search on several threads that share the frame's memory.
export { createCrew, serveCrew, shareArrays, type Crew, type CrewHandler } from './crew.ts'
export { createSearchThreads, serveSearches, type SearchThreads } from './search-threads.ts'
