import { readBopScenes, readRealCases } from '@sextant/evaluation'
import { SEARCH_EFFORTS, type PosePreset } from '@sextant/pose'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { planTasks, type EvaluationCondition } from '../evaluate/evaluation-task.ts'
import { runInWorkers } from '../evaluate/run-in-workers.ts'
import { formatRow, formatSummary, ROW_HEADING, summarize } from '../evaluate/summarize.ts'

interface EvalFlags {
  readonly set: 'real' | 'synth'
  readonly data: string
  readonly condition: EvaluationCondition
  readonly preset: PosePreset
  readonly seed: number
  readonly every: number
  readonly limit: number
  readonly workers: number
  readonly json?: string
}

/** `sextant eval`: measures the engine on a data set with known poses. */
export function addEvalCommand(program: Command): void {
  program
    .command('eval')
    .description('measure the pose engine on frames with known poses')
    .addOption(new Option('--set <set>', 'data set').choices(['real', 'synth']).default('synth'))
    .option('--data <folder>', 'folder that holds real/ and synth_bop/', defaultDataFolder())
    .addOption(
      new Option('--condition <condition>', 'what the engine is told').choices(['mask', 'scene']).default('mask'),
    )
    .addOption(
      new Option('--preset <preset>', 'search effort').choices(Object.keys(SEARCH_EFFORTS)).default('balanced'),
    )
    .option('--seed <n>', 'seed of the search', parseCount, 0)
    .option('--every <n>', 'take every n-th question', parsePositive, 1)
    .option('--limit <n>', 'take at most n questions', parsePositive, Infinity)
    .option('--workers <n>', 'worker threads', parsePositive, 2)
    .option('--json <file>', 'write rows and totals to a file')
    .action(runEval)
}

async function runEval(flags: EvalFlags): Promise<void> {
  const folder = join(flags.data, flags.set === 'real' ? 'real' : 'synth_bop')
  if (!existsSync(folder)) throw new Error(`no data set at ${folder}; name its parent folder with --data`)
  const cases = flags.set === 'real' ? await readRealCases(folder) : await readBopScenes(folder)
  const tasks = planTasks(cases, flags)
  console.log(ROW_HEADING)
  const results = await runInWorkers(tasks, flags.workers, (result) => {
    for (const row of result.rows) console.log(formatRow(row))
  })
  const summary = summarize(results)
  console.log(`\nset ${flags.set}, condition ${flags.condition}, preset ${flags.preset}, seed ${flags.seed}`)
  console.log(formatSummary(summary))
  if (flags.json !== undefined) {
    const { set, condition, preset, seed, every } = flags
    const rows = results.flatMap((result) => result.rows)
    await writeFile(flags.json, `${JSON.stringify({ set, condition, preset, seed, every, summary, rows }, null, 1)}\n`)
  }
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
