// `npm start`: Main, which starts the other servers and starts them again when they end, until Ctrl-C.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { env } = process
// What the shell sets wins over the file.
if (existsSync(`${root}.env`)) process.loadEnvFile(`${root}.env`)
const main = spawn(process.execPath, ['--enable-source-maps', `${root}apps/main-server/dist/main.js`], {
  stdio: 'inherit',
  // Only warnings: one line a service says where it listens.
  env: { AUTO_START_DRIVER: 'process', LOG_LEVEL: 'WARNING', ...env },
})
main.on('exit', (code) => process.exit(code ?? 1))
// Ctrl-C reaches Main through the terminal; a signal sent to this process alone has to be passed on.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => main.kill('SIGTERM'))

const url = `http://127.0.0.1:${env.PORT || 8001}/api/v1/servers/status`
const deadline = Date.now() + 60_000
for (;;) {
  const status = await fetch(url, { signal: AbortSignal.timeout(10_000) }).then(
    (answer) => answer.json(),
    () => null,
  )
  if (status?.overall_status === 'healthy') {
    console.log('Sextant is ready. Ctrl-C stops it.')
    break
  }
  if (Date.now() > deadline) {
    const missing = Object.entries(status?.servers ?? {}).filter(([, server]) => server.status !== 'healthy')
    console.error(
      `Not ready after a minute: ${missing.map(([name, { auto_start }]) => `${name} (${auto_start})`).join(', ')}`,
    )
    break
  }
  await new Promise((resolve) => setTimeout(resolve, 200))
}
