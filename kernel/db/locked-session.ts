/**
 * A connection that holds a lock, and does its transactions itself: whoever loses the lock, because the connection is
 * lost, has lost the ability to write as well.
 */
import pg from 'pg'
import { Refusal } from '../errors.ts'
import { attemptOnce, beginText } from './attempt.ts'
import { Transaction } from './transaction.ts'
import { isUnavailable } from './unavailable.ts'

/**
 * A holder whose machine has gone keeps the lock until the server notices: it asks after 10 s of silence, and three answers
 * that fail to come end the connection. Without effect on a Unix socket, where the end of a process is seen at once.
 */
const notice = 'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3'

export class LockedSession {
  readonly #client: pg.Client
  #isLost = false
  /** The last transaction under way: there is one connection, so each waits for the one before. */
  #last: Promise<unknown> = Promise.resolve()

  private constructor(client: pg.Client) {
    this.#client = client
    const lost = () => {
      this.#isLost = true
    }
    client.on('error', lost)
    client.on('end', lost)
  }

  /** Undefined where another holds the lock. @throws Refusal `database.unavailable` */
  static async tryOpen(config: pg.ClientConfig, lock: string): Promise<LockedSession | undefined> {
    const client = new pg.Client(config)
    const session = new LockedSession(client)
    try {
      await client.connect()
      await client.query(notice)
      const { rows } = await client.query<{ held: boolean }>(
        'select pg_try_advisory_lock(hashtextextended($1, 0)) as held',
        [lock],
      )
      if (rows[0]?.held === true) return session
    } catch (error) {
      await session.release()
      throw isUnavailable(error) ? new Refusal('database.unavailable', {}, { cause: error }) : error
    }
    await session.release()
    return undefined
  }

  /** The connection is gone, and the lock with it. */
  get isLost(): boolean {
    return this.#isLost
  }

  /**
   * A transaction that sees and writes the rows of one institution, of all its units. It is not repeated: after a lost connection another may
   * hold the lock. @throws Refusal `database.unavailable`
   */
  transaction<T>(institutionId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#transact(institutionId, work)
  }

  /** A transaction of no institution. */
  platform<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#transact(undefined, work)
  }

  /** Gives lock and connection back. */
  async release(): Promise<void> {
    this.#isLost = true
    await this.#client.end().catch(() => undefined)
  }

  #transact<T>(institutionId: string | undefined, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      if (this.#isLost) throw new Refusal('database.unavailable')
      const tx = new Transaction(this.#client, institutionId)
      try {
        return await attemptOnce(this.#client, {
          begin: beginText({ institutionId, units: undefined }),
          work: () => work(tx),
          progress: { isCommitting: false },
          onEnd: (isBroken) => {
            if (isBroken) this.#isLost = true
          },
        })
      } catch (error) {
        throw isUnavailable(error) ? new Refusal('database.unavailable', {}, { cause: error }) : error
      } finally {
        tx.end()
      }
    }
    const turn = this.#last.then(run)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
