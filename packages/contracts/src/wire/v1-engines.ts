import { z } from 'zod'

const record = z.record(z.string(), z.unknown())

export const engineHealthV1 = z.object({ status: z.string(), message: z.string(), timestamp: z.number() })

export const inferenceRequestV1 = z.object({
  rgb_image: z.string(),
  depth_image: z.string(),
  cam_params: record,
  template_dir: z.string(),
  cad_path: z.string(),
  output_dir: z.string().nullish(),
})

export const inferenceResponseV1 = z.object({
  success: z.boolean(),
  detections: record,
  num_detections: z.number(),
  inference_time: z.number(),
  template_dir_used: z.string(),
  cad_path_used: z.string(),
  output_dir_used: z.string().nullable(),
  error_message: z.string().nullable(),
})
export type InferenceResponseV1 = z.infer<typeof inferenceResponseV1>

export const ismStatusV1 = z.object({
  server: z.string(),
  model_loaded: z.boolean(),
  templates_loaded: z.boolean(),
  cad_loaded: z.boolean(),
  device: z.string().nullable(),
  num_templates: z.number(),
  uptime: z.number(),
})

export const pemModelV1 = z.object({
  loaded: z.boolean(),
  device: z.string().nullable(),
  parameters: z.number().int().nullable(),
  loading_time: z.number().nullable(),
})

export const pemHealthV1 = z.object({
  status: z.string(),
  message: z.string(),
  uptime: z.number(),
  model: pemModelV1,
})

/** Draws that SAM-6D leaves to chance, base64 of little-endian numbers; refused unless the server allows it. */
export const poseReplayV1 = z.object({
  /** int32 [2048]: positions among a detection's points */
  observed: z.string(),
  /** int32 [views, 5000]: positions among each template's points */
  templates: z.string(),
  /** float32 [18000]: uniform in [0, 1) */
  hypotheses: z.string(),
  /** float32 [1024, 3]: surface points of the CAD, m */
  model: z.string(),
})
export type PoseReplayV1 = z.infer<typeof poseReplayV1>

export const poseEstimationRequestV1 = z.object({
  rgb_image: z.string(),
  depth_image: z.string(),
  cam_params: record,
  cad_path: z.string(),
  seg_data: z.array(record),
  template_dir: z.string(),
  det_score_thresh: z.number().default(0.2),
  replay: poseReplayV1.optional(),
  output_dir: z.string().nullish(),
})

export const poseEstimationResponseV1 = z.object({
  success: z.boolean(),
  detections: z.array(record),
  pose_scores: z.array(z.number()),
  pred_rot: z.array(z.array(z.array(z.number()))),
  pred_trans: z.array(z.array(z.number())),
  pred_quat: z.array(z.array(z.number())),
  poses: z.array(record),
  num_detections: z.number(),
  inference_time: z.number(),
  elapsed_time: z.number(),
  template_dir_used: z.string(),
  cad_path_used: z.string(),
  output_dir_used: z.string().nullable(),
  error_message: z.string().nullable(),
})
export type PoseEstimationResponseV1 = z.infer<typeof poseEstimationResponseV1>

export type PoseEstimationRequestV1 = z.infer<typeof poseEstimationRequestV1>

export const pemBatchResponseV1 = z.object({
  message: z.string(),
  total_requests: z.number().int(),
  successful_requests: z.number().int(),
  failed_requests: z.number().int(),
  total_time: z.number(),
  results: z.array(poseEstimationResponseV1.extend({ request_id: z.number().int() })),
  status: z.string(),
})
export type PemBatchResponseV1 = z.infer<typeof pemBatchResponseV1>

export const pemLoadQueryV1 = z.object({
  config_path: z.string().optional(),
  checkpoint_path: z.string().optional(),
  device: z.string().default('cuda'),
})

export const renderRequestV1 = z.object({
  cad_path: z.string(),
  output_dir: z.string(),
  colorize: z.boolean().default(false),
  base_color: z.number().min(0).max(1).default(0.05),
})

export const renderQueryV1 = z.object({
  wait: z
    .string()
    .optional()
    .transform((value) => ['true', '1', 'yes'].includes((value ?? '').toLowerCase())),
  wait_timeout_sec: z.coerce.number().min(0).default(1800),
})
