// Everything under deploy/, docker-compose.yml and .env.example, against the configuration and the apps they speak of.
// Docker and a cluster are not needed; `npm run check:image` installs and starts what the Dockerfile ships.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DCLinter } from 'dclint'
import { DockerfileParser } from 'dockerfile-ast'
import { parse } from 'yaml'
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import { Namespace, PersistentVolumeClaim, Service } from 'kubernetes-models/v1'
import { describe, expect, it } from 'vitest'
import { buildApp as buildIsm } from '../../apps/ism-server/src/app.ts'
import { compose as composeIsm } from '../../apps/ism-server/src/compose.ts'
import { readConfig as readIsm } from '../../apps/ism-server/src/config.ts'
import {
  composeDeployed,
  composeServices,
  CONFIGS,
  interpolatedNames,
  manifestsIn,
  pathOf,
  podsDeployed,
  ROOT,
  sharedPodEnvironment,
  splitAssignment,
  textOf,
  unitValues,
} from './deployment.ts'

/** Its own types point at files that it does not ship. */
interface Linter {
  lintFiles(paths: string[], isRecursive: boolean): { messages: { line: number; message: string }[] }[]
}

const { SERVICES } = (await import(pathOf('deploy/image/services.mjs'))) as {
  SERVICES: Record<string, { app: string; port: number | null; portVariables: string[] }>
}
/** `#NAME=default` lines. */
const example = textOf('.env.example')
  .split('\n')
  .filter((line) => /^#[A-Z]/.test(line))
  .map((line) => splitAssignment(line.slice(1)))
const known = new Set(example.map(([name]) => name))
/** Of Node.js, not of ours. */
const NODE = new Set(['NODE_ENV', 'NODE_OPTIONS'])

const BASE = 'deploy/kubernetes/base'
const base = readdirSync(pathOf(BASE))
  .filter((file) => file !== 'kustomization.yaml')
  .flatMap((file) => manifestsIn(textOf(`${BASE}/${file}`)))
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0
const built = (overlay: string) =>
  manifestsIn(execFileSync('kubectl', ['kustomize', pathOf(`deploy/kubernetes/${overlay}`)], { encoding: 'utf8' }))
const MODELS = { Deployment, StatefulSet, HorizontalPodAutoscaler, Namespace, PersistentVolumeClaim, Service }

const deployed = [...composeDeployed(), ...podsDeployed(BASE, base)]

describe('configuration', () => {
  it('.env.example is what docs/config.md says', () => {
    execFileSync(process.execPath, [pathOf('tools/env-example.mjs'), '--check'], { stdio: 'pipe' })
  })

  it('docs/config.md has every variable that the code reads, and no other', () => {
    const read = Object.values(SERVICES)
      .filter(({ port }) => port !== null)
      .map(({ app }) => textOf(`apps/${app}/src/config.ts`))
      .concat(/logFileFields = \{[\s\S]*?\n\}/.exec(textOf('packages/service-kit/src/config.ts'))?.[0] ?? '')
      .flatMap((text) => [...text.matchAll(/^ {2}([A-Z][A-Z0-9_]+):|\benv(?:\.|\[')([A-Z][A-Z0-9_]+)/gm)])
      .map(([, field, read]) => field ?? read ?? '')
    expect([...known].sort()).toEqual([...new Set(read)].sort())
  })

  it.each(Object.entries(CONFIGS))('the documented defaults are those of %s', (_service, readConfig) => {
    const { CAMERA_FOLDER: _folder, ...defaults } = Object.fromEntries(example)
    for (const [name, value] of Object.entries(defaults)) {
      expect(readConfig({ [name]: value }), name).toEqual(readConfig({}))
    }
  })
})

describe.each(deployed)('$where', ({ service, env, ports }) => {
  it('starts an app that is built', () => {
    expect(Object.keys(CONFIGS)).toContain(service)
    expect(existsSync(pathOf(`apps/${SERVICES[service]!.app}/dist/main.js`))).toBe(true)
  })

  it('sets only variables that are documented, to values that the service takes', () => {
    expect(Object.keys(env).filter((name) => !known.has(name))).toEqual([])
    expect(() => CONFIGS[service]!(env)).not.toThrow()
  })

  it('listens where the service does by default', () => {
    const { port } = CONFIGS[service]!({})
    expect(new Set([...ports, CONFIGS[service]!(env).port, SERVICES[service]!.port])).toEqual(new Set([port]))
  })

  it('reaches services that are there', () => {
    for (const [name, value = ''] of Object.entries(env)) {
      if (!/^(ISM|PEM|RENDER)_SERVER_URL$/.test(name)) continue
      const { hostname, port } = new URL(value)
      const target = deployed.find((other) => other.service === hostname)
      expect(target?.ports, name).toContain(Number(port))
    }
  })
})

describe('Compose', () => {
  it('fits the schema of Compose files', () => {
    const rules = Object.fromEntries(
      readdirSync(pathOf('node_modules/dclint/dist/types/src/rules'))
        .filter((file) => file.endsWith('.d.ts'))
        .map((file) => [file.replace(/(-rule)?\.d\.ts$/, ''), 0]),
    )
    const linter: Linter = new DCLinter({
      rules: { ...rules, 'service-image-require-explicit-tag': 2, 'no-duplicate-exported-ports': 2 },
      quiet: true,
      debug: false,
      exclude: [],
      disableFix: true,
    })
    const messages = linter.lintFiles([pathOf('docker-compose.yml')], false).flatMap((result) => result.messages)
    expect(messages.map(({ line, message }) => `${line}: ${message}`)).toEqual([])
  })

  it('has the names that Main starts with the driver compose, and that clients know', () => {
    expect(Object.keys(composeServices())).toEqual(
      expect.arrayContaining(['main', 'ism-server', 'pem-server', 'render-server', 'camera-server', 'redis']),
    )
  })

  it('passes every variable on to whom it belongs', () => {
    const owners: Record<string, string> = {
      ISM_: 'ism-server',
      PEM_: 'pem-server',
      RENDER_: 'render-server',
      CAMERA_: 'camera-server',
    }
    // Addresses and folders are what a container fixes.
    const fixed = /_SERVER_(HOST|PORT|URL)$|_HEALTH_URL$|_TIMEOUT_SEC$|^RENDER_JOB_FILE$/
    for (const name of known) {
      const owner = owners[/^[A-Z]+_/.exec(name)?.[0] ?? '']
      if (owner === undefined || fixed.test(name)) continue
      expect(composeDeployed().find(({ service }) => service === owner)!.env, owner).toHaveProperty(name)
    }
  })

  it('asks only for variables that are documented', () => {
    expect(interpolatedNames(textOf('docker-compose.yml')).filter((name) => !known.has(name))).toEqual([])
  })
})

describe('Kubernetes', () => {
  it('fits the schemas of Kubernetes', () => {
    for (const manifest of [...base, ...manifestsIn(textOf('deploy/kubernetes/redis/queue.yaml'))]) validate(manifest)
  })

  it('gives pods no names of services as variables, and mounts only volumes that there are', () => {
    for (const { kind, metadata, spec } of base) {
      if (kind !== 'Deployment') continue
      const pod = spec.template.spec
      expect(pod.enableServiceLinks, metadata.name).toBe(false)
      const volumes = pod.volumes!.map(({ name }) => name).sort()
      const mounts = pod.containers.flatMap(({ volumeMounts }) => volumeMounts)
      expect(mounts.map(({ name }) => name).sort()).toEqual(volumes)
      const env = {
        ...sharedPodEnvironment(),
        ...Object.fromEntries(pod.containers[0]!.env!.map((e) => [e.name, e.value])),
      }
      // The root file system is read-only: what is written lies on a volume.
      for (const name of ['SEXTANT_STATIC_DIR', 'RENDER_JOB_FILE'].filter((key) => key in env)) {
        expect(
          mounts.some(({ mountPath }) => String(env[name]).startsWith(mountPath)),
          name,
        ).toBe(true)
      }
    }
  })

  it.skipIf(!hasKubectl).each(['base', 'redis'])('kustomize builds %s (needs kubectl)', (overlay) => {
    const manifests = built(overlay)
    for (const manifest of manifests) if (manifest.kind !== 'ConfigMap') validate(manifest)
    for (const { service, env } of podsDeployed(overlay, manifests)) {
      expect(Object.keys(env).filter((name) => !known.has(name))).toEqual([])
      expect(() => CONFIGS[service]!(env)).not.toThrow()
    }
    expect(JSON.stringify(manifests)).not.toContain('"$')
  })
})

describe('systemd', () => {
  const env = Object.fromEntries(unitValues('Environment').map(splitAssignment))

  it('starts Main as it is built, with variables that are documented', () => {
    const [command = ''] = unitValues('ExecStart')
    const module = command.split(' ').at(-1)!.replace('/opt/sextant/', '')
    expect(existsSync(pathOf(module))).toBe(true)
    expect(Object.keys(env).filter((name) => !known.has(name) && !NODE.has(name))).toEqual([])
    expect(CONFIGS.main!(env)).toMatchObject({ port: 8001, autoStart: { driver: 'process' } })
  })

  // It looks for the program that the unit starts, which may lie elsewhere here.
  const analyze = spawnSync('systemd-analyze', ['verify', pathOf('deploy/systemd/sextant.service')], {
    encoding: 'utf8',
  })
  it.skipIf(analyze.error !== undefined)('is a unit that systemd understands (needs systemd-analyze)', () => {
    expect(analyze.stderr.split('\n').filter((line) => /sextant\.service:\d+/.test(line))).toEqual([])
  })

  it('writes only where the unit may', () => {
    expect(unitValues('StateDirectory')).toEqual(['sextant'])
    expect(env.SEXTANT_STATIC_DIR).toMatch(/^\/var\/lib\/sextant\//)
    expect(env.LOG_DIR).toBe('/var/log/sextant')
  })
})

describe('Prometheus', () => {
  const { groups } = parse(textOf('deploy/prometheus/alerts.yml')) as {
    groups: { rules: { alert: string; expr: string }[] }[]
  }
  const rules = groups.flatMap((group) => group.rules)
  const guide = textOf('docs/guides/operate.md')

  it('scrapes the services behind their default ports', () => {
    const { scrape_configs: jobs } = parse(textOf('deploy/prometheus/prometheus.yml')) as {
      scrape_configs: { static_configs: { targets: string[] }[] }[]
    }
    const targets = jobs.flatMap((job) => job.static_configs.flatMap((one) => one.targets))
    const ports = Object.values(CONFIGS).map((read) => read({}).port)
    expect(targets.map((target) => Number(target.split(':')[1]))).toEqual(ports.filter((port) => port < 9000))
  })

  it('alerts and the guide name metrics that services have; the guide has them all', async () => {
    // ISM has queue and cache besides what every service has; with networks asked for, also the origin of their features.
    const config = readIsm({ SEXTANT_STATIC_DIR: tmpdir(), LOG_LEVEL: 'SILENT', ISM_ENGINE: 'auto' })
    const app = await buildIsm(config, composeIsm(config))
    const { body } = await app.inject('/metrics')
    await app.close()
    const names = [...body.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name ?? '')
    const used = (text: string) =>
      [...text.matchAll(/\b(sextant|nodejs|process)_[a-z0-9_]+/g)].map(([name]) =>
        names.includes(name) ? name : name.replace(/_(bucket|sum|count)$/, ''),
      )
    expect(rules.flatMap(({ expr }) => used(expr)).filter((name) => !names.includes(name))).toEqual([])
    const told = new Set(used(guide).filter((name) => name.startsWith('sextant_')))
    expect([...told].sort()).toEqual(names.filter((name) => name.startsWith('sextant_')).sort())
  })

  it('the guide says what to do for each alert', () => {
    const told = [...guide.matchAll(/^\| `(Sextant\w+)`/gm)].map(([, name]) => name)
    expect(told).toEqual(rules.map(({ alert }) => alert))
  })
})

describe('the guides', () => {
  it.each(['docs/guides/deploy.md', 'docs/guides/operate.md', 'README.md'])('%s links to what there is', (guide) => {
    for (const [, link = ''] of textOf(guide).matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      if (!/^https?:/.test(link)) expect(existsSync(pathOf(join(dirname(guide), link))), link).toBe(true)
    }
  })

  it.each(['docs/guides/deploy.md', 'docs/guides/operate.md'])('%s names variables that there are', (guide) => {
    const words = [...textOf(guide).matchAll(/\b((?:ISM|PEM|RENDER|RSS|SEXTANT|LOG|OUTPUT|AUTO)_[A-Z_]+)\b/g)]
    expect(words.length).toBeGreaterThan(5)
    expect(words.map(([, name]) => name ?? '').filter((name) => !known.has(name))).toEqual([])
  })
})

describe('the image', () => {
  const instructions = DockerfileParser.parse(textOf('deploy/Dockerfile')).getInstructions()
  const final = instructions.slice(instructions.findLastIndex((instruction) => instruction.getKeyword() === 'FROM'))
  const values = (keyword: string) =>
    final.filter((one) => one.getKeyword() === keyword).map((one) => one.getArgumentsContent() ?? '')

  it('is of Node.js 20, runs as nobody in particular, and checks its health', () => {
    for (const one of instructions.filter((instruction) => instruction.getKeyword() === 'FROM')) {
      expect(one.getArgumentsContent()).toMatch(/^node:20-slim( AS \w+)?$/)
    }
    expect(values('USER')).toEqual(['node'])
    expect(values('HEALTHCHECK')[0]).toContain('/app/deploy/image/healthcheck.mjs')
    expect(values('ENTRYPOINT')[0]).toContain('/app/deploy/image/run.mjs')
    expect(values('EXPOSE')[0]!.split(' ').map(Number)).toEqual(Object.values(CONFIGS).map((read) => read({}).port))
  })

  it('sets only variables that are documented', () => {
    const names = values('ENV').flatMap((text) => [...text.matchAll(/([A-Z_]+)=/g)].map(([, name]) => name ?? ''))
    expect(names.length).toBeGreaterThan(2)
    expect(names.filter((name) => !known.has(name) && !NODE.has(name))).toEqual([])
  })

  it('copies files that there are', () => {
    const copied = instructions
      .filter((one) => one.getKeyword() === 'COPY')
      .flatMap((one) => one.getArguments().map(String))
      .filter((path) => path.startsWith('/source/'))
    expect(copied.length).toBeGreaterThan(0)
    for (const path of copied) expect(existsSync(path.replace('/source/', ROOT)), path).toBe(true)
  })

  it('knows every app that is built, and refuses others', () => {
    const apps = readdirSync(pathOf('apps')).filter((app) => existsSync(pathOf(`apps/${app}/src/main.ts`)))
    expect(
      Object.values(SERVICES)
        .map(({ app }) => app)
        .sort(),
    ).toEqual(apps.sort())
    const { status, stderr } = spawnSync(process.execPath, [pathOf('deploy/image/run.mjs'), 'nothing'], {
      encoding: 'utf8',
    })
    expect(status).toBe(2)
    expect(stderr).toContain('main, ism-server')
  })
})

function validate(manifest: { readonly kind: string; readonly metadata: { readonly name: string } }): void {
  const Model = MODELS[manifest.kind as keyof typeof MODELS] as new (data: unknown) => { validate(): void }
  expect(Model, manifest.kind).toBeDefined()
  expect(() => new Model(manifest).validate(), manifest.metadata.name).not.toThrow()
}
