// Image codecs and pixel operations: bytes to typed arrays and back.
export { alignDepth, type AlignOptions, type RgbdCalibration } from './align-depth.ts'
export { decodeBase64 } from './base64.ts'
export {
  CAPTURE_DEFAULTS,
  readCameraCapture,
  type CameraCapture,
  type CaptureFrame,
  type CaptureOptions,
  type CaptureReport,
} from './camera-capture.ts'
export { parseCameraParams, type CameraParams } from './camera-params.ts'
export { decodeColor, MAX_PIXELS } from './decode-color.ts'
export { decodeDepthRaw, type RawDepth } from './decode-depth.ts'
export { decodeMask } from './decode-mask.ts'
export { normalizeDepthScale, toDepthImage, type DepthScale } from './depth-scale.ts'
export { copyImage, drawAxes, drawBox, drawLine, drawMask, drawText, type Rgb } from './draw.ts'
export { contactSheet } from './contact-sheet.ts'
export {
  encodeAlphaPng,
  encodeColorJpeg,
  encodeColorPng,
  encodeDepthPng,
  encodeGrayPng,
  type PngOptions,
} from './encode.ts'
export { distortInto, hasDistortion, scaleCamera, undistortInto, type LensCamera } from './lens.ts'
export { encodeNpyFloat16, encodeNpyFloat32, halfOf, numberOfHalf, parseNpy } from './npy.ts'
export {
  decodeRle,
  encodeRle,
  formatCompressedCounts,
  parseCompressedCounts,
  parseSegmentation,
  rleArea,
  rleBox,
} from './rle.ts'
export { decodeFrame, readClientFrame, readUploadedFrame, type ClientFrame, type FrameBytes } from './client-frame.ts'
export { encodeDetectionArchive } from './detection-archive.ts'
export { drawDetections, drawPoses, joinImages, type DrawablePose } from './draw-results.ts'
export { rectifyColor, rectifyDepth } from './rectify.ts'
export { parseRgbdCalibration, streamSizeOf, type ParsedCalibration } from './rgbd-calibration.ts'
export { paintDepth } from './paint-depth.ts'
export { frameKeyOf } from './frame-key.ts'
