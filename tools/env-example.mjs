// Writes .env.example from the table of docs/config.md: every variable, commented out, with its default.
// usage: node tools/env-example.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs'
import { argv } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const path = `${root}.env.example`

/**
 * Rows of the table, one for each variable. `value` is null where the default depends on the machine or on the service.
 * @param {string} markdown
 * @returns {{ name: string, service: string, value: string | null, note: string, meaning: string }[]}
 */
export function readVariables(markdown) {
  const rows = markdown.split('\n').filter((line) => line.startsWith('| `'))
  return rows.flatMap((row) => {
    const [variables = '', service = '', fallback = '', meaning = ''] = row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim())
    const names = [...variables.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? '')
    // What stands in brackets is said to people.
    const parts = fallback
      .replace(/\(.*\)/, '')
      .split(',')
      .map((part) => part.trim())
    return names.map((name, index) => {
      const own = parts.length === names.length ? (parts[index] ?? '') : ''
      return { name, service, value: literalOf(own), note: own === '' ? fallback : own, meaning }
    })
  })
}

/** A default that may stand in a file: a number or code; not words, nor a path with a placeholder. */
function literalOf(text) {
  const code = /^`([^`<]+)`$/.exec(text)?.[1]
  if (code !== undefined) return code
  return /^-?[\d.]+$/.test(text) ? text : null
}

export function writeExample(variables) {
  const lines = [
    '# Written by tools/env-example.mjs from docs/config.md. Copy to .env and take the # off what you change.',
    '# An empty value counts as unset.',
  ]
  let last = ''
  for (const { name, service, value, note, meaning } of variables) {
    const plain = (text) => text.replaceAll('`', '')
    const comment = `# ${service}: ${plain(meaning)}`
    if (comment !== last) lines.push('', comment)
    last = comment
    if (value === null && note !== '') lines.push(`# (default: ${plain(note)})`)
    lines.push(`#${name}=${value ?? ''}`)
  }
  return `${lines.join('\n')}\n`
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  const text = writeExample(readVariables(readFileSync(`${root}docs/config.md`, 'utf8')))
  if (!argv.includes('--check')) writeFileSync(path, text)
  else if (readFileSync(path, 'utf8') !== text) {
    console.error('.env.example is out of date; run node tools/env-example.mjs')
    process.exit(1)
  }
}
