import { z } from 'zod'

/** The documents of the camera server, exactly as strict clients expect them. */
export const deviceInfoSchema = z.object({
  name: z.string(),
  serial_number: z.string(),
  usb_type: z.string(),
  firmware_version: z.string(),
})
export type DeviceInfo = z.infer<typeof deviceInfoSchema>

export const statusSchema = z.object({
  device_info: deviceInfoSchema,
  /** Unix time of the last frame, s */
  last_update: z.number(),
  active_stream_config: z.object({ width: z.number().int(), height: z.number().int(), fps: z.number().int() }),
})
export type CameraStatusWire = z.infer<typeof statusSchema>

const intrinsicsSchema = z.object({
  width: z.number().int(),
  height: z.number().int(),
  fx: z.number(),
  fy: z.number(),
  ppx: z.number(),
  ppy: z.number(),
  model: z.string(),
  coeffs: z.array(z.number()).length(5),
})

export const calibrationSchema = z.object({
  depth_intrinsics: intrinsicsSchema,
  color_intrinsics: intrinsicsSchema,
  /** rotation: 9 numbers, column by column, as librealsense has them; translation: 3 numbers, m */
  depth_to_color_extrinsics: z.object({
    rotation: z.array(z.number()).length(9),
    translation: z.array(z.number()).length(3),
  }),
})
export type CameraCalibrationWire = z.infer<typeof calibrationSchema>

/** What is true of a synthetic frame. */
export const truthSchema = z.object({
  frame: z.number().int(),
  instances: z.array(
    z.object({
      name: z.string(),
      /** row-major, camera from object */
      rotation: z.array(z.number()).length(9),
      /** mm */
      translation: z.array(z.number()).length(3),
      visible_fraction: z.number(),
      visible_pixels: z.number().int(),
    }),
  ),
})
export type CameraTruth = z.infer<typeof truthSchema>
