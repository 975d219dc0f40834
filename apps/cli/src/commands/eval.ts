import { readBopScenes, readRealCases, type EvaluationCase } from '@sextant/evaluation'
import { HYPOTHESIS_GENERATORS, SEARCH_EFFORTS, type GeneratorName, type PosePreset } from '@sextant/pose'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CONDITIONS, planTasks, type EvaluationCondition, type TaskResult } from '../evaluate/evaluation-task.ts'
import { reliabilitySvg, rocSvg } from '../evaluate/plots.ts'
import { formatRejection, summarizeRejection } from '../evaluate/rejection.ts'
import { runInWorkers } from '../evaluate/run-in-workers.ts'
import {
  formatDetections,
  formatRow,
  formatStages,
  formatTable,
  ROW_HEADING,
  summarize,
  summarizeDetections,
  type ConditionSummary,
} from '../evaluate/summarize.ts'

interface EvalFlags {
  readonly set: string
  readonly data: string
  readonly engine: 'geometric'
  readonly condition?: EvaluationCondition[]
  readonly preset: PosePreset
  readonly generator: GeneratorName
  readonly seed: number
  readonly every: number
  readonly limit: number
  readonly workers: number
  readonly threads: number
  readonly proposals: number
  readonly task: 'pose' | 'detection'
  readonly quiet?: true
  readonly json?: string
  readonly plots?: string
  readonly baseline?: string
}

/** What is told when no condition is named. */
const TASK_CONDITIONS: Readonly<Record<EvalFlags['task'], readonly EvaluationCondition[]>> = {
  pose: ['mask', 'scene'],
  detection: ['mask', 'proposals', 'scene'],
}

/** `sextant eval`: measures the engine on a data set with known poses. */
export function addEvalCommand(program: Command): void {
  program
    .command('eval')
    .description('measure the pose engine on frames with known poses')
    .option('--set <set>', 'data set: real, synth, or a folder in BOP format', 'synth')
    .option('--data <folder>', 'folder that holds real/ and synth_bop/', defaultDataFolder())
    .addOption(new Option('--engine <engine>', 'engine measured').choices(['geometric']).default('geometric'))
    .option(
      '--condition <list>',
      `what the engine is told, comma-separated: ${CONDITIONS.join(', ')}, or all`,
      parseConditions,
    )
    .addOption(
      new Option(
        '--task <task>',
        'pose; or detection: average precision of segmentation, and poses with and without it',
      )
        .choices(Object.keys(TASK_CONDITIONS))
        .default('pose'),
    )
    .addOption(
      new Option('--preset <preset>', 'search effort').choices(Object.keys(SEARCH_EFFORTS)).default('balanced'),
    )
    .addOption(
      new Option('--generator <generator>', 'where hypotheses come from')
        .choices(Object.keys(HYPOTHESIS_GENERATORS))
        .default('pairs'),
    )
    .option('--seed <n>', 'seed of the search', parseCount, 0)
    .option('--every <n>', 'take every n-th question', parsePositive, 1)
    .option('--limit <n>', 'take at most n questions', parsePositive, Infinity)
    .option('--workers <n>', 'frames measured at a time', parsePositive, 2)
    .option('--threads <n>', 'threads that share each search', parsePositive, 1)
    .option('--proposals <n>', 'proposals of segmentation handed on, with the condition proposals', parsePositive, 100)
    .option('--quiet', 'print totals only')
    .option('--json <file>', 'write rows and totals to a file')
    .option('--plots <folder>', 'write reliability.svg and roc.svg (needs the conditions scene and absent)')
    .option('--baseline <file>', 'compare with the totals in a file written by --json')
    .action(runEval)
}

async function runEval(flags: EvalFlags): Promise<void> {
  const cases = await readSet(flags)
  const results: TaskResult[] = []
  const summaries: ConditionSummary[] = []
  if (flags.quiet === undefined) console.log(ROW_HEADING)
  for (const condition of flags.condition ?? TASK_CONDITIONS[flags.task]) {
    const { preset, generator, seed, every, limit, threads, proposals } = flags
    const tasks = planTasks(cases, { condition, preset, generator, seed, every, limit, threads, proposals })
    const own = await runInWorkers(tasks, flags.workers, (result) => {
      if (flags.quiet === undefined) for (const row of result.rows) console.log(formatRow(row))
    })
    results.push(...own)
    summaries.push(summarize(condition, own))
  }
  console.log(
    `\nset ${flags.set}, preset ${flags.preset}, generator ${flags.generator}, seed ${flags.seed}, every ${flags.every}`,
  )
  console.log(formatTable(summaries))
  for (const summary of summaries) console.log(formatStages(summary))
  const proposed = results.filter(({ condition }) => condition === 'proposals')
  const detection = proposed.length > 0 ? summarizeDetections(proposed) : null
  if (detection !== null) console.log(formatDetections(detection))
  const rejection = results.some((result) => result.absent.length > 0) ? summarizeRejection(results) : null
  if (rejection !== null) console.log(formatRejection(rejection))
  if (rejection !== null && flags.plots !== undefined) {
    await mkdir(flags.plots, { recursive: true })
    await writeFile(join(flags.plots, 'reliability.svg'), reliabilitySvg(rejection))
    await writeFile(join(flags.plots, 'roc.svg'), rocSvg(rejection))
  }
  if (flags.baseline !== undefined) console.log(await compareWith(flags.baseline, summaries))
  if (flags.json !== undefined) {
    const { set, preset, generator, seed, every } = flags
    const rows = results.flatMap((result) => result.rows.map((row) => ({ condition: result.condition, ...row })))
    const answers = results.flatMap((result) => result.answers.map((row) => ({ condition: result.condition, ...row })))
    const report = { set, preset, generator, seed, every, summaries, detection, rejection, rows, answers }
    await writeFile(flags.json, `${JSON.stringify(report, null, 1)}\n`)
  }
}

async function readSet({ set, data }: EvalFlags): Promise<EvaluationCase[]> {
  const folder = set === 'real' ? join(data, 'real') : set === 'synth' ? join(data, 'synth_bop') : set
  if (!existsSync(folder)) throw new Error(`no data set at ${folder}; name its parent folder with --data`)
  return set === 'real' ? readRealCases(folder) : readBopScenes(folder)
}

const COMPARED = [
  'averageRecallVsd',
  'averageRecallMssd',
  'averageRecallMspd',
  'averageRecallStrict',
  'medianSeconds',
] as const

/** What changed against the stored totals, one line per condition both have. */
async function compareWith(path: string, summaries: readonly ConditionSummary[]): Promise<string> {
  const stored = JSON.parse(await readFile(path, 'utf8')) as { summaries: readonly ConditionSummary[] }
  const lines = summaries.flatMap((summary) => {
    const before = stored.summaries.find(({ condition }) => condition === summary.condition)
    if (before === undefined) return []
    const changes = COMPARED.map((name) => {
      const change = summary[name] - before[name]
      return `${name} ${change >= 0 ? '+' : ''}${change.toFixed(3)}`
    })
    return [`${summary.condition}: ${changes.join(', ')}`]
  })
  return ['against the baseline', ...lines].join('\n')
}

function parseConditions(text: string): EvaluationCondition[] {
  if (text === 'all') return [...CONDITIONS]
  return text.split(',').map((name) => {
    const condition = CONDITIONS.find((known) => known === name)
    if (condition === undefined) throw new InvalidArgumentError(`expected some of ${CONDITIONS.join(', ')}, or all`)
    return condition
  })
}

/** The data lie beside the project unless told otherwise. */
function defaultDataFolder(): string {
  return fileURLToPath(new URL('../../../../shared/data', import.meta.url))
}

function parseCount(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('expected a whole number')
  return value
}

function parsePositive(text: string): number {
  const value = parseCount(text)
  if (value === 0) throw new InvalidArgumentError('expected a number above 0')
  return value
}
