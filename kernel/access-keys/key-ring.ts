/** Keys that were asked for of late, so that a request need not ask the database who sends it. */
import type { Actor } from '../access/roles.ts'
import { readToken } from '../access/tokens.ts'
import type { Database } from '../db/database.ts'
import { membership } from './addresses.ts'
import { type KeyRow, keyByHash, noteUse } from './store.ts'

/** How long a key is believed without asking the database: within it another process's revocation takes effect. */
const believedMs = 1_000
/** More than this many keys within a second are looked up anew. */
const mostBelieved = 10_000
/** The use of a key is noted no more often. */
const notedMs = 60_000

interface Known {
  readonly found: Promise<Bearer | undefined>
  readonly until: number
}

/** A key that exists, and what can be told of it without the database. */
interface Bearer {
  readonly actor: Actor
  readonly row: KeyRow
  isFrom(address: string | undefined): boolean
}

interface KeyRingOptions {
  readonly db: Database
  clock(): Date
}

export class KeyRing {
  readonly #options: KeyRingOptions
  readonly #known = new Map<string, Known>()
  /** When each key's use was last noted by this process, by its identifier. */
  readonly #noted = new Map<string, number>()

  constructor(options: KeyRingOptions) {
    this.#options = options
  }

  /**
   * The connected system behind a key; `undefined` where the key is unknown, expired or revoked, or used from an address
   * that it is not good from.
   *
   * @param address where the request comes from, as the server reads it behind its trusted proxies
   */
  async actorOf(token: string, address: string | undefined): Promise<Actor | undefined> {
    const read = readToken(token)
    if (read === undefined) return undefined
    const { institutionId, hash } = read
    const keyId = Buffer.from(hash).toString('hex')
    const bearer = await this.#believe(keyId, institutionId, hash)
    if (bearer === undefined) return undefined
    const at = this.#options.clock()
    const { revokedAt, expiresAt } = bearer.row
    if (revokedAt !== null || expiresAt <= at || !bearer.isFrom(address)) return undefined
    this.#note(keyId, bearer, at)
    return bearer.actor
  }

  /** From now on the database is asked again. */
  forget(keyId: string): void {
    this.#known.delete(keyId)
  }

  #believe(keyId: string, institutionId: string, hash: Uint8Array): Promise<Bearer | undefined> {
    const now = performance.now()
    const known = this.#known.get(keyId)
    if (known !== undefined && known.until > now) return known.found
    if (this.#known.size >= mostBelieved) this.#known.clear()
    const found = this.#look(institutionId, hash)
    this.#known.set(keyId, { found, until: now + believedMs })
    // A failed look-up is nothing to believe.
    found.catch(() => this.#known.delete(keyId))
    return found
  }

  async #look(institutionId: string, hash: Uint8Array): Promise<Bearer | undefined> {
    const row = await this.#options.db.transaction(
      institutionId,
      (tx) => tx.maybe(keyByHash, [institutionId, hash]),
      { isReadOnly: true },
    )
    if (row === undefined) return undefined
    const actor: Actor = {
      institutionId,
      name: `key:${row.label}`,
      accountId: undefined,
      roles: row.roles,
      applicationId: row.applicationId ?? undefined,
      ...(row.purposes !== null && { purposes: row.purposes }),
    }
    return { actor, row, isFrom: row.addresses === null ? () => true : membership(row.addresses) }
  }

  /**
   * Notes the use of a key, beside the request and not waited for: a use that is not noted is noted with the next one, and a
   * request does not fail because of it.
   */
  #note(keyId: string, { actor, row }: Bearer, at: Date): void {
    const last = this.#noted.get(keyId)
    if (last !== undefined && at.getTime() - last < notedMs) return
    if (this.#noted.size >= mostBelieved) this.#noted.clear()
    this.#noted.set(keyId, at.getTime())
    const before = new Date(at.getTime() - notedMs)
    this.#options.db
      .transaction(
        actor.institutionId,
        (tx) => tx.run(noteUse, [actor.institutionId, row.keyHash, at, before]),
        { waitsForDisk: false },
      )
      .catch(() => this.#noted.delete(keyId))
  }
}
