import { classesV1, classObjectsV1, objectDetailV1, scanRequestV1, scanResponseV1 } from '@sextant/contracts'
import type { ServiceApp } from '@sextant/service-kit'
import { z } from 'zod'
import type { Dependencies } from '../compose.ts'
import { toClasses, toClassObjects, toObjectDetail } from '../mapping/objects.ts'

export function registerObjects(app: ServiceApp, { library }: Dependencies): void {
  app.get(
    '/api/v1/objects/classes',
    {
      schema: {
        summary: 'All classes with their numbers of objects and templates',
        tags: ['objects'],
        response: { 200: classesV1 },
      },
    },
    () => toClasses(library),
  )

  app.get(
    '/api/v1/objects/classes/:className',
    {
      schema: {
        summary: 'The objects of a class',
        tags: ['objects'],
        params: z.object({ className: z.string() }),
        response: { 200: classObjectsV1 },
      },
    },
    (request) => toClassObjects(request.params.className, library),
  )

  app.get(
    '/api/v1/objects/:className/:objectName',
    {
      schema: {
        summary: 'An object with its CAD and template files',
        tags: ['objects'],
        params: z.object({ className: z.string(), objectName: z.string() }),
        response: { 200: objectDetailV1 },
      },
    },
    async ({ params }) => toObjectDetail(await library.findObject(params.className, params.objectName), library),
  )

  app.post(
    '/api/v1/objects/scan',
    {
      schema: {
        summary: 'Scan the library and count what is there',
        tags: ['objects'],
        body: scanRequestV1,
        response: { 200: scanResponseV1 },
      },
    },
    async () => {
      const { total_classes, total_objects, total_templates, overall_completion_rate } = await toClasses(library)
      return {
        success: true,
        message: 'Scan completed',
        statistics: { total_classes, total_objects, total_templates, overall_completion_rate },
      }
    },
  )
}
