import { realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { PlatformError } from '@sextant/contracts'

/** Root of the original's containers; clients send paths below it. */
const CONTAINER_ROOT = '/workspace/Estimation_Server'
const STATIC_FOLDER = 'static'
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
 * `static/...` and the relative forms of the original's servers (`../static/...`). Symbolic links may not lead out.
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
  let inside: string
  if (normal === CONTAINER_ROOT || normal.startsWith(`${CONTAINER_ROOT}/`)) {
    inside = stripStatic(normal.slice(CONTAINER_ROOT.length + 1), forbidden)
  } else if (isAbsolute(path)) inside = relative(root, resolve(path))
  else {
    // A relative path of the original starts in a server's folder, one level below the project root.
    const trimmed = normal.replace(/^(\.\/)+/, '').replace(/^\.\.\//, '')
    inside = stripStatic(trimmed, forbidden)
  }
  const target = resolve(root, inside)
  if (!isInside(root, target) || !isInside(realPathOf(root), realPathOf(target))) throw forbidden()
  return target
}

function stripStatic(path: string, forbidden: () => PlatformError): string {
  if (path === STATIC_FOLDER) return '.'
  if (!path.startsWith(`${STATIC_FOLDER}/`)) throw forbidden()
  return path.slice(STATIC_FOLDER.length + 1)
}

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
