import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { runBatch, summarize, type BatchEntry } from './run-batch.ts'

/** Answers by the object's name: as Main does, with an error, with nothing. */
async function mainServer() {
  const asked: string[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      const body = JSON.parse(text) as { object_name: string }
      asked.push(body.object_name)
      if (body.object_name === 'cut') return response.destroy()
      if (body.object_name === 'lost') {
        return response.writeHead(500).end(JSON.stringify({ detail: 'the camera cannot be reached' }))
      }
      const ism = { success: true, detections: { masks: [1, 2, 3] } }
      const pem = { success: true, num_detections: body.object_name === 'absent' ? 0 : 1 }
      const results = { output_dir: '/x', results: { ism, pem } }
      return response.end(JSON.stringify({ success: true, message: 'Pipeline execution completed', results }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, asked, close: () => new Promise((resolve) => server.close(resolve)) }
}

it('goes on after failures, tells what came of each, and asks again only for what failed', async () => {
  const main = await mainServer()
  try {
    const written: number[] = []
    const options = {
      server: main.url,
      className: 'ycb',
      objects: ['found', 'cut', 'lost', 'absent'],
      fields: { align_color: true },
      timeoutMs: 2000,
      done: [] as BatchEntry[],
      onEntry: (_: BatchEntry, all: readonly BatchEntry[]) => Promise.resolve(void written.push(all.length)),
    }
    const entries = await runBatch(options)
    expect(written).toEqual([1, 2, 3, 4])
    expect(entries[0]).toMatchObject({ object: 'found', http_status: 200, success: true, ism_detections: 3, pem_detections: 1, output_dir: '/x' }) // prettier-ignore
    expect(entries[1]).toMatchObject({ http_status: null, success: false, ism_success: false })
    expect(entries[2]).toMatchObject({ http_status: 500, success: false, message: 'the camera cannot be reached' })
    expect(summarize(entries)).toMatchObject({ objects: 4, succeeded: 2, failed: 2, with_pose: 1 })
    main.asked.length = 0
    const again = await runBatch({ ...options, done: entries })
    expect(main.asked).toEqual(['cut', 'lost'])
    expect(again.map(({ object }) => object)).toEqual(options.objects)
  } finally {
    await main.close()
  }
})

it('sums up nothing as nothing', () => {
  expect(summarize([])).toMatchObject({ objects: 0, failed: 0, median_seconds: 0 })
})
