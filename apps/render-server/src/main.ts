// Render server (8004): template rendering jobs over HTTP.
import { readEnvironment, runService } from '@sextant/service-kit'
import { buildApp } from './app.ts'
import { composeDeps } from './compose.ts'
import { readConfig } from './config.ts'

const config = readConfig(readEnvironment(process.env, import.meta.url))
const app = await buildApp(config, await composeDeps(config))
await runService(app, { host: config.host, port: config.port, title: 'Render server', process })
