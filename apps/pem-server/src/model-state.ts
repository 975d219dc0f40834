import type { Dependencies } from './compose.ts'

/** The v1 model object, and whether clients switched the engine off. */
export interface ModelState {
  readonly describe: () => { loaded: boolean; device: string | null; parameters: number; loading_time: number }
  load(): void
  unload(): void
}

/** Parameters of the geometric engine: clients format them with thousands separators, so a number it is. */
const NO_PARAMETERS = 0

export function createModelState(deps: Pick<Dependencies, 'engine' | 'caches'>): ModelState {
  let isUnloaded = false
  return {
    describe() {
      const { modelLoaded, device } = deps.engine()
      return { loaded: modelLoaded && !isUnloaded, device, parameters: NO_PARAMETERS, loading_time: 0 }
    },
    load() {
      isUnloaded = false
    },
    unload() {
      isUnloaded = true
      deps.caches.cad.clear()
    },
  }
}
