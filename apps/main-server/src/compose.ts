import { createHostPolicy, RemoteClient, remoteStages, RssCamera } from '@sextant/client'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { openLibrary, type ObjectLibrary } from '@sextant/library'
import type { Stages } from '@sextant/pipeline'
import { createCamera, type CameraPort } from './camera-frame.ts'
import type { Config } from './config.ts'

export type ServerName = 'ism' | 'pem' | 'render'

/** What the routes use. */
export interface Dependencies {
  readonly config: Config
  readonly library: ObjectLibrary
  readonly stages: Stages
  /** frames of camera servers, aligned */
  readonly camera: CameraPort
  readonly remotes: Readonly<Record<ServerName, RemoteClient>>
  /** wall clock */
  readonly now: () => Date
  close(): Promise<void>
}

/** Longest waits of the original: ISM 600 s, PEM 900 s, Render 3600 s. */
const TIMEOUT_SECONDS = { ism: 600, pem: 900, render: 3600 } as const

export function compose(config: Config): Dependencies {
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
  return {
    config,
    library,
    stages,
    camera: createCamera(cameraClient, config.camera, () => Date.now()),
    remotes,
    now: () => new Date(),
    async close() {
      await Promise.all([...Object.values(remotes), cameraClient].map((client) => client.close()))
    },
  }
}
