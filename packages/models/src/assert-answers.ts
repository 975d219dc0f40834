import { PlatformError } from '@sextant/contracts'
import type { Session } from '@sextant/inference'
import { openOnnxSession } from '@sextant/inference/onnx-node'
import { blankTensor, DETECTION_ROWS, MASK_COEFFICIENTS, PROTOTYPE_STRIDE } from '@sextant/sam6d'
import { DINO_TOKENS } from './adapt-descriptor.ts'
import { detectorSide } from './adapt-detector.ts'
import { conversionOf } from './catalogue.ts'
import type { ExportPorts } from './installed-model.ts'

const VIEW_SIDE = 224
/** Pixels per cell of the three maps a detector answers from. */
const DETECTION_STRIDES = [8, 16, 32]
const COARSEST_STRIDE = 32

/**
 * Runs a public export once, on a blank image: names and shapes have to be those of its manifest.
 *
 * @throws model.load_failed, model.parameters_mismatch
 */
export async function assertAnswers(path: string, network: string, ports: ExportPorts): Promise<void> {
  const session = await openOnnxSession(path)
  try {
    const { input, ...outputs } = ports
    assertPort('input', input, session.inputNames)
    for (const name of Object.values(outputs)) assertPort('output', name, session.outputNames)
    const { side, answers } = 'output' in ports ? descriptorShapes(network, ports) : detectorShapes(session, ports)
    await assertShapes(session, input, [1, 3, side, side], answers)
  } finally {
    await session.release()
  }
}

interface Shapes {
  /** of the image */
  readonly side: number
  /** dims by output */
  readonly answers: Readonly<Record<string, readonly number[]>>
}

function descriptorShapes(network: string, { output }: Extract<ExportPorts, { output: string }>): Shapes {
  const width = conversionOf(network).expected().get('cls_token')?.at(-1) ?? 0
  return { side: VIEW_SIDE, answers: { [output]: [1, DINO_TOKENS, width] } }
}

/** The side is the export's own. */
function detectorShapes(
  session: Session,
  { input, detections, prototypes }: Extract<ExportPorts, { prototypes: string }>,
): Shapes {
  const side = detectorSide(session, input)
  if (side % COARSEST_STRIDE !== 0) refuse(`${input} is ${side} high, which is no multiple of ${COARSEST_STRIDE}`)
  const count = DETECTION_STRIDES.reduce((sum, stride) => sum + (side / stride) ** 2, 0)
  const cells = side / PROTOTYPE_STRIDE
  const answers = { [detections]: [1, DETECTION_ROWS, count], [prototypes]: [1, MASK_COEFFICIENTS, cells, cells] }
  return { side, answers }
}

async function assertShapes(
  session: Session,
  input: string,
  dims: readonly number[],
  answers: Shapes['answers'],
): Promise<void> {
  const image = blankTensor(...dims)
  const found = await session.run({ [input]: image }, Object.keys(answers)).catch((cause: unknown) => {
    return refuse(`it does not take [${dims.join(', ')}]: ${cause instanceof Error ? cause.message : ''}`)
  })
  for (const [name, expected] of Object.entries(answers)) {
    const shape = found[name]?.dims ?? []
    if (shape.join() === expected.join()) continue
    refuse(`${name} is [${shape.join(', ')}], expected [${expected.join(', ')}]`)
  }
}

function assertPort(kind: string, name: string, names: readonly string[]): void {
  if (!names.includes(name)) refuse(`there is no ${kind} ${name}; there are ${names.join(', ')}`)
}

function refuse(reason: string): never {
  throw new PlatformError('model.parameters_mismatch', { detail: `The file is not what the manifest says: ${reason}.` })
}
