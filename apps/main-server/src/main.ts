import { createStaticRoot } from '@sextant/library'
import { readEnvironment, runService } from '@sextant/service-kit'
import { buildApp } from './app.ts'
import { compose } from './compose.ts'
import { readConfig } from './config.ts'

const config = readConfig(readEnvironment(process.env, import.meta.url))
await createStaticRoot(config.staticDir)
const app = await buildApp(await compose(config, { node: process.execPath, env: process.env }))
await runService(app, { host: config.host, port: config.port, title: 'Main server', process })
