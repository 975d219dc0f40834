// `npm start`: all services until Ctrl-C; one line each saying where it listens.
import { startServices } from './services.mjs'

let services = null
let isStopping = false
async function stop(code) {
  if (isStopping) return
  isStopping = true
  await services?.stop()
  process.exit(code)
}
process.on('SIGINT', () => void stop(0))
process.on('SIGTERM', () => void stop(0))
try {
  services = await startServices({
    onExit(name, code) {
      console.error(`The ${name} server ended (exit code ${code}); stopping the others.`)
      void stop(1)
    },
  })
  console.log('Sextant is ready. Ctrl-C stops it.')
} catch (error) {
  console.error(error.message)
  await stop(1)
}
