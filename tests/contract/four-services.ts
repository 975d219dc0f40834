import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServiceApp } from '@sextant/service-kit'
import { buildApp as buildIsm } from '../../apps/ism-server/src/app.ts'
import { compose as composeIsm } from '../../apps/ism-server/src/compose.ts'
import { readConfig as readIsmConfig } from '../../apps/ism-server/src/config.ts'
import { buildApp as buildPem } from '../../apps/pem-server/src/app.ts'
import { compose as composePem } from '../../apps/pem-server/src/compose.ts'
import { readConfig as readPemConfig } from '../../apps/pem-server/src/config.ts'
import { buildApp as buildRender } from '../../apps/render-server/src/app.ts'
import { composeDeps as composeRender } from '../../apps/render-server/src/compose.ts'
import { readConfig as readRenderConfig } from '../../apps/render-server/src/config.ts'
import { buildApp } from '../../apps/main-server/src/app.ts'
import { compose } from '../../apps/main-server/src/compose.ts'
import { readConfig } from '../../apps/main-server/src/config.ts'

export const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url))

/** The four services with real workers, the ones behind Main listening on free ports, over a temporary static root. */
export interface FourServices {
  readonly main: ServiceApp
  readonly ism: ServiceApp
  readonly pem: ServiceApp
  readonly render: ServiceApp
  readonly staticRoot: string
  close(): Promise<void>
}

export async function startFourServices(): Promise<FourServices> {
  const staticRoot = await mkdtemp(join(tmpdir(), 'sextant-test-'))
  const meshes = join(staticRoot, 'meshes', 'example')
  await mkdir(meshes, { recursive: true })
  for (const name of ['box', 'mug']) {
    await writeFile(join(meshes, `${name}.ply`), await readFile(join(EXAMPLES, 'meshes/example', `${name}.ply`)))
  }
  await writeFile(join(meshes, 'garbage.ply'), 'this is not a mesh')
  await writeFile(
    join(meshes, 'empty.ply'),
    'ply\nformat ascii 1.0\nelement vertex 0\nproperty float x\nproperty float y\nproperty float z\nelement face 0\nproperty list uchar int vertex_indices\nend_header\n',
  )
  const env = { SEXTANT_STATIC_DIR: staticRoot, LOG_LEVEL: 'SILENT' }
  const ismConfig = readIsmConfig(env)
  const pemConfig = readPemConfig(env)
  const renderConfig = readRenderConfig(env)
  const ism = await buildIsm(ismConfig, composeIsm(ismConfig))
  const pem = await buildPem(pemConfig, composePem(pemConfig))
  const render = await buildRender(renderConfig, await composeRender(renderConfig))
  const listen = (app: ServiceApp): Promise<string> => app.listen({ host: '127.0.0.1', port: 0 })
  const main = await buildApp(
    await compose(
      readConfig({
        ...env,
        ISM_SERVER_URL: await listen(ism),
        PEM_SERVER_URL: await listen(pem),
        RENDER_SERVER_URL: await listen(render),
      }),
    ),
  )
  return {
    main,
    ism,
    pem,
    render,
    staticRoot,
    async close() {
      await Promise.all([main.close(), ism.close(), pem.close(), render.close()])
      await rm(staticRoot, { recursive: true, force: true })
    },
  }
}
