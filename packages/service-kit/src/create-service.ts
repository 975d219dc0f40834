import { randomUUID } from 'node:crypto'
import cors from '@fastify/cors'
import multipart from '@fastify/multipart'
import swagger from '@fastify/swagger'
import reference from '@scalar/fastify-api-reference'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type RawServerDefault } from 'fastify'
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { logLinesV2, logQueryV2 } from '@sextant/contracts'
import { destination, multistream, type StreamEntry } from 'pino'
import type { LogFile, LogLevel } from './config.ts'
import { openDailyLog, type DailyLog } from './daily-log.ts'
import { closeStreamsWith } from './event-stream.ts'
import { installErrorHandling } from './errors-plugin.ts'
import { installMetrics, type ServiceMetrics } from './metrics-plugin.ts'
import { withOperationIds } from './operation-ids.ts'
import { createRecentLog, type RecentLog } from './recent-log.ts'

export interface ServiceOptions {
  /** short name in logs and metrics: main, ism, pem, render */
  readonly name: string
  readonly title: string
  readonly version: string
  readonly description: string
  readonly logLevel: LogLevel
  /** null or absent: only standard output */
  readonly logFile?: LogFile | null
  readonly bodyLimitBytes?: number
}

/** A Fastify app whose routes are typed by zod schemas. */
export type ServiceApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

export interface Service {
  readonly app: ServiceApp
  readonly metrics: ServiceMetrics
  /** what the service logged last, whatever its log level */
  readonly recentLog: Pick<RecentLog, 'read'>
}

const MEBIBYTE = 1024 * 1024
const DEFAULT_BODY_LIMIT = 128 * MEBIBYTE
const REQUEST_ID_HEADER = 'x-request-id'
const RECENT_LINES = 2000
/** Asked every few seconds by whoever watches; not worth a line among the recent ones. */
const WATCHING = /^\/(health|metrics|api\/v\d\/(health|status|logs|camera|servers)|api\/v1\/model\/status)/

/**
 * A service without routes: validation and serialisation by zod, errors, CORS, multipart, OpenAPI 3.1 at /openapi.json,
 * docs at /docs and /redoc, metrics at /metrics, recent log lines at /api/v2/logs, liveness at /health/live. It does not
 * listen.
 */
export async function createService(options: ServiceOptions): Promise<Service> {
  const bodyLimit = options.bodyLimitBytes ?? DEFAULT_BODY_LIMIT
  const daily = openLog(options)
  const recentLog = createRecentLog(RECENT_LINES)
  const app = Fastify({
    logger: {
      level: options.logLevel === 'trace' ? 'trace' : 'debug',
      base: { service: options.name },
      stream: streamsOf(options.logLevel, daily, recentLog),
    },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    requestIdHeader: REQUEST_ID_HEADER,
    genReqId: () => randomUUID(),
    connectionTimeout: 0,
    requestTimeout: 120_000,
    routerOptions: { ignoreTrailingSlash: true },
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  installErrorHandling(app)
  await app.register(cors, {
    origin: true,
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    credentials: true,
    exposedHeaders: [REQUEST_ID_HEADER],
  })
  await app.register(multipart, { limits: { fileSize: bodyLimit, fieldSize: bodyLimit, files: 8, fields: 8 } })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: options.title, version: options.version, description: options.description },
      servers: [{ url: '/' }],
    },
    transform: jsonSchemaTransform,
    transformObject: withOperationIds,
  })
  closeStreamsWith(app)
  const metrics = installMetrics(app, options.name)
  app.addHook('onSend', (request, reply, payload, done) => {
    reply.header(REQUEST_ID_HEADER, request.id)
    done(null, payload)
  })
  app.addHook('onResponse', (request, reply, done) => {
    const ms = Math.round(reply.elapsedTime)
    if (WATCHING.test(request.url)) request.log.trace({ url: request.url }, 'answered')
    else request.log.debug({ method: request.method, url: request.url, status: reply.statusCode, ms }, 'answered')
    done()
  })
  if (daily !== null) app.addHook('onClose', () => daily.close())
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  app.get('/health/live', { schema: { hide: true } }, () => ({ status: 'healthy' }))
  app.get(
    '/api/v2/logs',
    {
      schema: {
        summary: 'What this service logged last',
        tags: ['logs'],
        querystring: logQueryV2,
        response: { 200: logLinesV2 },
      },
    },
    (request) => ({
      lines: recentLog.read(request.query),
    }),
  )
  await app.register(reference, { routePrefix: '/docs', configuration: { url: '/openapi.json' } })
  app.get('/redoc', { schema: { hide: true } }, (_request, reply) => reply.redirect('/docs'))
  return { app, metrics, recentLog }
}

function openLog({ name, logFile, logLevel }: ServiceOptions): DailyLog | null {
  if (logFile === undefined || logFile === null || logLevel === 'silent') return null
  return openDailyLog({ ...logFile, prefix: `${name}_server`, now: () => new Date() })
}

const STANDARD_OUTPUT = 1

/** Standard output and the file of the day by log level; memory gets every line. */
function streamsOf(logLevel: LogLevel, daily: DailyLog | null, recentLog: RecentLog): ReturnType<typeof multistream> {
  const streams: StreamEntry[] = [{ level: 'debug', stream: recentLog }]
  if (logLevel !== 'silent') streams.push({ level: logLevel, stream: destination(STANDARD_OUTPUT) })
  if (logLevel !== 'silent' && daily !== null) streams.push({ level: logLevel, stream: daily })
  return multistream(streams)
}
