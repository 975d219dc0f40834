/** One row of the error table. `detail` is what the client may read when the thrower gives none. */
export interface ErrorDefinition {
  readonly title: string
  readonly status: number
  readonly retryable: boolean
}

/** The error table: every coded refusal of every service. docs/errors.md and OpenAPI are kept equal to it by a test. */
export const ERRORS = {
  'request.malformed': { title: 'The request could not be read', status: 400, retryable: false },
  'request.schema_violation': { title: 'The request does not fit the schema', status: 422, retryable: false },
  'request.media_type_unsupported': { title: 'The media type is not supported', status: 415, retryable: false },
  'request.too_large': { title: 'The request body is too large', status: 413, retryable: false },
  'request.path_forbidden': { title: 'The path leaves the static root', status: 400, retryable: false },
  'request.cancelled': { title: 'The request was cancelled', status: 499, retryable: true },
  'image.undecodable': { title: 'The image could not be decoded', status: 422, retryable: false },
  'image.size_mismatch': { title: 'Colour and depth differ in size', status: 422, retryable: false },
  'image.too_large': { title: 'The image has too many pixels', status: 422, retryable: false },
  'depth.undecodable': { title: 'The depth image could not be decoded', status: 422, retryable: false },
  'depth.bit_depth_unsupported': { title: 'The depth image is not a 16-bit image', status: 422, retryable: false },
  'depth.scale_unclear': { title: 'The depth scale is not plausible', status: 422, retryable: false },
  'depth.out_of_range': { title: 'The depth values are not plausible', status: 422, retryable: false },
  'depth.empty': { title: 'The depth image holds no measurement', status: 422, retryable: false },
  'camera.intrinsics_missing': { title: 'The camera intrinsics are missing', status: 422, retryable: false },
  'camera.intrinsics_invalid': { title: 'The camera intrinsics are not valid', status: 422, retryable: false },
  'camera.forbidden': { title: 'The camera host is not allowed', status: 403, retryable: false },
  'camera.unreachable': { title: 'The camera cannot be reached', status: 502, retryable: true },
  'camera.bad_response': { title: 'The camera answered nonsense', status: 502, retryable: true },
  'camera.stale': { title: 'The camera stopped delivering frames', status: 503, retryable: true },
  'camera.streams_differ': {
    title: 'The streams of the camera are of different moments',
    status: 503,
    retryable: true,
  },
  'camera.dark': { title: 'The colour image is dark', status: 422, retryable: true },
  'camera.depth_coverage': { title: 'The depth image is nearly empty', status: 422, retryable: true },
  'segmentation.undecodable': { title: 'A segmentation could not be decoded', status: 422, retryable: false },
  'mesh.undecodable': { title: 'The mesh could not be read', status: 422, retryable: false },
  'mesh.degenerate': { title: 'The mesh has no usable surface', status: 422, retryable: false },
  'mesh.format_unsupported': { title: 'The mesh format is not supported', status: 422, retryable: false },
  'mesh.scale_implausible': { title: 'The mesh size is not plausible in millimetres', status: 422, retryable: false },
  'mesh.too_large': { title: 'The mesh is too large', status: 422, retryable: false },
  'mesh.unit_ambiguous': { title: 'The unit of the mesh has to be declared', status: 422, retryable: false },
  'object.exists': { title: 'The object exists already', status: 409, retryable: false },
  'object.not_found': { title: 'The object is not in the library', status: 404, retryable: false },
  'class.not_found': { title: 'The class is not in the library', status: 404, retryable: false },
  'library.manifest_invalid': { title: 'The manifest of the class cannot be read', status: 422, retryable: false },
  'bundle.not_found': { title: 'The template set does not exist', status: 404, retryable: false },
  'bundle.incomplete': { title: 'The template set is incomplete', status: 409, retryable: false },
  'bundle.version_unsupported': { title: 'The template set has an unknown version', status: 409, retryable: false },
  'renderer.missing': { title: 'The renderer is not installed', status: 503, retryable: true },
  'renderer.failed': { title: 'The renderer failed', status: 500, retryable: false },
  'job.not_found': { title: 'The job does not exist', status: 404, retryable: false },
  'job.interrupted': { title: 'The service ended again and again during the job', status: 500, retryable: true },
  'run.not_found': { title: 'The run does not exist', status: 404, retryable: false },
  'run.inputs_missing': { title: 'The inputs of the run are not kept', status: 409, retryable: false },
  'engine.unavailable': { title: 'The server runs without this engine', status: 409, retryable: false },
  'model.missing': { title: 'The engine is not loaded', status: 503, retryable: true },
  'model.unreadable': { title: 'The checkpoint could not be read', status: 422, retryable: false },
  'model.parameters_mismatch': { title: 'The checkpoint is of another network', status: 422, retryable: false },
  'model.checksum_mismatch': { title: 'The file of the network has changed', status: 500, retryable: false },
  'model.load_failed': { title: 'The network could not be loaded', status: 500, retryable: false },
  'capacity.queue_full': { title: 'The service is busy', status: 503, retryable: true },
  'deadline.exceeded': { title: 'The deadline passed', status: 504, retryable: true },
  'upstream.unreachable': { title: 'A service behind this one cannot be reached', status: 502, retryable: true },
  'upstream.bad_response': { title: 'A service behind this one answered nonsense', status: 502, retryable: true },
  'internal.invariant_broken': { title: 'An internal check failed', status: 500, retryable: false },
  'internal.unexpected': { title: 'An unexpected error occurred', status: 500, retryable: false },
} as const satisfies Record<string, ErrorDefinition>

export type ErrorCode = keyof typeof ERRORS

export interface PlatformErrorOptions {
  /** What the client reads: what is wrong, where, and what to do. Never a host path. */
  readonly detail: string
  readonly cause?: unknown
  /** Stage of the pipeline in which it happened. */
  readonly stage?: string
  readonly data?: Readonly<Record<string, unknown>>
}

/** A refusal with a code from the table. Outcomes (nothing found) are values, never this. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError'
  readonly code: ErrorCode
  readonly stage: string | undefined
  readonly data: Readonly<Record<string, unknown>> | undefined

  constructor(code: ErrorCode, options: PlatformErrorOptions) {
    super(options.detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.stage = options.stage
    this.data = options.data
  }

  get status(): number {
    return ERRORS[this.code].status
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERRORS, value)
}
