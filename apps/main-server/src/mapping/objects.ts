import { readdir, stat } from 'node:fs/promises'
import type { classesV1, classObjectsV1, objectDetailV1, templateFilesV1 } from '@sextant/contracts'
import type { LibraryObject, ObjectLibrary } from '@sextant/library'
import { join } from 'node:path'
import type { z } from 'zod'

const PERCENT = 100

/** Counts of a template folder as the contract words them; total counts every entry. */
async function templateFilesOf(object: LibraryObject): Promise<z.infer<typeof templateFilesV1>> {
  const names = await readdir(object.templateDirectory).catch(() => [])
  const count = (prefix: string): number => names.filter((name) => name.startsWith(prefix)).length
  return {
    mask_count: count('mask_'),
    rgb_count: count('rgb_'),
    xyz_count: count('xyz_'),
    total_count: names.length,
  }
}

export async function toClassObjects(
  className: string,
  library: ObjectLibrary,
): Promise<z.infer<typeof classObjectsV1>> {
  const objects = await Promise.all(
    (await library.listObjects(className)).map(async (object) => {
      const hasTemplate = await library.hasTemplates(object)
      return {
        name: object.name,
        cad_file: object.cadFile,
        cad_path: object.cadPath,
        template_path: hasTemplate ? object.templateDirectory : null,
        has_template: hasTemplate,
        template_files: await templateFilesOf(object),
        last_updated: new Date(object.modifiedMs).toISOString(),
        status: hasTemplate ? ('ready' as const) : ('needs_template' as const),
      }
    }),
  )
  return {
    class_name: className,
    objects,
    object_count: objects.length,
    template_count: objects.filter((object) => object.has_template).length,
  }
}

export async function toClasses(library: ObjectLibrary): Promise<z.infer<typeof classesV1>> {
  const classes = await Promise.all(
    (await library.listClasses()).map(async (name) => {
      const { object_count, template_count } = await toClassObjects(name, library)
      return {
        name,
        path: join(library.root, 'meshes', name),
        object_count,
        template_count,
        template_completion_rate: rate(template_count, object_count),
      }
    }),
  )
  const objects = classes.reduce((sum, c) => sum + c.object_count, 0)
  const templates = classes.reduce((sum, c) => sum + c.template_count, 0)
  return {
    classes,
    total_classes: classes.length,
    total_objects: objects,
    total_templates: templates,
    overall_completion_rate: rate(templates, objects),
  }
}

export async function toObjectDetail(
  object: LibraryObject,
  library: ObjectLibrary,
): Promise<z.infer<typeof objectDetailV1>> {
  const hasTemplate = await library.hasTemplates(object)
  const files = await templateFilesOf(object)
  const generated = hasTemplate ? (await stat(object.templateDirectory)).mtime.toISOString() : null
  return {
    name: object.name,
    class_name: object.className,
    cad_info: {
      file: object.cadFile,
      path: object.cadPath,
      size_bytes: object.sizeBytes,
      last_modified: new Date(object.modifiedMs).toISOString(),
    },
    template_info: {
      has_template: hasTemplate,
      path: hasTemplate ? object.templateDirectory : null,
      files,
      last_generated: generated,
    },
    status: hasTemplate ? 'ready' : 'needs_template',
    has_template: hasTemplate,
    template_files: files,
  }
}

function rate(part: number, whole: number): number {
  return whole === 0 ? 0 : (PERCENT * part) / whole
}
