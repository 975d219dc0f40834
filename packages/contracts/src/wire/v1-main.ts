import { z } from 'zod'

/** Free-form records of the drop-in contract: known fields are read, the rest passes. */
const record = z.record(z.string(), z.unknown())

export const healthV1 = z.object({ status: z.string(), timestamp: z.string() })

export const serverStatusV1 = z.object({
  url: z.string(),
  status: z.enum(['healthy', 'unhealthy']),
  response_time_ms: z.number().nullable(),
  last_check: z.string(),
  error_message: z.string().nullable(),
  model_loaded: z.boolean().nullable(),
  device: z.string().nullable(),
  gpu_memory: z.number().nullable(),
  /** execution providers passed over, and why */
  provider_refusals: z.array(z.string()),
  /** why networks are not loaded, when loading was tried */
  network_problem: z.string().nullable(),
  engine: z.string().nullable(),
  version: z.string().nullable(),
  queue_depth: z.number().nullable(),
  /** by cache; null before its first request */
  cache_hit_rate: z.record(z.string(), z.number().nullable()),
  /** what became of it when Main started */
  auto_start: z.string(),
})

export const serversStatusV1 = z.object({
  servers: z.object({ ism: serverStatusV1, pem: serverStatusV1, render: serverStatusV1 }),
  overall_status: z.enum(['healthy', 'degraded', 'unhealthy']),
  healthy_servers: z.number(),
  total_servers: z.number(),
})

export const classesV1 = z.object({
  classes: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      object_count: z.number(),
      template_count: z.number(),
      template_completion_rate: z.number(),
    }),
  ),
  total_classes: z.number(),
  total_objects: z.number(),
  total_templates: z.number(),
  overall_completion_rate: z.number(),
})

export const templateFilesV1 = z.object({
  mask_count: z.number(),
  rgb_count: z.number(),
  xyz_count: z.number(),
  total_count: z.number(),
})

export const classObjectsV1 = z.object({
  class_name: z.string(),
  objects: z.array(
    z.object({
      name: z.string(),
      cad_file: z.string(),
      cad_path: z.string(),
      template_path: z.string().nullable(),
      has_template: z.boolean(),
      template_files: templateFilesV1,
      last_updated: z.string().nullable(),
      status: z.enum(['ready', 'needs_template']),
    }),
  ),
  object_count: z.number(),
  template_count: z.number(),
})

export const objectDetailV1 = z.object({
  name: z.string(),
  class_name: z.string(),
  cad_info: z.object({ file: z.string(), path: z.string(), size_bytes: z.number(), last_modified: z.string() }),
  template_info: z.object({
    has_template: z.boolean(),
    path: z.string().nullable(),
    files: templateFilesV1,
    last_generated: z.string().nullable(),
  }),
  status: z.enum(['ready', 'needs_template']),
  has_template: z.boolean(),
  template_files: templateFilesV1,
})

export const scanRequestV1 = z.object({ force: z.boolean().default(false) })
export const scanResponseV1 = z.object({
  success: z.boolean(),
  message: z.string(),
  statistics: z.object({
    total_classes: z.number(),
    total_objects: z.number(),
    total_templates: z.number(),
    overall_completion_rate: z.number(),
  }),
})

export const renderTemplatesRequestV1 = z.object({
  class_name: z.string(),
  object_names: z.array(z.string()),
  force_regenerate: z.boolean().default(false),
})
export const renderMissingRequestV1 = z.object({ class_name: z.string().nullish() })
export const renderAllRequestV1 = z.object({ class_name: z.string().nullish(), force: z.boolean().default(false) })
export const renderSingleRequestV1 = z.object({
  class_name: z.string(),
  object_name: z.string(),
  force: z.boolean().default(false),
})

/** What both pipeline requests share. */
const pipelineFields = {
  class_name: z.string(),
  object_name: z.string(),
  output_dir: z.string().nullish(),
  frame_guess: z.boolean().nullish(),
  save_outputs: z.boolean().nullish(),
  output_mode: z.string().nullish(),
  request_tag: z.string().nullish(),
  /** additions of ours; absent in old clients */
  max_instances: z.number().int().min(1).max(100).nullish(),
  seed: z.number().int().nullish(),
  preset: z.enum(['fast', 'balanced', 'precise']).nullish(),
  generator: z.enum(['pairs', 'views']).nullish(),
  cad_colors: z.enum(['trusted', 'ignored']).nullish(),
  time_budget_ms: z.number().positive().nullish(),
  score_threshold: z.number().min(0).max(1).nullish(),
}
export const pipelineRequestV1 = z.object(pipelineFields)
export type PipelineRequestV1 = z.infer<typeof pipelineRequestV1>

/** Images are plain strings here: decoding them is the mapping's work, checking megabytes by pattern is nobody's. */
export const fullPipelineRequestV1 = z.object({
  ...pipelineFields,
  rgb_image: z.string(),
  depth_image: z.string(),
  cam_params: record,
})
export type FullPipelineRequestV1 = z.infer<typeof fullPipelineRequestV1>

/** Paths in the static folder instead of images; older scripts send them. */
export const inputImagesV1 = z.object({ rgb_path: z.string(), depth_path: z.string(), camera_path: z.string() })

/** The frame comes from a camera server. */
export const rssPipelineRequestV1 = z.object({
  ...pipelineFields,
  /** wins over host and port */
  base: z.string().nullish(),
  host: z.string().nullish(),
  port: z.number().int().min(1).max(65535).nullish(),
  align_color: z.boolean().nullish(),
})
export type RssPipelineRequestV1 = z.infer<typeof rssPipelineRequestV1>

export const workflowResponseV1 = z.object({
  success: z.boolean(),
  job_id: z.string().nullable(),
  message: z.string(),
  results: record.nullable(),
  /** copy of results.output_dir for clients that read it at the top */
  output_dir: z.string().nullish(),
})
export type WorkflowResponseV1 = z.infer<typeof workflowResponseV1>
