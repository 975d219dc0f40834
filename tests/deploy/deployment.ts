// What the deployments say, read from their files; asked by deploy.test.ts.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse, parseAllDocuments } from 'yaml'
import { readConfig as readCamera } from '../../apps/camera-server/src/config.ts'
import { readConfig as readIsm } from '../../apps/ism-server/src/config.ts'
import { readConfig as readMain } from '../../apps/main-server/src/config.ts'
import { readConfig as readPem } from '../../apps/pem-server/src/config.ts'
import { readConfig as readRender } from '../../apps/render-server/src/config.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const pathOf = (path: string): string => `${ROOT}${path}`
export const textOf = (path: string): string => readFileSync(pathOf(path), 'utf8')

type Environment = Readonly<Record<string, string | undefined>>

/** How each service of the image reads its environment. */
export const CONFIGS: Readonly<Record<string, (env: Environment) => { readonly port: number }>> = {
  main: readMain,
  'ism-server': readIsm,
  'pem-server': readPem,
  'render-server': readRender,
  'camera-server': readCamera,
}

/** A service as some deployment has it. */
export interface Deployed {
  readonly where: string
  /** as the image's entry point names it */
  readonly service: string
  /** undefined: passed on when set outside */
  readonly env: Environment
  /** where it listens, as the deployment believes */
  readonly ports: readonly number[]
}

interface ComposeService {
  readonly image: string
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string | number | null>>
  readonly ports?: readonly string[]
}

export function composeServices(): Readonly<Record<string, ComposeService>> {
  const { services } = parse(textOf('docker-compose.yml'), { merge: true }) as {
    services: Record<string, ComposeService>
  }
  return services
}

/** `${NAME:-default}` as Compose reads it when nothing is set. */
export const interpolate = (text: string): string => text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')

/** The names between `${` and `:-`. */
export const interpolatedNames = (text: string): string[] =>
  [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? '')

export function composeDeployed(): Deployed[] {
  return Object.entries(composeServices())
    .filter(([, { image }]) => image.startsWith('sextant'))
    .map(([name, { command, environment = {}, ports = [] }]) => ({
      where: `docker-compose.yml ${name}`,
      service: command[0] ?? '',
      env: Object.fromEntries(
        Object.entries(environment).map(([key, value]) => [
          key,
          value === null ? undefined : interpolate(String(value)),
        ]),
      ),
      ports: ports.flatMap((mapping) => mapping.split(':').map(Number)),
    }))
}

/** What a Kubernetes manifest says, as far as it is looked at here. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly template: { readonly spec: PodSpec }
    readonly ports: readonly { readonly port: number }[]
  }
}

interface PodSpec {
  readonly enableServiceLinks?: boolean
  readonly containers: readonly {
    readonly image: string
    readonly args: readonly string[]
    readonly env?: readonly { readonly name: string; readonly value: string }[]
    readonly ports: readonly { readonly containerPort: number }[]
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
    readonly livenessProbe?: Probe
    readonly startupProbe?: Probe
    readonly readinessProbe?: Probe
  }[]
  readonly volumes?: readonly { readonly name: string }[]
}

interface Probe {
  readonly httpGet?: { readonly path: string }
}

export const manifestsIn = (text: string): Manifest[] =>
  parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw new Error(String(document.errors[0]))
    return document.toJS() as Manifest
  })

/** The variables that every pod gets. */
export function sharedPodEnvironment(): Environment {
  const { configMapGenerator } = parse(textOf('deploy/kubernetes/base/kustomization.yaml')) as {
    configMapGenerator: { literals: string[] }[]
  }
  return Object.fromEntries(configMapGenerator.flatMap(({ literals }) => literals.map(splitAssignment)))
}

export function podsDeployed(where: string, manifests: readonly Manifest[]): Deployed[] {
  const shared = sharedPodEnvironment()
  return manifests
    .filter(({ kind }) => kind === 'Deployment')
    .map(({ metadata, spec }) => {
      const [container] = spec.template.spec.containers
      if (container === undefined) throw new Error(`${metadata.name} has no container`)
      const service = manifests.find(({ kind, metadata: { name } }) => kind === 'Service' && name === metadata.name)
      return {
        where: `${where} ${metadata.name}`,
        service: container.args[0] ?? '',
        env: { ...shared, ...Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value])) },
        ports: [
          ...container.ports.map((port) => port.containerPort),
          ...(service?.spec.ports ?? []).map((p) => p.port),
        ],
      }
    })
}

/** Values of a key of a systemd unit. */
export function unitValues(key: string): string[] {
  return textOf('deploy/systemd/sextant.service')
    .split('\n')
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1))
}

export function splitAssignment(text: string): [string, string] {
  const at = text.indexOf('=')
  return [text.slice(0, at), text.slice(at + 1)]
}
