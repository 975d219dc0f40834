import type { CameraCalibrationWire, CameraTruth, DeviceInfo } from './wire.ts'

/** One moment of an RGB-D camera, in the bytes that go over the wire. */
export interface SourceFrame {
  /** encoded colour image */
  readonly colorJpeg: Uint8Array
  /** [height, width, 3] BGR8 */
  readonly colorRaw: Uint8Array
  /** [height, width] uint16 little-endian, mm in the depth camera; 0 = missing */
  readonly depthRaw: Uint8Array
  /** depth as false colours, for looking at only */
  readonly depthJpeg: Uint8Array
  /** null: nobody knows */
  readonly truth: CameraTruth | null
}

/** Where frames come from. A live camera is one more of these. */
export interface CaptureSource {
  readonly device: DeviceInfo
  readonly calibration: CameraCalibrationWire
  /** frames a second at most */
  readonly fps: number
  /** The frame of that number, counted from 0. */
  frameAt(index: number): Promise<SourceFrame>
  close(): Promise<void>
}
