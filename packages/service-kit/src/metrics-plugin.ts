import type { FastifyInstance } from 'fastify'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What a service counts about its own work. */
export interface ServiceMetrics {
  /** Adds the milliseconds of named stages. */
  observeStages(timings: Readonly<Record<string, number>>): void
  /** Counts one outcome by its reason. */
  countOutcome(outcome: string): void
  /** Adds the score of an answered pose, 0..1. */
  observeScore(score: number): void
  /** A number read when the metrics are asked for, by label. */
  gauge(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const SCORES = [0.1, 0.25, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]
const MILLISECONDS = MILLISECONDS_PER_SECOND

/** Installs GET /metrics in Prometheus' text format. */
export function installMetrics(app: FastifyInstance, service: string): ServiceMetrics {
  const registers = [new Registry()]
  registers[0]?.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registers[0] as Registry })
  const http = new Histogram({
    name: 'sextant_http_request_seconds',
    help: 'Duration of HTTP requests',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: SECONDS,
    registers,
  })
  const stages = new Histogram({
    name: 'sextant_stage_seconds',
    help: 'Duration of the stages of one request',
    labelNames: ['stage'] as const,
    buckets: SECONDS,
    registers,
  })
  const outcomes = new Counter({
    name: 'sextant_outcomes_total',
    help: 'Outcomes by reason',
    labelNames: ['outcome'] as const,
    registers,
  })
  const scores = new Histogram({
    name: 'sextant_pose_score',
    help: 'Scores of answered poses',
    buckets: SCORES,
    registers,
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    http.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / MILLISECONDS)
    done()
  })
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    return reply.type('text/plain; version=0.0.4').send(await registers[0]?.metrics())
  })
  return {
    observeStages(timings) {
      for (const [stage, ms] of Object.entries(timings)) stages.observe({ stage }, ms / MILLISECONDS)
    },
    countOutcome: (outcome) => outcomes.inc({ outcome }),
    observeScore: (score) => scores.observe(score),
    gauge(name, help, label, read) {
      new Gauge({
        name,
        help,
        labelNames: [label],
        registers,
        collect() {
          for (const [key, value] of Object.entries(read())) this.set({ [label]: key }, value)
        },
      })
    },
  }
}
