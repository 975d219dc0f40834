// Fits the weights of packages/pose/src/probability.ts on answers that `npm run eval -- --json` measured.
// Usage: tsx bench/fit-probability.ts fit1.json,fit2.json check1.json ... [--penalty 20]
// The files need the conditions scene and absent. Every fit file is also checked with the weights of the others.
import {
  calibrationError,
  fitRidgeLogistic,
  recallAtFalsePositiveRate,
  rocOf,
  type ScoredAnswer,
} from '@sextant/evaluation'
import type { PoseScoreParts } from '@sextant/contracts'
import { PROBABILITY_WEIGHTS, probabilityTerms } from '@sextant/pose'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'

interface Answer {
  readonly condition: string
  readonly isPresent: boolean
  readonly isRight: boolean
  readonly parts: PoseScoreParts
}
interface Report {
  readonly name: string
  readonly answers: readonly Answer[]
  readonly presentCount: number
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { penalty: { type: 'string', default: '20' } },
})
const [fitList = '', ...checkPaths] = positionals
const NAMES = Object.keys(PROBABILITY_WEIGHTS) as (keyof typeof PROBABILITY_WEIGHTS)[]

function read(path: string): Report {
  const file = JSON.parse(readFileSync(path, 'utf8')) as { answers: Answer[]; rows: { condition: string }[] }
  return {
    name: basename(path),
    answers: file.answers.filter(({ condition }) => condition === 'scene' || condition === 'absent'),
    presentCount: file.rows.filter(({ condition }) => condition === 'scene').length,
  }
}

const rowOf = ({ parts }: Answer): number[] => {
  const terms = probabilityTerms(parts)
  return NAMES.map((name) => terms[name])
}

function fit(reports: readonly Report[]): number[] {
  const answers = reports.flatMap((report) => report.answers)
  return fitRidgeLogistic(
    answers.map(rowOf),
    answers.map((answer) => answer.isRight),
    Number(values.penalty),
  )
}

function check(label: string, { name, answers, presentCount }: Report, weights: readonly number[]): void {
  const scored = answers.map((answer) => {
    const logit = rowOf(answer).reduce((sum, value, k) => sum + value * (weights[k] ?? 0), 0)
    return { ...answer, score: 1 / (1 + Math.exp(-logit)) }
  })
  const present: ScoredAnswer[] = scored.filter((answer) => answer.isPresent)
  while (present.length < presentCount) present.push({ score: -Infinity, isRight: false })
  const absent = scored.filter((answer) => !answer.isPresent).map((answer) => answer.score)
  const point = recallAtFalsePositiveRate(rocOf(present, absent), 0.02)
  console.log(
    `${label.padEnd(9)}${name.padEnd(20)} ${String(answers.length).padStart(5)} answers  calibration error ` +
      `${calibrationError(scored).toFixed(3)}  recall ${point?.recall.toFixed(3) ?? '-'} at false-positive rate ` +
      `${point?.falsePositiveRate.toFixed(3) ?? '-'} (score ${point?.threshold.toFixed(2) ?? '-'})`,
  )
}

const fitted = fitList.split(',').map(read)
const weights = fit(fitted)
console.log(NAMES.map((name, k) => `${name}: ${(weights[k] ?? 0).toFixed(2)}`).join(', '))
for (const report of fitted) {
  const others = fitted.filter((other) => other !== report)
  check(others.length > 0 ? 'held out' : 'fitted', report, others.length > 0 ? fit(others) : weights)
}
for (const path of checkPaths) check('unseen', read(path), weights)
