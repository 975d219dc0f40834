import {
  renderAllRequestV1,
  renderMissingRequestV1,
  renderSingleRequestV1,
  renderTemplatesRequestV1,
  workflowResponseV1,
  type WorkflowResponseV1,
} from '@sextant/contracts'
import type { ServiceApp } from '@sextant/service-kit'
import type { Dependencies } from '../compose.ts'
import { objectsOf, renderObjects, type RenderItem, type RenderOrder, type RenderTarget } from '../render-workflow.ts'

const response = { 200: workflowResponseV1 }

const workflow = (success: boolean, message: string, results: Record<string, unknown>): WorkflowResponseV1 => ({
  success,
  job_id: null,
  message,
  results,
})

/** Template rendering through Main. One object somebody waits for goes before a list, a list before a whole library. */
export function registerRender(app: ServiceApp, deps: Dependencies): void {
  const render = async (
    targets: readonly RenderTarget[],
    order: RenderOrder,
  ): Promise<{ items: RenderItem[]; successful: number; done: { class_name: string; object_name: string }[] }> => {
    const items = await renderObjects(targets, order, deps)
    const done = targets
      .filter((_, index) => items[index]?.success === true)
      .map(({ className, name }) => ({ class_name: className, object_name: name }))
    return { items, successful: done.length, done }
  }

  app.post(
    '/api/v1/workflow/render-templates',
    {
      schema: {
        summary: 'Render the templates of the named objects of a class',
        tags: ['templates'],
        body: renderTemplatesRequestV1,
        response,
      },
    },
    async (request) => {
      const { class_name, object_names, force_regenerate } = request.body
      await deps.library.listObjects(class_name)
      const targets = object_names.map((name) => ({ className: class_name, name }))
      const { items, successful } = await render(targets, {
        force: force_regenerate,
        priority: 'normal',
        requestId: request.id,
      })
      return workflow(successful > 0, `Processed ${successful}/${targets.length} objects`, {
        success: successful > 0,
        total: targets.length,
        successful,
        results: items,
      })
    },
  )

  app.post(
    '/api/v1/workflow/render-template-single',
    {
      schema: {
        summary: 'Render the templates of one object',
        tags: ['templates'],
        body: renderSingleRequestV1,
        response,
      },
    },
    async (request) => {
      const { class_name, object_name, force } = request.body
      const { items, successful } = await render([{ className: class_name, name: object_name }], {
        force,
        priority: 'interactive',
        requestId: request.id,
      })
      return workflow(successful > 0, `Template generation for ${class_name}/${object_name}`, {
        success: successful > 0,
        total: 1,
        successful,
        results: items,
      })
    },
  )

  app.post(
    '/api/v1/workflow/render-templates-missing',
    {
      schema: {
        summary: 'Render the templates of all objects that have none',
        tags: ['templates'],
        body: renderMissingRequestV1,
        response,
      },
    },
    async (request) => {
      const objects = await objectsOf(request.body.class_name, deps)
      const missing = []
      for (const object of objects) if (!(await deps.library.hasTemplates(object))) missing.push(object)
      if (missing.length === 0) return workflow(true, 'No missing templates found', { processed: 0, skipped: 0 })
      const { successful, done, items } = await render(missing, {
        force: false,
        priority: 'background',
        requestId: request.id,
      })
      return workflow(successful > 0, `Generated templates for ${successful}/${missing.length} objects`, {
        total: missing.length,
        successful,
        objects: done,
        results: items,
      })
    },
  )

  app.post(
    '/api/v1/workflow/render-templates-all',
    {
      schema: {
        summary: 'Render the templates of all objects',
        tags: ['templates'],
        body: renderAllRequestV1,
        response,
      },
    },
    async (request) => {
      const objects = await objectsOf(request.body.class_name, deps)
      if (objects.length === 0) return workflow(true, 'No objects found', { processed: 0 })
      const { successful, done, items } = await render(objects, {
        force: request.body.force,
        priority: 'background',
        requestId: request.id,
      })
      return workflow(successful > 0, `Generated templates for ${successful}/${objects.length} objects`, {
        total: objects.length,
        successful,
        objects: done,
        results: items,
        force_regenerate: request.body.force,
      })
    },
  )
}
