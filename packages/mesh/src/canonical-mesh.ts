import { encodePly } from './encode-ply.ts'
import { commentsOfPly, parsePly } from './parse-ply.ts'
import type { ReadMesh } from './read-mesh.ts'

/** Changes when the same CAD file would give another mesh. */
const VERSION = 1
const MARK = `sextant-mesh-${VERSION} `

/** A mesh that was read from any format, kept as PLY; docs/formats/canonical-mesh.md. */
export interface CanonicalMesh {
  readonly read: ReadMesh
  /** the files beside the CAD that were asked for: SHA-256, or null where there was none */
  readonly siblings: Readonly<Record<string, string | null>>
}

/** Binary PLY in mm whose one comment holds everything that is not geometry. */
export function encodeCanonicalMesh({ read, siblings }: CanonicalMesh): Uint8Array<ArrayBuffer> {
  const { mesh, ...rest } = read
  // One ASCII line, whatever the names of files are.
  const json = JSON.stringify({ ...rest, siblings }).replace(/[\u007f-\uffff]/g, escapeUnicode)
  return encodePly(mesh, [MARK + json])
}

const escapeUnicode = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** The mesh exactly as it was encoded; null for what another version or somebody else wrote. */
export function parseCanonicalMesh(bytes: Uint8Array): CanonicalMesh | null {
  const comment = commentsOfPly(bytes).find((line) => line.startsWith(MARK))
  if (comment === undefined) return null
  try {
    const { siblings, ...rest } = JSON.parse(comment.slice(MARK.length)) as Omit<ReadMesh, 'mesh'> &
      Pick<CanonicalMesh, 'siblings'>
    return { read: { ...rest, mesh: parsePly(bytes).mesh }, siblings }
  } catch {
    return null
  }
}
