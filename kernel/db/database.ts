/**
 * The database as the kernel sees it: transactions of an institution, and of an application's own schema.
 *
 * The kernel connects as `khudi_kernel`, for which row-level security holds: a transaction names its institution first,
 * and sees and writes nothing else. Each application has a role of its own that reaches its schema and no more.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { Refusal } from '../errors.ts'
import { attemptOnce, beginText, isTransient, type Progress, type Scope } from './attempt.ts'
import type { Cluster } from './cluster.ts'
import { LockedSession } from './locked-session.ts'
import { applicationRole, applicationSchema, KERNEL_ROLE, KERNEL_SCHEMA } from './roles.ts'
import { Transaction } from './transaction.ts'
import { isUnavailable } from './unavailable.ts'

export type { LockedSession } from './locked-session.ts'
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
  /**
   * False for what counts only together with a later transaction that waits for the disk: the write-ahead log is flushed in
   * order, so that one's commit makes this one durable too. True unless told.
   */
  readonly waitsForDisk?: boolean
  /**
   * The units whose cases the transaction sees and writes, and what hangs on them: `unitsFor(actor, scope)`, or `everywhere`
   * (undefined) for all of the institution. Where it is left out, touching a case is an error of the database.
   */
  readonly units?: readonly string[] | undefined
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

  /**
   * A connection of its own that holds the database's lock of this name (an advisory lock), or undefined where another
   * holds it. @throws Refusal `database.unavailable`
   */
  tryLock(name: string): Promise<LockedSession | undefined> {
    const config = this.#options.cluster.connection(KERNEL_ROLE, KERNEL_SCHEMA)
    return LockedSession.tryOpen({ ...config, ...this.#bounds }, name)
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
      ...this.#bounds,
      max,
      idleTimeoutMillis: 30_000,
    })
    // An idle connection reports a stopped server here; the pool drops it and the next transaction makes a new one.
    pool.on('error', () => undefined)
    return pool
  }

  get #bounds() {
    return {
      // Statements need not wait for one another's answers: `begin` travels with the first, a batch travels at once.
      pipeline: true,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      connectionTimeoutMillis: this.#patienceMs,
    }
  }

  get #patienceMs(): number {
    return this.#options.patienceMs ?? 10_000
  }

  async #transact<T>(pool: pg.Pool, scope: Scope & TransactionOptions, work: Work<T>): Promise<T> {
    const begin = beginText(scope)
    for (let attempt = 1; ; attempt++) {
      const client = await this.#connect(pool)
      const tx = new Transaction(client, scope.institutionId)
      const progress: Progress = { isCommitting: false }
      try {
        const onEnd = (isBroken: boolean) => client.release(isBroken)
        return await attemptOnce(client, { begin, work: () => work(tx), progress, onEnd })
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
