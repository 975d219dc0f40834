import { createHostPolicy, RemoteClient, remoteStages, RssCamera } from '@sextant/client'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { openLibrary, openRunStore, type ObjectLibrary, type RunStore } from '@sextant/library'
import type { Stages } from '@sextant/pipeline'
import { createCamera, type CameraPort } from './camera-frame.ts'
import { createWorkerPool, workerEntry, type WorkerPool } from '@sextant/service-kit'
import type { Config } from './config.ts'
import { DETECTION_LIMIT, OPTION_DEFAULTS } from './run-defaults.ts'
import { createRunManager, type RunManager } from './runs/run-manager.ts'
import type { ViewTask } from './view-task.ts'

export type ServerName = 'ism' | 'pem' | 'render'

/** What the routes use. */
export interface Dependencies {
  readonly config: Config
  readonly library: ObjectLibrary
  readonly stages: Stages
  /** frames of camera servers, aligned */
  readonly camera: CameraPort
  readonly remotes: Readonly<Record<ServerName, RemoteClient>>
  /** the history, and the runs under way */
  readonly runs: { readonly store: RunStore; readonly manager: RunManager }
  /** clouds, depth pictures and meshes for the browser */
  readonly view: WorkerPool<ViewTask, Uint8Array>
  /** wall clock */
  readonly now: () => Date
  close(): Promise<void>
}

/** Pictures that may wait; more means that nobody looks at them. */
const VIEW_QUEUE_MAX = 64

/** Longest waits of the original: ISM 600 s, PEM 900 s, Render 3600 s. */
const TIMEOUT_SECONDS = { ism: 600, pem: 900, render: 3600 } as const

export async function compose(config: Config): Promise<Dependencies> {
  const library = openLibrary(config.staticDir)
  const remote = (name: ServerName): { name: string; url: string; timeoutMs: number } => ({
    name,
    url: config.urls[name],
    timeoutMs: TIMEOUT_SECONDS[name] * MILLISECONDS_PER_SECOND,
  })
  const remotes = {
    ism: new RemoteClient(remote('ism')),
    pem: new RemoteClient(remote('pem')),
    render: new RemoteClient(remote('render')),
  }
  const stages = remoteStages({
    ...remotes,
    renderWaitSeconds: TIMEOUT_SECONDS.render,
    async locate({ className, objectName }) {
      const object = await library.findObject(className, objectName)
      const { cadPath, templateDirectory } = object
      return { cadPath, templateDirectory, hasTemplates: await library.hasTemplates(object) }
    },
  })
  const policy = createHostPolicy(config.camera.allowedHosts)
  const cameraClient = new RssCamera({ policy, timeoutMs: config.camera.timeoutMs })
  const store = await openRunStore(config.staticDir, config.runHistoryMax)
  const now = (): Date => new Date()
  const manager = createRunManager({
    store,
    stages,
    defaults: OPTION_DEFAULTS,
    detectionLimit: DETECTION_LIMIT,
    now,
  })
  const view = createWorkerPool<ViewTask, Uint8Array>({
    entry: workerEntry(import.meta.url, 'view'),
    threads: 1,
    maxQueue: VIEW_QUEUE_MAX,
  })
  return {
    config,
    library,
    stages,
    camera: createCamera(cameraClient, config.camera, () => Date.now()),
    remotes,
    runs: { store, manager },
    view,
    now,
    async close() {
      await manager.close()
      await view.close()
      await Promise.all([...Object.values(remotes), cameraClient].map((client) => client.close()))
    },
  }
}
