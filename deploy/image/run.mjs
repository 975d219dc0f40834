// Entry point of the image: `run.mjs <service>` becomes that service; `run.mjs cli <arguments>` is the sextant command.
import { moduleOf, SERVICES } from './services.mjs'

const [name = 'main'] = process.argv.splice(2, 1)
if (!Object.hasOwn(SERVICES, name)) {
  console.error(`There is no service ${name}; there are ${Object.keys(SERVICES).join(', ')}.`)
  process.exit(2)
}
await import(moduleOf(name))
