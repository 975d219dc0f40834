import { readEnvironment, runService } from '@sextant/service-kit'
import { buildApp } from './app.ts'
import { compose } from './compose.ts'
import { readConfig } from './config.ts'

const config = readConfig(readEnvironment(process.env, import.meta.url))
const app = await buildApp(config, compose(config))
await runService(app, { host: config.host, port: config.port, title: 'PEM server', process })
