/**
 * The one that gives every entry its place, signs and publishes, for all institutions of a node. Any number may be started
 * on one database: whoever holds the lock works, the others stand by and take over when its connection ends.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LockedSession, Transaction } from '../db/database.ts'
import { type FileLock, tryLockFile } from '../db/file-lock.ts'
import { Fatal } from '../errors.ts'
import { type InstitutionRow, institutions } from '../institutions/institutions.ts'
import type { Kernel } from '../kernel.ts'
import type { CheckpointSigner } from './checkpoint.ts'
import { batchSize, type HeldLog, type Round, runRound } from './round.ts'
import type { SignedCheckpoint } from './standing.ts'
import { findLog, institutionsWithPending, makeLog } from './store.ts'
import { TileFolder } from './tiles.ts'

export interface SequencerOptions extends Pick<Kernel, 'db' | 'logFolder' | 'clock'> {
  /** The origin that a new log gets, for ever. */
  originOf(institution: InstitutionRow): string
  /** Opens, or makes at first use, the key that signs the log's checkpoints. */
  signerFor(log: { readonly institutionId: string; readonly origin: string }): Promise<CheckpointSigner>
  /** Called for every published checkpoint, and once for the last one after each take-over. */
  onPublished?(published: Published): void
  /** A log's record cannot be gone on with: it is left as it is, the others go on. */
  onFatal?(institutionId: string, fatal: Fatal): void
  /** A tile that was missing or damaged was made again. */
  onDamage?(institutionId: string, path: string): void
  /** A round failed and is tried again: database gone, disk full. */
  onFault?(error: unknown): void
  /** See {@link runRound}. */
  atStep?(step: number): void | Promise<void>
  readonly timing?: Partial<Timing>
}

export interface Published {
  readonly institutionId: string
  readonly origin: string
  readonly checkpoint: SignedCheckpoint
}

interface Timing {
  /** From the beginning of one round to the next, where the batches are not full. */
  readonly roundMs: number
  /** Until somebody who stands by asks for the lock again. */
  readonly standbyMs: number
  /** After a fault. */
  readonly faultMs: number
}

const usual: Timing = { roundMs: 300, standbyMs: 1_000, faultMs: 1_000 }
/** Logs whose rounds go on at once: while one waits for the disk another computes. */
const concurrentLogs = 4
const lockName = 'khudi log sequencer'

export interface SequencerHealth {
  /** Whether this process holds the lock. */
  readonly isSequencing: boolean
  /** Logs that were stopped, by institution. */
  readonly stopped: ReadonlyMap<string, Fatal>
  /** What the last attempt failed on; undefined once one succeeds. */
  readonly fault: unknown
}

export class Sequencer {
  readonly #options: SequencerOptions
  readonly #timing: Timing
  readonly #stopping = new AbortController()
  readonly #stopped = new Map<string, Fatal>()
  #running: Promise<void> | undefined
  #isSequencing = false
  #fault: unknown

  constructor(options: SequencerOptions) {
    this.#options = options
    this.#timing = { ...usual, ...options.timing }
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Ends the rounds under way and gives the lock back. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  health(): SequencerHealth {
    return { isSequencing: this.#isSequencing, stopped: new Map(this.#stopped), fault: this.#fault }
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        if (await this.#holdLock()) continue
        await this.#pause(this.#timing.standbyMs)
      } catch (error) {
        this.#failed(error)
        await this.#pause(this.#timing.faultMs)
      }
    }
  }

  /** Works as long as lock and connection last; false where another holds one of the locks. */
  async #holdLock(): Promise<boolean> {
    const { db, logFolder } = this.#options
    mkdirSync(logFolder, { recursive: true, mode: 0o700 })
    const session = await db.tryLock(lockName)
    let files: FileLock | undefined
    try {
      // The database's lock is lost with a connection; a process that lost it so, or was halted in the middle of a round,
      // must be gone before another writes into the same folder.
      files = session && tryLockFile(join(logFolder, 'sequencer.lock'))
      if (session === undefined || files === undefined) return false
      this.#isSequencing = true
      await this.#sequence(session)
      return true
    } finally {
      this.#isSequencing = false
      files?.release()
      await session?.release()
    }
  }

  async #sequence(session: LockedSession): Promise<void> {
    const logs = new Logs(this.#options, session)
    /** When to try again those whose last round did not end well; at first all: it is unknown what a crash left. */
    const unsettled = new Map(
      (await institutions(this.#options)).map(({ institutionId }) => [institutionId, 0]),
    )
    while (!this.#isStopping && !session.isLost) {
      const startedAt = performance.now()
      const pending = await session.platform((tx) => tx.rows(institutionsWithPending))
      const all = new Set([...unsettled.keys(), ...pending.map(({ institutionId }) => institutionId)])
      const due = [...all].filter((one) => !this.#stopped.has(one) && (unsettled.get(one) ?? 0) <= startedAt)
      let isFull = false
      const worker = async () => {
        for (let next = due.shift(); next !== undefined; next = due.shift()) {
          const round = await this.#roundOf(next, { logs, isFirst: unsettled.has(next) })
          if (round !== undefined || this.#stopped.has(next)) unsettled.delete(next)
          else unsettled.set(next, performance.now() + this.#timing.faultMs)
          isFull ||= round?.added === batchSize
        }
      }
      await Promise.all(Array.from({ length: concurrentLogs }, worker))
      if (unsettled.size === 0) this.#fault = undefined
      // A full batch says that more is waiting.
      if (!isFull) await this.#pause(startedAt + this.#timing.roundMs - performance.now())
    }
  }

  /** Undefined where the round failed; it is then made again, or the log is stopped. */
  async #roundOf(
    institutionId: string,
    { logs, isFirst }: { readonly logs: Logs; readonly isFirst: boolean },
  ): Promise<Round | undefined> {
    try {
      const log = await logs.get(institutionId)
      const round = await runRound(log)
      const { checkpoint, isNew } = round
      if (isNew || isFirst) this.#options.onPublished?.({ institutionId, origin: log.origin, checkpoint })
      return round
    } catch (error) {
      if (error instanceof Fatal) {
        this.#stopped.set(institutionId, error)
        this.#options.onFatal?.(institutionId, error)
      } else this.#failed(error)
      return undefined
    }
  }

  #failed(error: unknown): void {
    this.#fault = error
    this.#options.onFault?.(error)
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted
  }

  async #pause(ms: number): Promise<void> {
    if (ms <= 0) return
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
  }
}

/** The logs that rounds were made for since the lock was taken. */
class Logs {
  readonly #options: SequencerOptions
  readonly #session: LockedSession
  readonly #known = new Map<string, HeldLog>()

  constructor(options: SequencerOptions, session: LockedSession) {
    this.#options = options
    this.#session = session
  }

  async get(institutionId: string): Promise<HeldLog> {
    const known = this.#known.get(institutionId)
    if (known !== undefined) return known
    const made = await this.#open(institutionId)
    this.#known.set(institutionId, made)
    return made
  }

  /** At the first use of all, makes the log. */
  async #open(institutionId: string): Promise<HeldLog> {
    const { logFolder, clock, originOf, signerFor, onDamage, atStep } = this.#options
    const transact = <T>(work: (tx: Transaction) => Promise<T>) =>
      this.#session.transaction(institutionId, work)
    const institution = (await institutions(this.#options)).find((one) => one.institutionId === institutionId)
    if (institution === undefined)
      throw new Error(`entries of an institution that does not exist: ${institutionId}`)
    const { origin } = await transact(async (tx) => {
      await tx.run(makeLog, [institutionId, originOf(institution), clock()])
      return tx.one(findLog, [institutionId])
    })
    const folder = new TileFolder(join(logFolder, institutionId))
    await folder.removeLeftovers()
    const signer = await signerFor({ institutionId, origin })
    if (signer.origin !== origin) throw new Error(`a signer of ${signer.origin} for the log ${origin}`)
    return {
      institutionId,
      origin,
      folder,
      transact,
      signer,
      clock,
      onDamage: (path) => onDamage?.(institutionId, path),
      ...(atStep && { atStep }),
    }
  }
}
