import { renderRequestV1, type TemplateRecipe } from '@sextant/contracts'
import { TEMPLATE_RECIPE_DEFAULTS } from '@sextant/templates'
import { z } from 'zod'
import type { RenderJobInput } from '../run-render-job.ts'

/** Body of POST /render/templates. */
export const renderRequestSchema = renderRequestV1.extend({
  force: z.boolean().default(false).describe('render again even when the set is intact and current'),
})

export type RenderRequest = z.infer<typeof renderRequestSchema>

/** Body of the alias that only the original's README knows. The fields it adds change nothing here. */
export const aliasRequestSchema = renderRequestSchema.extend({
  normalize: z.boolean().default(true).describe('the recipe always normalises'),
  camera_poses_path: z.string().nullish().describe('the published 42 poses are built in'),
})

/** Turns a path of a client into a path of this host, or refuses it. */
export type ResolvePath = (path: string) => string

/** @throws {PlatformError} request.path_forbidden */
export function toRenderJob(request: RenderRequest, resolvePath: ResolvePath): RenderJobInput {
  const recipe: TemplateRecipe = {
    ...TEMPLATE_RECIPE_DEFAULTS,
    colorize: request.colorize,
    // Without colorize the base colour has no effect; one value keeps equal sets equal.
    baseColor: request.colorize ? request.base_color : TEMPLATE_RECIPE_DEFAULTS.baseColor,
  }
  return {
    requestedCadPath: request.cad_path,
    requestedOutputDir: request.output_dir,
    cadPath: resolvePath(request.cad_path),
    outputDirectory: resolvePath(request.output_dir),
    recipe,
    force: request.force,
  }
}

/** Two requests with one key are one job. */
export function keyOfRenderJob(input: RenderJobInput): string {
  const { cadPath, force, outputDirectory, recipe } = input
  return JSON.stringify([outputDirectory, cadPath, recipe.colorize, recipe.baseColor, force])
}
