import type { CaptureSource } from './capture-source.ts'
import type { Config } from './config.ts'
import { createFrameClock, type FrameClock } from './frame-clock.ts'
import { openFolder } from './sources/folder.ts'
import { openRecorded } from './sources/recorded.ts'
import { openSynthetic } from './sources/synthetic.ts'

/** What the routes use. */
export interface Dependencies {
  readonly source: CaptureSource
  readonly clock: FrameClock
  close(): Promise<void>
}

type SourceConfig = Pick<Config, 'source' | 'folder' | 'fps' | 'seed'>

/** @throws {PlatformError} the source cannot be opened */
export async function compose(config: SourceConfig): Promise<Dependencies> {
  const source = await openSource(config)
  const clock = createFrameClock(source, () => Date.now())
  return {
    source,
    clock,
    async close() {
      clock.close()
      await source.close()
    },
  }
}

function openSource({ source, folder, fps, seed }: SourceConfig): Promise<CaptureSource> {
  if (source === 'synthetic' || folder === null) return openSynthetic({ models: folder, seed, fps })
  return source === 'recorded' ? openRecorded(folder, fps) : openFolder(folder, fps)
}
