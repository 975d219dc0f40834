import { join } from 'node:path'
import type { Session } from '@sextant/inference'
import { openOnnxSession } from '@sextant/inference/onnx-node'
import { blankTensor, DETECTION_ROWS, MASK_COEFFICIENTS, PROTOTYPE_STRIDE, VIEW_SIZE } from '@sextant/sam6d'
import { DINO_TOKENS } from './adapt-descriptor.ts'
import { detectorSide } from './adapt-detector.ts'
import { decoderInputs, encodedOf, encoderInput, SAM_MASK_SIDE, SAM_MASKS } from './adapt-sam.ts'
import { conversionOf, SAM_FEATURE_SIDE, SAM_SIZE } from './catalogue.ts'
import { assertPorts, assertShapes, refuse } from './check-session.ts'
import type { DescriptorPorts, DetectorPorts, ExportPorts, SamPorts } from './installed-model.ts'

/** Pixels per cell of the three maps a detector answers from. */
const DETECTION_STRIDES = [8, 16, 32]
const COARSEST_STRIDE = 32

/**
 * Runs the graphs of a public export once, on a blank image: names and shapes have to be those of its manifest.
 *
 * @param stems  of its graphs in the folder, in order
 * @throws model.load_failed, model.parameters_mismatch
 */
export async function assertAnswers(
  folder: string,
  stems: readonly string[],
  network: string,
  ports: ExportPorts,
): Promise<void> {
  const sessions: Session[] = []
  try {
    for (const stem of stems) sessions.push(await openOnnxSession(join(folder, `${stem}.onnx`)))
    const [first, second] = sessions as [Session, Session]
    if ('layout' in ports) await assertSam(first, second, ports)
    else if ('output' in ports) await assertDescriptor(first, network, ports)
    else await assertDetector(first, ports)
  } finally {
    await Promise.all(sessions.map((session) => session.release()))
  }
}

async function assertDescriptor(session: Session, network: string, { input, output }: DescriptorPorts): Promise<void> {
  assertPorts(session, [input], [output])
  const width = conversionOf(network).expected().get('cls_token')?.at(-1) ?? 0
  await assertShapes(
    session,
    { [input]: blankTensor(1, 3, VIEW_SIZE, VIEW_SIZE) },
    { [output]: [1, DINO_TOKENS, width] },
  )
}

/** The side is the export's own. */
async function assertDetector(session: Session, { input, detections, prototypes }: DetectorPorts): Promise<void> {
  assertPorts(session, [input], [detections, prototypes])
  const side = detectorSide(session, input)
  if (side % COARSEST_STRIDE !== 0) refuse(`${input} is ${side} high, which is no multiple of ${COARSEST_STRIDE}`)
  const count = DETECTION_STRIDES.reduce((sum, stride) => sum + (side / stride) ** 2, 0)
  const cells = side / PROTOTYPE_STRIDE
  await assertShapes(
    session,
    { [input]: blankTensor(1, 3, side, side) },
    { [detections]: [1, DETECTION_ROWS, count], [prototypes]: [1, MASK_COEFFICIENTS, cells, cells] },
  )
}

/** The encoder with a blank image, the decoder with what it answers and one point in the middle. */
async function assertSam(encoder: Session, decoder: Session, ports: SamPorts): Promise<void> {
  const { image, ...outputs } = ports.encoder
  const { masks, scores, ...inputs } = ports.decoder
  assertPorts(encoder, [image], Object.values(outputs))
  assertPorts(decoder, Object.values(inputs), [masks, scores])
  const blank = blankTensor(1, 3, SAM_SIZE, SAM_SIZE)
  const features = [1, 256, SAM_FEATURE_SIDE, SAM_FEATURE_SIDE]
  const shapes = Object.fromEntries(Object.values(outputs).map((name) => [name, features]))
  const encoded = await assertShapes(encoder, { [image]: encoderInput(ports, blank) }, shapes)
  const prompt = decoderInputs(ports, encodedOf(ports, encoded), Float32Array.of(SAM_SIZE / 2, SAM_SIZE / 2))
  const answered = ports.layout === 'transformers' ? [1, 1, SAM_MASKS[ports.layout]] : [1, SAM_MASKS[ports.layout]]
  await assertShapes(decoder, prompt, { [masks]: [...answered, SAM_MASK_SIDE, SAM_MASK_SIDE], [scores]: answered })
}
