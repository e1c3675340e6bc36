/** Tells errors that mean “no connection to the database” from those of a statement. */

/** Codes of Node's sockets, and SQLSTATEs: class 08, shutdown, crash, starting up, too many connections. */
const CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['57P01', '57P02', '57P03', '53300'],
])

/** `pg` gives these errors no code. */
const MESSAGES =
  /^(?:Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|Cannot use a pool after)/

/** The database cannot be reached or lost this connection: what was not committed did not happen, trying again may help. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = sqlState(error)
  if (code !== undefined && (CODES.has(code) || code.startsWith('08'))) return true
  return MESSAGES.test(error.message)
}

/** The connection was known to be lost before the statement was written to it: the server cannot have seen it. */
export function wasNeverSent(error: unknown): boolean {
  return (
    error instanceof Error && /^Client (?:has encountered a connection error|was closed)/.test(error.message)
  )
}

/** The five-letter SQLSTATE of an error of the database, or the code of a socket's error. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Whether a unique constraint refused the row; with `constraint`, that one. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlState(error) !== '23505') return false
  return (
    constraint === undefined ||
    (error instanceof Error && 'constraint' in error && error.constraint === constraint)
  )
}
