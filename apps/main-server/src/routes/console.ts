import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { ServiceApp } from '@sextant/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'

const YEAR_SECONDS = 31_536_000

/**
 * Serves the built console: its page at `/` for whoever asks for HTML, its files below `/console/`. The page's own
 * places are hash routes, so no other path is taken.
 *
 * @param directory  absolute path of the built console; when it is not there `/` says how to build it
 */
export async function registerConsole(app: ServiceApp, directory: string): Promise<void> {
  if (!existsSync(join(directory, 'index.html'))) return
  await app.register(fastifyStatic, {
    root: directory,
    prefix: '/console/',
    index: false,
    decorateReply: false,
    setHeaders(response, path) {
      // Names below assets/ carry a digest of the content.
      const isImmutable = path.includes(join(directory, 'assets'))
      response.setHeader('cache-control', isImmutable ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache')
    },
  })
}

/** Whether the client is a browser that opens the page rather than a program that checks the health. */
export function asksForPage(request: FastifyRequest): boolean {
  return (request.headers.accept ?? '').includes('text/html')
}

/** The console's page. */
export async function sendPage(reply: FastifyReply, directory: string): Promise<FastifyReply> {
  const page = await readFile(join(directory, 'index.html')).catch(() => null)
  if (page === null) return reply.type('text/html').send('<p>The console is not built: run <code>npm run build</code>.')
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-cache')
    .header('vary', 'accept')
    .header('x-content-type-options', 'nosniff')
    .send(page)
}
