import { parentPort, workerData } from 'node:worker_threads'
import { convertMesh, type ConversionTask } from '../convert-mesh.ts'

// Protocol only: one CAD file in, one canonical PLY out, then the thread ends.
const answer = await convertMesh(workerData as ConversionTask)
parentPort?.postMessage(answer, answer.ok ? [answer.ply.buffer] : [])
