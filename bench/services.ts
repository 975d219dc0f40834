import { freePort } from '@sextant/testkit'

export type ServiceName = 'main' | 'ism' | 'pem' | 'render'

/** The four servers as built, in processes of their own. */
export interface Services {
  readonly urls: Readonly<Record<ServiceName, string>>
  stop(): Promise<void>
}

const { startServices } = (await import(new URL('../tools/services.mjs', import.meta.url).href)) as {
  startServices: (options: object) => Promise<Services>
}

/** Starts the servers on free ports of this machine over a static folder, and waits until they answer. */
export async function serveFolder(staticRoot: string): Promise<Services> {
  const ports = { render: await freePort(), ism: await freePort(), pem: await freePort(), main: await freePort() }
  return startServices({ ports, env: { SEXTANT_STATIC_DIR: staticRoot, HOST: '127.0.0.1' }, stdio: 'ignore' })
}
