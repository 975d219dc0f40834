// The sextant command: the pipeline in one process, evaluation, administration.
import { PlatformError } from '@sextant/contracts'
import { Command } from 'commander'
import { addBatchCommand } from './commands/batch.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addEvalCommand } from './commands/eval.ts'
import { addExampleCommand } from './commands/example.ts'
import { addModelsCommand } from './commands/models.ts'
import { addObjectsCommand } from './commands/objects.ts'
import { addSceneCommand } from './commands/scene.ts'
import { addSynthCommand } from './commands/synth.ts'

const program = new Command('sextant').description('6D object poses from a CAD model and one RGB-D frame')
addBatchCommand(program)
addDoctorCommand(program)
addEvalCommand(program)
addExampleCommand(program)
addModelsCommand(program)
addObjectsCommand(program)
addSceneCommand(program)
addSynthCommand(program)

try {
  await program.parseAsync()
} catch (error) {
  const message = error instanceof Error ? error.message : String(error)
  console.error(error instanceof PlatformError ? `${error.code}: ${message}` : message)
  if (error instanceof Error && error.cause !== undefined) console.error(error.cause)
  process.exitCode = 1
}
