import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import type { Environment } from './config.ts'

/**
 * The environment of a service: `config.env` in the app's folder (`config_dev.env` when APP_ENV is `dev`), and over it
 * what the process was started with.
 *
 * @param mainUrl  import.meta.url of the app's main module
 */
export function readEnvironment(processEnv: Environment, mainUrl: string): Environment {
  const name = processEnv.APP_ENV === 'dev' ? 'config_dev.env' : 'config.env'
  const path = fileURLToPath(new URL(`../${name}`, mainUrl))
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return processEnv
  }
  const given = Object.entries(processEnv).filter(([, value]) => value !== undefined && value !== '')
  return { ...parseEnv(text), ...Object.fromEntries(given) }
}
