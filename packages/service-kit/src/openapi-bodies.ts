import type { SwaggerTransform } from '@fastify/swagger'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import type { z } from 'zod'

/**
 * For the `config` of a route whose handler reads the body itself: puts its schemas, by media type, into the OpenAPI
 * document. As `schema.body` Fastify would check them, before a form is read.
 */
export function openApiBodies(bodies: Readonly<Record<string, z.ZodType>>): { swaggerTransform: SwaggerTransform } {
  return {
    swaggerTransform(route) {
      const described = jsonSchemaTransform(route)
      const content = Object.fromEntries(
        Object.entries(bodies).map(([mediaType, body]) => {
          const { schema } = jsonSchemaTransform({ ...route, schema: { body } })
          return [mediaType, { schema: schema.body }]
        }),
      )
      return { ...described, schema: { ...described.schema, body: { content } } }
    },
  }
}
