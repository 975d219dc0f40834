export type SqlValue = string | number | null

/** The little of an SQL database that a job store needs; another SQLite takes libsql's place behind it. */
export interface SqlDriver {
  /** Statements without parameters or rows. */
  exec(sql: string): void
  /** A statement to be run often. */
  prepare(sql: string): SqlStatement
  close(): void
}

export interface SqlStatement {
  run(...values: SqlValue[]): void
  /** The first row, or undefined. */
  get(...values: SqlValue[]): Readonly<Record<string, unknown>> | undefined
  all(...values: SqlValue[]): Readonly<Record<string, unknown>>[]
}
