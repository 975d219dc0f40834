import { realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { PlatformError } from '@sextant/contracts'

/** Root of the original's containers; clients send paths below it. */
const CONTAINER_ROOT = '/workspace/Estimation_Server'
const STATIC_FOLDER = 'static'
const EXAMPLE_FOLDER = 'SAM-6D/SAM-6D/Data'
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,127}$/u

/**
 * Checks a class or object name: letters, digits, dot, underscore, space, hyphen; never a path.
 * @throws {PlatformError} request.path_forbidden
 */
export function assertName(name: string, what: string): void {
  if (NAME.test(name) && !name.includes('..')) return
  throw new PlatformError('request.path_forbidden', {
    detail: `${what} ${JSON.stringify(name.slice(0, 80))} is not a name: letters, digits, dot, underscore and hyphen only`,
  })
}

/**
 * Maps a path of a client to a real path inside the static root: container paths, host paths inside the root,
 * `static/...` and the relative forms of the original's servers (`../static/...`). Besides, the original's example data
 * beside the static folder (`SAM-6D/SAM-6D/Data/...`) may be named. Symbolic links may not lead out.
 *
 * @param root  absolute path of the static root
 * @throws {PlatformError} request.path_forbidden
 */
export function confinePath(root: string, path: string): string {
  const forbidden = (): PlatformError =>
    new PlatformError('request.path_forbidden', {
      detail: `the path ${JSON.stringify(path.slice(0, 200))} does not lie in the static folder`,
    })
  if (path === '' || path.includes('\0')) throw forbidden()
  const normal = path.replaceAll('\\', '/')
  const examples = join(dirname(root), EXAMPLE_FOLDER)
  const isContainer = normal === CONTAINER_ROOT || normal.startsWith(`${CONTAINER_ROOT}/`)
  let target: string
  if (isAbsolute(path) && !isContainer) target = resolve(path)
  else {
    // A relative path of the original starts in a server's folder, one level below the project root.
    const inProject = isContainer
      ? normal.slice(CONTAINER_ROOT.length + 1)
      : normal.replace(/^(\.\/)+/, '').replace(/^\.\.\//, '')
    if (isBelow(inProject, STATIC_FOLDER)) target = resolve(root, `.${inProject.slice(STATIC_FOLDER.length)}`)
    else if (isBelow(inProject, EXAMPLE_FOLDER))
      target = resolve(examples, `.${inProject.slice(EXAMPLE_FOLDER.length)}`)
    else throw forbidden()
  }
  const home = [root, examples].find((folder) => isInside(folder, target))
  if (home === undefined || !isInside(realPathOf(home), realPathOf(target))) throw forbidden()
  return target
}

const isBelow = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

function isInside(root: string, path: string): boolean {
  const inside = relative(root, path)
  return inside === '' || (!inside.startsWith(`..${sep}`) && inside !== '..' && !isAbsolute(inside))
}

/** Real path of the nearest ancestor that exists, with the rest appended. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realPathOf(parent), path.slice(parent.length))
  }
}
