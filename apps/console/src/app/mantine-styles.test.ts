// The console takes the style sheets of the Mantine components it uses, not of all; this finds the one that is missing.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { expect, it } from 'vitest'

const CONSOLE = join(import.meta.dirname, '..')
const MANTINE = dirname(createRequire(import.meta.url).resolve('@mantine/core/styles.css'))

it('imports the style sheet of every Mantine component it draws', () => {
  const sheets = [...readFileSync(join(CONSOLE, 'app/mantine.css'), 'utf8').matchAll(/styles\/([\w-]+)\.css/g)]
  const imported = sheets.map(([, name = '']) => name)
  const used = [...stylesUsed()].sort()
  expect(used.length).toBeGreaterThan(20)
  expect(imported.filter((name) => /^[A-Z]/.test(name)).sort()).toEqual(used)
  expect(imported.slice(0, 3)).toEqual(['default-css-variables', 'baseline', 'global'])
})

/** Names of the style modules that the components named in the sources reach through Mantine's own imports. */
function stylesUsed(): Set<string> {
  const names = filesIn(CONSOLE, '.tsx').flatMap((file) => {
    const source = readFileSync(join(CONSOLE, file), 'utf8')
    return [...source.matchAll(/import \{([^}]*)\} from '@mantine\/core'/g)].flatMap(([, list = '']) =>
      list.split(',').map((part) => part.trim().replace(/ as .*/, '')),
    )
  })
  const entries = filesIn(join(MANTINE, 'esm/components'), '.mjs').map((path) => join('esm/components', path))
  const open = names.flatMap((name) => entries.filter((path) => basename(path) === `${name}.mjs`))
  const seen = new Set<string>()
  const styles = new Set<string>()
  while (open.length > 0) {
    const path = open.pop() ?? ''
    if (seen.has(path)) continue
    seen.add(path)
    const style = /(\w+)\.module\.mjs$/.exec(path)?.[1]
    if (style !== undefined && existsSync(join(MANTINE, `styles/${style}.css`))) styles.add(style)
    const source = readFileSync(join(MANTINE, path), 'utf8')
    for (const [, next = ''] of source.matchAll(/from "(\.[^"]+\.mjs)"/g)) open.push(join(dirname(path), next))
  }
  return styles
}

function filesIn(directory: string, ending: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith(ending))
}
