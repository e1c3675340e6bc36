/** One attempt at a transaction on one connection: how it begins, and how it ends whatever happens. */
import type pg from 'pg'
import { isUnavailable, sqlState, wasNeverSent } from './unavailable.ts'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whose transaction, and within which bounds. */
export interface Scope {
  readonly institutionId: string | undefined
  readonly isReadOnly?: boolean
  readonly statementTimeoutMs?: number
  readonly waitsForDisk?: boolean
  readonly units?: readonly string[] | undefined
}

/** One message begins the transaction and sets its bounds. The identifier is checked, for no parameter can stand here. */
export function beginText(scope: Scope): string {
  const { institutionId, isReadOnly, statementTimeoutMs, waitsForDisk } = scope
  const parts = [isReadOnly === true ? 'begin isolation level repeatable read read only' : 'begin']
  if (institutionId !== undefined) {
    if (!UUID.test(institutionId)) throw new Error('an institution is named by its UUID')
    parts.push(`set local khudi.institution_id = '${institutionId}'`)
    // Only who says `units` says anything: where nobody did, the policies of cases refuse.
    if (Object.hasOwn(scope, 'units')) parts.push(`set local khudi.units = '${unitsText(scope.units)}'`)
  }
  if (statementTimeoutMs !== undefined)
    parts.push(`set local statement_timeout = ${Math.trunc(statementTimeoutMs)}`)
  if (waitsForDisk === false) parts.push('set local synchronous_commit = off')
  return parts.join('; ')
}

/** An array's text, or `*` for the whole institution. */
function unitsText(units: Scope['units']): string {
  if (units === undefined) return '*'
  if (!units.every((unit) => UUID.test(unit))) throw new Error('a unit is named by its UUID')
  return `{${units.join(',')}}`
}

/** How far a transaction came. */
export interface Progress {
  isCommitting: boolean
}

interface Attempt<T> {
  readonly begin: string
  readonly work: () => Promise<T>
  readonly progress: Progress
  onEnd(isBroken: boolean): void
}

/** Runs a transaction on a connection. Says at its end whether the connection can serve another one. */
export async function attemptOnce<T>(
  client: pg.ClientBase,
  { begin, work, progress, onEnd }: Attempt<T>,
): Promise<T> {
  // A lost connection is reported to the statement under way; without a listener the event would end the process.
  const ignore = (): void => undefined
  client.on('error', ignore)
  let isBroken = false
  try {
    // Not awaited: it travels with the first statement, and fails with it.
    const begun = client.query(begin)
    begun.catch(ignore)
    const result = await work()
    await begun
    progress.isCommitting = true
    const committed = await client.query('commit')
    // PostgreSQL answers the commit of a failed transaction with ROLLBACK, not with an error.
    if (committed.command !== 'COMMIT')
      throw new Error(
        'a statement of the transaction failed and its error was swallowed: nothing was committed',
      )
    return result
  } catch (error) {
    if (wasNeverSent(error)) progress.isCommitting = false
    isBroken = isUnavailable(error) || isStalePlan(error) || !(await rolledBack(client))
    throw error
  } finally {
    client.off('error', ignore)
    onEnd(isBroken)
  }
}

async function rolledBack(client: pg.ClientBase): Promise<boolean> {
  try {
    await client.query('rollback')
    return true
  } catch {
    return false
  }
}

/** `cached plan must not change result type`: a migration changed a table; a new connection plans anew. */
function isStalePlan(error: unknown): boolean {
  return sqlState(error) === '0A000' && error instanceof Error && error.message.includes('cached plan')
}

/** Serialization failure, deadlock. */
export function isTransient(error: unknown): boolean {
  const state = sqlState(error)
  return state === '40001' || state === '40P01' || isStalePlan(error)
}
