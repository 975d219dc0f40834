import type { ServiceApp } from './create-service.ts'

export interface RunOptions {
  readonly host: string
  readonly port: number
  readonly title: string
  /** the process's signals and output; passed in because only main.ts may name `process` */
  readonly process: Pick<NodeJS.Process, 'on' | 'exit' | 'stdout'>
}

/** Listens, says where in one line, and closes gracefully on SIGINT or SIGTERM. */
export async function runService(app: ServiceApp, options: RunOptions): Promise<void> {
  let isClosing = false
  const close = (): void => {
    if (isClosing) return
    isClosing = true
    app.close().then(
      () => options.process.exit(0),
      (error: unknown) => {
        app.log.error({ err: error }, 'shutdown failed')
        options.process.exit(1)
      },
    )
  }
  options.process.on('SIGINT', close)
  options.process.on('SIGTERM', close)
  // A child of Main ends with it, however Main ended.
  options.process.on('disconnect', close)
  await app.listen({ host: options.host, port: options.port })
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  const host = options.host === '0.0.0.0' || options.host === '::' ? 'localhost' : options.host
  options.process.stdout.write(`${options.title} listening on http://${host}:${port} (docs: /docs)\n`)
}
