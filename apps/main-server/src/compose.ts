import { POSE_OPTION_DEFAULTS_V2 } from '@sextant/contracts'
import { fileURLToPath } from 'node:url'
import { createHostPolicy, RemoteClient, remoteStages, RssCamera } from '@sextant/client'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { createObjectEditor, openLibrary, openRunStore, type ObjectLibrary, type RunStore } from '@sextant/library'
import { DETECTION_LIMIT, type Stages } from '@sextant/pipeline'
import { createCamera, type CameraPort } from './camera-frame.ts'
import { createWorkerPool, workerEntry, type WorkerPool } from '@sextant/service-kit'
import type { Config, ServerName } from './config.ts'
import { createComposeDriver } from './dependencies/compose-driver.ts'
import { createProcessDriver } from './dependencies/process-driver.ts'
import type { DependencyDriver } from './dependencies/start-dependencies.ts'
import { createObjectAdmin, type ObjectAdmin } from './objects/object-admin.ts'
import { createRunManager, type RunManager } from './runs/run-manager.ts'
import { openSamples, type Samples } from './samples.ts'
import type { ViewTask } from './view-task.ts'

/** What the routes use. */
export interface Dependencies {
  readonly config: Config
  readonly library: ObjectLibrary
  readonly stages: Stages
  /** frames of camera servers, aligned */
  readonly camera: CameraPort
  readonly remotes: Readonly<Record<ServerName, RemoteClient>>
  /** what starts the servers behind Main; null without a driver for them */
  readonly driver: DependencyDriver | null
  /** the history, and the runs under way */
  readonly runs: { readonly store: RunStore; readonly manager: RunManager }
  readonly samples: Samples
  /** clouds, depth pictures and meshes for the browser */
  readonly view: WorkerPool<ViewTask, Uint8Array>
  /** what the library holds, for looking at and changing */
  readonly objects: ObjectAdmin
  /** wall clock */
  readonly now: () => Date
  close(): Promise<void>
}

/** Pictures that may wait; more means that nobody looks at them. */
const VIEW_QUEUE_MAX = 64

/** The Render server is told to answer this much earlier than Main would give up, s. */
const RENDER_MARGIN_SECONDS = 120

/** How child servers are started; only main.ts knows the process. */
export interface ProcessContext {
  readonly node: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export async function compose(config: Config, context?: ProcessContext): Promise<Dependencies> {
  const library = openLibrary(config.staticDir)
  const remote = (name: ServerName): { name: string; url: string; timeoutMs: number } => ({
    name,
    url: config.urls[name],
    timeoutMs: config.timeoutSeconds[name] * MILLISECONDS_PER_SECOND,
  })
  const remotes = {
    ism: new RemoteClient(remote('ism')),
    pem: new RemoteClient(remote('pem')),
    render: new RemoteClient(remote('render')),
  }
  const stages = remoteStages({
    ...remotes,
    renderWaitSeconds: Math.max(1, config.timeoutSeconds.render - RENDER_MARGIN_SECONDS),
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
    defaults: POSE_OPTION_DEFAULTS_V2,
    detectionLimit: DETECTION_LIMIT,
    now,
  })
  const view = createWorkerPool<ViewTask, Uint8Array>({
    entry: workerEntry(import.meta.url, 'view'),
    threads: 1,
    maxQueue: VIEW_QUEUE_MAX,
  })
  // One editor: changes of the library come one after the other, whoever asks for them.
  const editor = createObjectEditor(library)
  return {
    config,
    library,
    stages,
    camera: createCamera(cameraClient, config.camera, () => Date.now()),
    remotes,
    driver: driverOf(config, context),
    runs: { store, manager },
    samples: openSamples(config.examplesDir, library, editor),
    view,
    objects: createObjectAdmin({ library, editor, view, limits: config.objectLimits }),
    now,
    async close() {
      await manager.close()
      await view.close()
      await Promise.all([...Object.values(remotes), cameraClient].map((client) => client.close()))
    },
  }
}

function driverOf(config: Config, context: ProcessContext | undefined): DependencyDriver | null {
  const { driver, composeFile } = config.autoStart
  if (driver === 'compose') return createComposeDriver(composeFile)
  if (driver === 'none' || context === undefined) return null
  const moduleOf = (server: ServerName): string =>
    fileURLToPath(new URL(`../../${server}-server/dist/main.js`, import.meta.url))
  return createProcessDriver({ ...context, urls: config.urls, moduleOf })
}
