import type { SwaggerTransformObject } from '@fastify/swagger'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

interface Operation {
  readonly operationId?: string
}
type Paths = Readonly<Record<string, Readonly<Partial<Record<(typeof METHODS)[number], Operation>>>>>

/**
 * Names each operation of an OpenAPI document that has no operationId after its method and path; generated clients call
 * their functions so. It works on the whole document: a route with a transform of its own skips the common one.
 */
export const withOperationIds: SwaggerTransformObject = (document) => {
  if (!('openapiObject' in document)) return document.swaggerObject
  const { openapiObject } = document
  const paths = (openapiObject.paths ?? {}) as Paths
  const operations = Object.values(paths).flatMap((item) => METHODS.map((method) => item[method]))
  const taken = new Set(operations.map((operation) => operation?.operationId))
  const named = Object.entries(paths).map(([path, item]) => {
    const own = METHODS.flatMap((method) => {
      const operation = item[method]
      if (operation === undefined || operation.operationId !== undefined) return []
      const operationId = untaken(operationIdOf(method, path), taken)
      taken.add(operationId)
      // A copy: one route for several methods has a single object for all of them.
      return [[method, { ...operation, operationId }] as const]
    })
    return [path, { ...item, ...Object.fromEntries(own) }] as const
  })
  return { ...openapiObject, paths: Object.fromEntries(named) } as typeof openapiObject
}

/** `get`, `/api/v2/runs/{id}/depth.png` → `getApiV2RunsByIdDepthPng`. */
export function operationIdOf(method: string, path: string): string {
  const words = path
    .replaceAll('{', ' by ')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return `${method}${name === '' ? 'Root' : name}`
}

function untaken(name: string, taken: ReadonlySet<string | undefined>): string {
  if (!taken.has(name)) return name
  let n = 2
  while (taken.has(`${name}${n}`)) n++
  return `${name}${n}`
}
