/** A file and where it stood in what was dropped, `folder/rgb/000001.png`. */
export interface DroppedFile {
  readonly path: string
  readonly file: File
}

/** One RGB-D frame among the dropped files. */
export interface FrameFiles {
  readonly name: string
  readonly color: File
  readonly depth: File
  /** fields of the camera as the file has them; null: none was dropped */
  readonly camParams: Readonly<Record<string, unknown>> | null
}

const IMAGE = /\.(png|jpe?g|bmp|webp)$/i
const DEPTH = /\.(png|npy|raw|tiff?)$/i
const DEPTH_NAME = /depth/i
const COLOR_NAME = /(rgb|colou?r|image)/i

/**
 * Finds the frames in dropped files: folders in BOP form (`rgb/`, `depth/`, `scene_camera.json`), and single frames
 * whose files say in their names what they are (`rgb.png`, `depth.png`, `camera.json`).
 */
export async function framesOfFiles(files: readonly DroppedFile[]): Promise<FrameFiles[]> {
  const folders = new Map<string, DroppedFile[]>()
  for (const item of files) {
    const folder = folderOf(item.path)
    folders.set(folder, [...(folders.get(folder) ?? []), item])
  }
  const frames: FrameFiles[] = []
  for (const [folder, items] of folders) {
    const name = nameOf(folder)
    if (name === 'rgb' || name === 'gray') {
      const depths = folders.get(join(folderOf(folder), 'depth')) ?? []
      frames.push(...(await bopFrames(folder, items, depths, folders.get(folderOf(folder)) ?? [])))
    } else {
      const frame = await singleFrame(folder, items)
      if (frame !== null) frames.push(frame)
    }
  }
  return frames.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }))
}

async function bopFrames(
  folder: string,
  colors: readonly DroppedFile[],
  depths: readonly DroppedFile[],
  scene: readonly DroppedFile[],
): Promise<FrameFiles[]> {
  const cameras = await readJson(scene.find(({ path }) => nameOf(path) === 'scene_camera.json'))
  const frames: FrameFiles[] = []
  for (const { path, file } of colors) {
    const stem = stemOf(path)
    const depth = depths.find((item) => stemOf(item.path) === stem)
    if (depth === undefined || !IMAGE.test(path)) continue
    const camera = cameras?.[String(Number(stem))]
    frames.push({
      name: join(nameOf(folderOf(folder)), stem),
      color: file,
      depth: depth.file,
      camParams: isRecord(camera) ? camera : null,
    })
  }
  return frames
}

async function singleFrame(folder: string, items: readonly DroppedFile[]): Promise<FrameFiles | null> {
  const depth = items.find(({ path }) => DEPTH.test(path) && DEPTH_NAME.test(nameOf(path)))
  const images = items.filter((item) => IMAGE.test(item.path) && item !== depth && !DEPTH_NAME.test(nameOf(item.path)))
  const color =
    images.find(({ path }) => COLOR_NAME.test(nameOf(path))) ?? (images.length === 1 ? images[0] : undefined)
  if (depth === undefined || color === undefined) return null
  const documents = items.filter(({ path }) => path.toLowerCase().endsWith('.json'))
  const named = documents.find(({ path }) => /cam/i.test(nameOf(path))) ?? documents[0]
  return {
    name: nameOf(folder) || stemOf(color.path),
    color: color.file,
    depth: depth.file,
    camParams: await readJson(named),
  }
}

async function readJson(item: DroppedFile | undefined): Promise<Readonly<Record<string, unknown>> | null> {
  if (item === undefined) return null
  try {
    const value: unknown = JSON.parse((await item.file.text()).replace(/^\uFEFF/, ''))
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const stemOf = (path: string): string => nameOf(path).replace(/\.[^.]*$/, '')
const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`)
