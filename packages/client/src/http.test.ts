import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { RemoteClient } from './http.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function serve(answer: (count: number, response: ServerResponse) => void) {
  let count = 0
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    request.resume().on('end', () => answer(++count, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = new RemoteClient({
    name: 'pem',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    timeoutMs: 300,
  })
  closers.push(() => client.close(), () => server.closeAllConnections(), () => server.close()) // prettier-ignore
  return { client, count: () => count }
}

const schema = z.object({ ok: z.boolean() })
const once = { requestId: 'r' }
const repeated = { requestId: 'r', isIdempotent: true }

describe('RemoteClient.post', () => {
  it('repeats an idempotent call whose connection broke, and only such', async () => {
    const cutFirst = (count: number, response: ServerResponse): void => {
      if (count === 1) response.destroy()
      else response.end('{"ok":true}')
    }
    const first = await serve(cutFirst)
    expect(await first.client.post('/x', {}, schema, repeated)).toEqual({ ok: true })
    const second = await serve(cutFirst)
    await expect(second.client.post('/x', {}, schema, once)).rejects.toMatchObject({ code: 'upstream.unreachable' })
    expect([first.count(), second.count()]).toEqual([2, 1])
  })

  it('never repeats what was refused, and keeps its code', async () => {
    const problem = {
      type: 't',
      title: 't',
      status: 422,
      detail: 'no depth',
      instance: 'i',
      code: 'depth.empty',
      retryable: false,
    }
    const { client, count } = await serve((_, response) => response.writeHead(422).end(JSON.stringify(problem))) // prettier-ignore
    await expect(client.post('/x', {}, schema, repeated)).rejects.toMatchObject({ code: 'depth.empty', stage: 'pem' })
    expect(count()).toBe(1)
  })

  it('takes a status without a code for what the caller says it means, else for nonsense', async () => {
    const { client } = await serve((_, response) => response.writeHead(503).end('{"detail":"2 jobs wait already."}'))
    const refusal = { code: 'capacity.queue_full', message: 'pem answered HTTP 503: 2 jobs wait already.' }
    const busy = { ...once, codeOfStatus: { 503: 'capacity.queue_full' } } as const
    await expect(client.post('/x', {}, schema, busy)).rejects.toMatchObject(refusal)
    await expect(client.post('/x', {}, schema, once)).rejects.toMatchObject({ code: 'upstream.bad_response' })
  })

  it('tells a slow service, a strange answer and a cancelled call apart', async () => {
    const slow = await serve(() => undefined)
    await expect(slow.client.post('/x', {}, schema, once)).rejects.toMatchObject({ code: 'deadline.exceeded' })
    const strange = await serve((_, response) => response.end('<html>'))
    await expect(strange.client.post('/x', {}, schema, once)).rejects.toMatchObject({ code: 'upstream.bad_response' })
    const left = await serve(() => undefined)
    const signal = AbortSignal.timeout(50)
    await expect(left.client.post('/x', {}, schema, { ...repeated, signal })).rejects.toMatchObject({ code: 'request.cancelled' }) // prettier-ignore
  })

  it('stops asking a dead service after five failures, and says so at once', async () => {
    const client = new RemoteClient({ name: 'ism', url: 'http://127.0.0.1:1', timeoutMs: 300 })
    closers.push(() => client.close())
    for (let k = 0; k < 6; k++) {
      await expect(client.post('/x', {}, schema, once)).rejects.toMatchObject({ code: 'upstream.unreachable', stage: 'ism' }) // prettier-ignore
    }
  })
})
