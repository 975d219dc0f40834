import { readFile, rename, writeFile } from 'node:fs/promises'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { InvalidArgumentError, type Command } from 'commander'
import type { CadColors } from '@sextant/pose'
import { cadColorsOption } from '../flags.ts'
import { runBatch, summarize, type BatchEntry } from '../batch/run-batch.ts'

interface BatchFlags {
  readonly server: string
  readonly class: string
  readonly objects?: string
  readonly base?: string
  readonly out: string
  readonly timeout: number
  readonly resume: boolean
  readonly outputMode?: string
  readonly cadColors?: CadColors
}

/** `sextant batch`: one camera frame after the other, one object each, through a running Main server. */
export function addBatchCommand(program: Command): void {
  program
    .command('batch')
    .description('ask a running Main server for many objects, each in a fresh frame of the camera')
    .option('--server <url>', 'Main server', 'http://localhost:8001')
    .option('--class <name>', 'class of the objects', 'ycb')
    .option('--objects <names>', 'objects, separated by commas; default: all of the class')
    .option('--base <url>', 'camera server; default: the one that Main is configured with')
    .option('--out <file>', 'summary; written after every object', 'rss_batch_summary.json')
    .option('--timeout <seconds>', 'longest wait for one object', parsePositive, 900)
    .option('--output-mode <mode>', 'full, results_only or none')
    .addOption(cadColorsOption())
    .option('--resume', 'keep what succeeded in an earlier summary, ask for the rest', false)
    .action(batch)
}

async function batch(flags: BatchFlags): Promise<void> {
  const server = flags.server.replace(/\/+$/, '')
  const objects = flags.objects?.split(',').map((name) => name.trim()) ?? (await objectsOf(server, flags.class))
  const entries = await runBatch({
    server,
    className: flags.class,
    objects,
    timeoutMs: flags.timeout * MILLISECONDS_PER_SECOND,
    done: flags.resume ? await readSummary(flags.out) : [],
    fields: {
      align_color: true,
      ...(flags.base === undefined ? {} : { base: flags.base }),
      ...(flags.outputMode === undefined ? {} : { output_mode: flags.outputMode }),
      ...(flags.cadColors === undefined ? {} : { cad_colors: flags.cadColors }),
    },
    async onEntry(entry, all) {
      const what = entry.success ? `${entry.pem_detections} poses` : `failed: ${entry.message}`
      console.log(`${entry.object}  ${what}  ${entry.elapsed_sec.toFixed(1)} s`)
      await writeSummary(flags.out, all)
    },
  })
  await writeSummary(flags.out, entries)
  const statistics = summarize(entries)
  console.log(JSON.stringify(statistics, null, 2))
  if (statistics.failed > 0) process.exitCode = 1
}

async function objectsOf(server: string, className: string): Promise<string[]> {
  const response = await fetch(`${server}/api/v1/objects/classes/${encodeURIComponent(className)}`)
  const body = (await response.json()) as { objects?: { name: string }[]; detail?: string }
  if (body.objects === undefined) throw new Error(body.detail ?? `HTTP ${response.status}`)
  return body.objects.map(({ name }) => name)
}

async function readSummary(file: string): Promise<BatchEntry[]> {
  const text = await readFile(file, 'utf8').catch(() => '[]')
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value)) throw new Error(`${file} is not a summary`)
  return value as BatchEntry[]
}

/** In one step: an interrupted batch leaves a whole summary behind. */
async function writeSummary(file: string, entries: readonly BatchEntry[]): Promise<void> {
  const staging = `${file}.part`
  await writeFile(staging, JSON.stringify(entries, null, 2))
  await rename(staging, file)
}

function parsePositive(value: string): number {
  const number = Number(value)
  if (!(number > 0)) throw new InvalidArgumentError('a positive number')
  return number
}
