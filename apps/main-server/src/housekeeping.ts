import { join } from 'node:path'
import { pruneOutputs } from '@sextant/library'
import type { ServiceApp } from '@sextant/service-kit'
import type { Dependencies } from './compose.ts'
import { toClasses } from './mapping/objects.ts'

const PRUNE_INTERVAL_MS = 6 * 3_600_000

async function logLibrary(app: ServiceApp, { library }: Pick<Dependencies, 'library'>): Promise<void> {
  try {
    const { total_classes, total_objects, total_templates } = await toClasses(library)
    app.log.info({ classes: total_classes, objects: total_objects, templates: total_templates }, 'library')
  } catch (error) {
    app.log.warn({ err: error }, 'the library cannot be read')
  }
}

/** Says what the library holds, and removes old output folders, now and every few hours. */
export function registerHousekeeping(app: ServiceApp, deps: Dependencies): void {
  const { config, library, now } = deps
  const prune = async (): Promise<void> => {
    try {
      const removed = await pruneOutputs(join(library.root, 'output'), config.outputRetentionDays, now().getTime())
      if (removed > 0) app.log.info({ removed, keepDays: config.outputRetentionDays }, 'old outputs removed')
    } catch (error) {
      app.log.warn({ err: error }, 'old outputs cannot be removed')
    }
  }
  const timer = setInterval(() => void prune(), PRUNE_INTERVAL_MS)
  timer.unref()
  app.addHook('onListen', () => {
    void logLibrary(app, deps)
    void prune()
  })
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer)
    done()
  })
}
