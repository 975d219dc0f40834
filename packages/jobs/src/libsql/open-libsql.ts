import Database from 'libsql'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { SqlDriver, SqlStatement } from './sql-driver.ts'

const RETRY_MS = 50

/**
 * Opens a database file for this process alone: the lock is the system's and goes with the process however it ends, so
 * whoever holds it knows that nobody else works on the jobs inside. A former owner may take `patienceMs` to leave.
 *
 * @throws {Error} another process owns the file, or it is no database
 */
export async function openLibsql(path: string, patienceMs: number): Promise<SqlDriver> {
  await mkdir(dirname(path), { recursive: true })
  for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
    try {
      return openOnce(path)
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
      const isBusy = typeof code === 'string' && code.startsWith('SQLITE_BUSY')
      if (!isBusy) throw new Error(`The job file ${path} cannot be opened; move it away to begin anew.`, { cause })
      if (waitedMs >= patienceMs) throw new Error(`The job file ${path} is in use by another process.`, { cause })
    }
    await delay(RETRY_MS)
  }
}

function openOnce(path: string): SqlDriver {
  const database = new Database(path, { timeout: 0 })
  try {
    database.pragma('locking_mode = EXCLUSIVE')
    database.pragma('journal_mode = WAL')
    // A commit is on disk when it returns: jobs are few, and an answered one must not vanish with the power.
    database.pragma('synchronous = FULL')
    database.exec('begin immediate; commit')
  } catch (error) {
    database.close()
    throw error
  }
  return {
    exec: (sql) => void database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      const prepared: SqlStatement = {
        run: (...values) => void statement.run(...values),
        get: (...values) => statement.get(...values) as Record<string, unknown> | undefined,
        all: (...values) => statement.all(...values) as Record<string, unknown>[],
      }
      return prepared
    },
    close() {
      // libsql's close leaves the lock to the garbage collector's finalizers of the statements, so it is given back
      // first: only outside WAL the mode can change, and the next read lets go.
      database.pragma('journal_mode = DELETE')
      database.pragma('locking_mode = NORMAL')
      database.prepare('select count(*) from sqlite_master').get()
      database.close()
    },
  }
}
