import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { PlatformError, runIdV2, runV2, type RunStatusV2, type RunSummaryV2, type RunV2 } from '@sextant/contracts'

/** One kept input of a run. */
export interface RunFile {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface RunFilter {
  /** part of an object's name, class, tag or id; any case */
  readonly text?: string | undefined
  readonly status?: RunStatusV2 | undefined
  readonly offset: number
  readonly limit: number
}

/**
 * The history of one Main server: `static/runs/<id>/` with `run.json` and the kept inputs. One process owns it, so the
 * index is kept in memory. A run of output mode `none` never touches the disk.
 */
export interface RunStore {
  /** Newest first. */
  list(filter: RunFilter): { readonly runs: RunSummaryV2[]; readonly total: number }
  /** @throws {PlatformError} run.not_found */
  read(id: string): Promise<RunV2>
  /** @throws {PlatformError} run.not_found, run.inputs_missing */
  readInput(id: string, name: 'color' | 'depth' | 'camera.json'): Promise<Uint8Array>
  /** Writes or replaces a run; inputs are written once, with the first save. */
  save(run: RunV2, inputs?: readonly RunFile[]): Promise<void>
  /** @throws {PlatformError} run.not_found */
  remove(id: string): Promise<void>
}

const RECORD = 'run.json'
const MEMORY_RUNS = 32

/**
 * Reads the index. Runs that were under way when the last process ended become `interrupted`; folders that cannot be
 * read are left alone and not listed.
 *
 * @param staticRoot  absolute path
 * @param limit       most runs kept on disk; the oldest go first
 */
export async function openRunStore(staticRoot: string, limit: number): Promise<RunStore> {
  const root = join(staticRoot, 'runs')
  const index = new Map<string, RunSummaryV2>()
  const inMemory = new Map<string, RunV2>()

  const folderOf = (id: string): string => {
    if (!runIdV2.safeParse(id).success || !index.has(id)) {
      throw new PlatformError('run.not_found', { detail: `no run has the id ${JSON.stringify(id.slice(0, 40))}` })
    }
    return join(root, id)
  }

  const writeRecord = async (folder: string, run: RunV2): Promise<void> => {
    const staging = join(folder, `.${RECORD}.new`)
    await writeFile(staging, JSON.stringify(run))
    await rename(staging, join(folder, RECORD))
  }

  const prune = async (): Promise<void> => {
    const stored = [...index.keys()].filter((id) => !inMemory.has(id)).sort()
    for (const id of stored.slice(0, Math.max(0, stored.length - limit))) {
      index.delete(id)
      await rm(join(root, id), { recursive: true, force: true })
    }
  }

  for (const id of await readdir(root).catch(() => [])) {
    if (!runIdV2.safeParse(id).success) continue
    const run = await readRecord(join(root, id))
    if (run === null) continue
    const current = isFinal(run.status) ? run : interrupted(run)
    if (current !== run) await writeRecord(join(root, id), current)
    index.set(id, summaryOf(current))
  }

  return {
    list({ text, status, offset, limit: count }) {
      const wanted = text?.toLowerCase().trim() ?? ''
      const matches = [...index.values()]
        .filter((run) => (status === undefined || run.status === status) && matchesText(run, wanted))
        .sort((a, b) => (a.id < b.id ? 1 : -1))
      return { runs: matches.slice(offset, offset + count), total: matches.length }
    },

    async read(id) {
      const folder = folderOf(id)
      const run = inMemory.get(id) ?? (await readRecord(folder))
      if (run !== null) return run
      throw new PlatformError('run.not_found', { detail: `the record of run ${id} is gone or damaged` })
    },

    async readInput(id, name) {
      const folder = folderOf(id)
      try {
        return await readFile(join(folder, name))
      } catch (cause) {
        throw new PlatformError('run.inputs_missing', {
          detail: `run ${id} was made without keeping its inputs (output mode results_only or none), or they were removed`,
          cause,
        })
      }
    },

    async save(run, inputs = []) {
      if (run.outputMode === 'none') {
        inMemory.set(run.id, run)
        index.set(run.id, summaryOf(run))
        for (const id of [...inMemory.keys()].slice(0, Math.max(0, inMemory.size - MEMORY_RUNS))) {
          inMemory.delete(id)
          index.delete(id)
        }
        return
      }
      const folder = join(root, run.id)
      if (index.has(run.id)) await writeRecord(folder, run)
      else {
        await mkdir(root, { recursive: true })
        const staging = await mkdtemp(join(root, '.new-'))
        for (const { name, bytes } of inputs) await writeFile(join(staging, name), bytes)
        await writeRecord(staging, run)
        await rename(staging, folder)
      }
      index.set(run.id, summaryOf(run))
      await prune()
    },

    async remove(id) {
      const folder = folderOf(id)
      index.delete(id)
      inMemory.delete(id)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const isFinal = (status: RunStatusV2): boolean => status !== 'queued' && status !== 'running'

function interrupted(run: RunV2): RunV2 {
  return {
    ...run,
    status: 'interrupted',
    objects: run.objects.map((object) =>
      object.status === 'running' || object.status === 'pending' ? { ...object, status: 'cancelled' } : object,
    ),
  }
}

async function readRecord(folder: string): Promise<RunV2 | null> {
  try {
    return runV2.parse(JSON.parse(await readFile(join(folder, RECORD), 'utf8')))
  } catch {
    return null
  }
}

function summaryOf(run: RunV2): RunSummaryV2 {
  const { id, source, tag, status, createdAt, hasInputs, startedAt, endedAt, error } = run
  return {
    id,
    source,
    tag,
    status,
    createdAt,
    hasInputs,
    seconds:
      startedAt === null || endedAt === null
        ? null
        : (Date.parse(endedAt) - Date.parse(startedAt)) / MILLISECONDS_PER_SECOND,
    objects: run.objects.map(({ className, objectName, status: outcome, reason, poses }) => ({
      className,
      objectName,
      status: outcome,
      reason,
      poseCount: poses.length,
      bestScore: poses[0]?.score ?? null,
    })),
    errorCode: error?.code ?? run.objects.find((object) => object.error !== null)?.error?.code ?? null,
  }
}

function matchesText(run: RunSummaryV2, wanted: string): boolean {
  if (wanted === '') return true
  const words = [run.id, run.tag ?? '', ...run.objects.map((object) => `${object.className}/${object.objectName}`)]
  return words.some((word) => word.toLowerCase().includes(wanted))
}
