/**
 * The database as the kernel sees it: transactions of an institution, and of an application's own schema.
 *
 * The kernel connects as `khudi_kernel`, for which row-level security holds: a transaction names its institution first,
 * and sees and writes nothing else. Each application has a role of its own that reaches its schema and no more.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { Refusal } from '../errors.ts'
import type { Cluster } from './cluster.ts'
import { applicationRole, applicationSchema, KERNEL_ROLE, KERNEL_SCHEMA } from './roles.ts'
import { Transaction } from './transaction.ts'
import { isUnavailable, sqlState, wasNeverSent } from './unavailable.ts'

export { type Parameter, type Statement, statement } from './statement.ts'
export type { Transaction } from './transaction.ts'
export { isUniqueViolation } from './unavailable.ts'

export interface TransactionOptions {
  /** Reads one unchanging snapshot (repeatable read) and may write nothing. */
  readonly isReadOnly?: boolean
  /** Milliseconds a single statement may take; 30,000 unless told. */
  readonly statementTimeoutMs?: number
  /** Whether the work starts again after a deadlock, a serialization failure or a lost connection. True unless told. */
  readonly isRetried?: boolean
}

/**
 * The work of a transaction. After a deadlock, or when the connection is lost before the commit, it is run again from its
 * start, so it must not change what lies outside.
 */
export type Work<T> = (tx: Transaction) => Promise<T>

export interface ApplicationDatabase {
  /** A transaction in the application's own schema, as its own role. */
  transaction<T>(institutionId: string, work: Work<T>, options?: TransactionOptions): Promise<T>
}

export interface DatabaseOptions {
  readonly cluster: Cluster
  /** Connections of this process for the kernel; 10 unless told. */
  readonly connections?: number
  /** Milliseconds that a transaction waits for a connection, a server that is coming back included; 10,000 unless told. */
  readonly patienceMs?: number
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const STATEMENT_TIMEOUT_MS = 30_000
/** A transaction that waits for its caller this long has been forgotten; its locks would stop everybody. */
const IDLE_IN_TRANSACTION_MS = 120_000
const ATTEMPTS = 6

export class Database {
  readonly #options: DatabaseOptions
  readonly #kernel: pg.Pool
  readonly #applications = new Map<string, pg.Pool>()

  constructor(options: DatabaseOptions) {
    this.#options = options
    this.#kernel = this.#pool(KERNEL_ROLE, KERNEL_SCHEMA, options.connections ?? 10)
  }

  /**
   * Runs `work` in a transaction that sees and writes the rows of one institution.
   *
   * Refuses with `database.unavailable` where the database cannot be reached; if the connection is lost during the commit
   * itself, whether it took place is unknown, and the caller finds out by its own key.
   */
  transaction<T>(institutionId: string, work: Work<T>, options: TransactionOptions = {}): Promise<T> {
    return this.#transact(this.#kernel, { ...options, institutionId }, work)
  }

  /**
   * Runs `work` in a transaction of no institution. It can read the table of institutions and nothing else: any other
   * table asks for the institution and refuses without one.
   */
  platform<T>(work: Work<T>, options: TransactionOptions = {}): Promise<T> {
    return this.#transact(this.#kernel, { ...options, institutionId: undefined }, work)
  }

  /** The schema of one application. */
  application(applicationId: string): ApplicationDatabase {
    const pool = this.#applicationPool(applicationId)
    return {
      transaction: (institutionId, work, options = {}) =>
        this.#transact(pool, { ...options, institutionId }, work),
    }
  }

  /** Whether the database answers. */
  async isReachable(): Promise<boolean> {
    try {
      await this.#kernel.query('select 1')
      return true
    } catch {
      return false
    }
  }

  /** Waits for running transactions and gives the connections back. */
  async close(): Promise<void> {
    await Promise.all([this.#kernel, ...this.#applications.values()].map((pool) => pool.end()))
  }

  #applicationPool(applicationId: string): pg.Pool {
    const known = this.#applications.get(applicationId)
    if (known !== undefined) return known
    const made = this.#pool(applicationRole(applicationId), applicationSchema(applicationId), 3)
    this.#applications.set(applicationId, made)
    return made
  }

  #pool(role: string, schema: string, max: number): pg.Pool {
    const pool = new pg.Pool({
      ...this.#options.cluster.connection(role, schema),
      max,
      // Statements need not wait for one another's answers: `begin` travels with the first, a batch travels at once.
      pipeline: true,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      connectionTimeoutMillis: this.#patienceMs,
      idleTimeoutMillis: 30_000,
    })
    // An idle connection reports a stopped server here; the pool drops it and the next transaction makes a new one.
    pool.on('error', () => undefined)
    return pool
  }

  get #patienceMs(): number {
    return this.#options.patienceMs ?? 10_000
  }

  async #transact<T>(pool: pg.Pool, scope: Scope, work: Work<T>): Promise<T> {
    const begin = beginText(scope)
    for (let attempt = 1; ; attempt++) {
      const client = await this.#connect(pool)
      const tx = new Transaction(client, scope.institutionId)
      const progress: Progress = { isCommitting: false }
      try {
        return await attemptOnce(client, { begin, work: () => work(tx), progress })
      } catch (error) {
        const isLost = isUnavailable(error)
        // What was not committed did not happen; what was sent to be committed may have.
        const mayRepeat = scope.isRetried !== false && attempt < ATTEMPTS && !progress.isCommitting
        if (!mayRepeat || !(isLost || isTransient(error)))
          throw isLost ? new Refusal('database.unavailable', {}, { cause: error }) : error
      } finally {
        tx.end()
      }
      // Two that collided must not collide again in step.
      await sleep(Math.random() * 5 * 2 ** attempt)
    }
  }

  /** Takes a connection, waiting for a server that is being brought back. */
  async #connect(pool: pg.Pool): Promise<pg.PoolClient> {
    const giveUpAt = performance.now() + this.#patienceMs
    for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
      try {
        return await pool.connect()
      } catch (error) {
        if (!isUnavailable(error)) throw error
        if (pool.ending || performance.now() + wait > giveUpAt)
          throw new Refusal('database.unavailable', {}, { cause: error })
      }
      await sleep(wait)
    }
  }
}

interface Scope extends TransactionOptions {
  readonly institutionId: string | undefined
}

/** One message begins the transaction and sets its bounds. The identifier is checked, for no parameter can stand here. */
function beginText({ institutionId, isReadOnly, statementTimeoutMs }: Scope): string {
  const parts = [isReadOnly === true ? 'begin isolation level repeatable read read only' : 'begin']
  if (institutionId !== undefined) {
    if (!UUID.test(institutionId)) throw new Error('an institution is named by its UUID')
    parts.push(`set local khudi.institution_id = '${institutionId}'`)
  }
  if (statementTimeoutMs !== undefined)
    parts.push(`set local statement_timeout = ${Math.trunc(statementTimeoutMs)}`)
  return parts.join('; ')
}

/** How far a transaction came. */
interface Progress {
  isCommitting: boolean
}

interface Attempt<T> {
  readonly begin: string
  readonly work: () => Promise<T>
  readonly progress: Progress
}

async function attemptOnce<T>(client: pg.PoolClient, { begin, work, progress }: Attempt<T>): Promise<T> {
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
    client.release(isBroken)
  }
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
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
function isTransient(error: unknown): boolean {
  const state = sqlState(error)
  return state === '40001' || state === '40P01' || isStalePlan(error)
}
