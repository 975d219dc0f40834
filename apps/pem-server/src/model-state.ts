import type { Dependencies } from './compose.ts'

/** The v1 model object, and whether clients switched the engine off. */
export interface ModelState {
  readonly describe: () => { loaded: boolean; device: string | null; parameters: number; loading_time: number }
  /** @throws {PlatformError} model.* */
  load(): Promise<void>
  unload(): Promise<void>
}

/** Parameters of the geometric engine: clients format them with thousands separators, so a number it is. */
const NO_PARAMETERS = 0

export function createModelState(deps: Pick<Dependencies, 'engine' | 'caches' | 'network'>): ModelState {
  let isUnloaded = false
  return {
    describe() {
      const { modelLoaded, device } = deps.engine()
      const info = deps.network?.info() ?? null
      const { parameters, loadingSeconds } = info ?? { parameters: NO_PARAMETERS, loadingSeconds: 0 }
      return { loaded: modelLoaded && !isUnloaded, device, parameters, loading_time: loadingSeconds }
    },
    async load() {
      await deps.network?.load()
      isUnloaded = false
    },
    async unload() {
      isUnloaded = true
      await deps.network?.unload()
      deps.caches.cad.clear()
    },
  }
}
