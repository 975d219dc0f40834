import {
  jobPriorityV2,
  MAX_CYCLES_SAMPLES,
  renderRequestV1,
  TEMPLATE_ENGINES,
  type TemplateEngine,
  type TemplateRecipe,
} from '@sextant/contracts'
import { TEMPLATE_RECIPE_DEFAULTS } from '@sextant/templates'
import { extname } from 'node:path'
import { z } from 'zod'
import type { RenderJobInput } from '../run-render-job.ts'

/** Body of POST /render/templates. */
export const renderRequestSchema = renderRequestV1.extend({
  force: z.boolean().default(false).describe('render again even when the set is intact and current'),
  priority: jobPriorityV2
    .default('normal')
    .describe('interactive jobs run before normal ones, those before background'),
  engine: z.enum(TEMPLATE_ENGINES).optional().describe('what draws the views; RENDER_ENGINE when absent'),
  samples: z
    .number()
    .int()
    .min(1)
    .max(MAX_CYCLES_SAMPLES)
    .optional()
    .describe('of Cycles, per pixel; RENDER_CYCLES_SAMPLES when absent. The rasteriser does not look at it.'),
})

export type RenderRequest = z.infer<typeof renderRequestSchema>

/** Body of the alias that only the original's README knows. The fields it adds change nothing here. */
export const aliasRequestSchema = renderRequestSchema.extend({
  normalize: z.boolean().default(true).describe('the recipe always normalises'),
  camera_poses_path: z.string().nullish().describe('the published 42 poses are built in'),
})

/** Turns a path of a client into a path of this host, or refuses it. */
export type ResolvePath = (path: string) => string

/** What the server draws with when a request does not say. */
export interface RenderDefaults {
  readonly engine: TemplateEngine
  readonly cyclesSamples: number
}

/** @throws {PlatformError} request.path_forbidden */
export function toRenderJob(
  request: RenderRequest,
  resolvePath: ResolvePath,
  defaults: RenderDefaults,
): RenderJobInput {
  const engine = request.engine ?? defaults.engine
  const isCycles = engine === 'blender'
  const samples = isCycles ? (request.samples ?? defaults.cyclesSamples) : 0
  const recipe: TemplateRecipe = {
    ...TEMPLATE_RECIPE_DEFAULTS,
    colorize: request.colorize,
    engine,
    samples,
    antialias: isCycles ? samples > 1 : TEMPLATE_RECIPE_DEFAULTS.antialias,
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

/**
 * Two requests with one key are one job: the same CAD content by the same recipe into the same folder. A CAD file that
 * was edited meanwhile is another job.
 *
 * @param digestOf  sha-256 of a file; rejects when it cannot be read, which the job itself will report
 */
export async function keyOfRenderJob(
  input: RenderJobInput,
  digestOf: (path: string) => Promise<string>,
): Promise<string> {
  const { cadPath, force, outputDirectory, recipe } = input
  const digest = await digestOf(cadPath).catch(() => cadPath)
  const steps = Object.entries(recipe).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([digest, extname(cadPath).toLowerCase(), steps, outputDirectory, force])
}
