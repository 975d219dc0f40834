import { createStaticRoot } from '@sextant/library'
import { runService } from '@sextant/service-kit'
import { buildApp } from './app.ts'
import { compose } from './compose.ts'
import { readConfig } from './config.ts'

const config = readConfig(process.env)
await createStaticRoot(config.staticDir)
const app = await buildApp(await compose(config))
await runService(app, { host: config.host, port: config.port, title: 'Main server', process })
