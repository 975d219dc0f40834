import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServiceApp } from '@sextant/service-kit'
import { buildApp as buildCamera } from '../../apps/camera-server/src/app.ts'
import { compose as composeCamera } from '../../apps/camera-server/src/compose.ts'
import { readConfig as readCameraConfig } from '../../apps/camera-server/src/config.ts'
import { buildApp as buildIsm } from '../../apps/ism-server/src/app.ts'
import { compose as composeIsm } from '../../apps/ism-server/src/compose.ts'
import { readConfig as readIsmConfig } from '../../apps/ism-server/src/config.ts'
import { buildApp as buildMain } from '../../apps/main-server/src/app.ts'
import { compose as composeMain } from '../../apps/main-server/src/compose.ts'
import { readConfig as readMainConfig } from '../../apps/main-server/src/config.ts'
import { buildApp as buildPem } from '../../apps/pem-server/src/app.ts'
import { compose as composePem } from '../../apps/pem-server/src/compose.ts'
import { readConfig as readPemConfig } from '../../apps/pem-server/src/config.ts'
import { buildApp as buildRender } from '../../apps/render-server/src/app.ts'
import { composeDeps as composeRender } from '../../apps/render-server/src/compose.ts'
import { readConfig as readRenderConfig } from '../../apps/render-server/src/config.ts'

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url))

/** All servers listening, over a project folder laid out as the existing clients expect it. */
export interface OldWorld {
  readonly urls: Readonly<Record<'main' | 'ism' | 'pem' | 'render' | 'camera', string>>
  /** project root: static/ and SAM-6D/ lie below it */
  readonly root: string
  close(): Promise<void>
}

export async function startOldWorld(): Promise<OldWorld> {
  const root = await mkdtemp(join(tmpdir(), 'sextant-clients-'))
  await layOutProject(root)
  const env = { SEXTANT_STATIC_DIR: join(root, 'static'), LOG_LEVEL: 'SILENT' }
  const listen = (app: ServiceApp): Promise<string> => app.listen({ host: '127.0.0.1', port: 0 })
  const ismConfig = readIsmConfig(env)
  const pemConfig = readPemConfig(env)
  const renderConfig = readRenderConfig(env)
  const cameraConfig = { ...readCameraConfig(env), fps: 2 }
  const apps = [
    await buildIsm(ismConfig, composeIsm(ismConfig)),
    await buildPem(pemConfig, composePem(pemConfig)),
    await buildRender(renderConfig, await composeRender(renderConfig)),
    await buildCamera(cameraConfig, await composeCamera(cameraConfig)),
  ]
  const [ism = '', pem = '', render = '', camera = ''] = await Promise.all(apps.map(listen))
  const mainConfig = readMainConfig({
    ...env,
    ISM_SERVER_URL: ism,
    PEM_SERVER_URL: pem,
    RENDER_SERVER_URL: render,
    // Scripts name a camera of their own network; this one stands in for it.
    RSS_BASE_OVERRIDE: camera,
    MAIN_SERVER_SAVE_INPUT_IMAGES: 'true',
  })
  const mainApp = await buildMain(await composeMain(mainConfig))
  const main = await listen(mainApp)
  return {
    urls: { main, ism, pem, render, camera },
    root,
    async close() {
      await Promise.all([mainApp, ...apps].map((app) => app.close()))
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** Frames and CAD of the bundled example under the names that the scripts use. */
async function layOutProject(root: string): Promise<void> {
  const cad = async (target: string, name: 'box' | 'mug' | 'bracket'): Promise<void> => {
    const path = join(root, target)
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, await readFile(join(EXAMPLES, 'meshes/example', `${name}.ply`)))
  }
  await cad('static/meshes/test/obj_000005.ply', 'box')
  await cad('static/meshes/lm/obj_000001.ply', 'bracket')
  for (const [k, name] of (['box', 'mug', 'bracket'] as const).entries()) {
    await cad(`static/meshes/ycb/obj_00000${k + 2}.ply`, name)
  }
  const scene = join(EXAMPLES, 'scene')
  await cp(scene, join(root, 'static/test'), { recursive: true })
  for (const folder of ['rsserver_final_camk', 'rsserver_finaly_camk']) {
    const target = join(root, 'static/test', folder)
    await mkdir(target, { recursive: true })
    await cp(join(scene, 'rgb.png'), join(target, 'color_raw.png'))
    await cp(join(scene, 'depth.png'), join(target, 'depth_raw.png'))
    await cp(join(scene, 'camera.json'), join(target, 'camera.json'))
  }
  const example = join(root, 'SAM-6D/SAM-6D/Data/Example')
  await cp(scene, example, { recursive: true })
  await cad('SAM-6D/SAM-6D/Data/Example/obj_000005.ply', 'box')
  await mkdir(join(example, 'outputs/templates'), { recursive: true })
  await writeFile(join(example, 'outputs/templates/rgb_0.png'), 'made elsewhere')
}
