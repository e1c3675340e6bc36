/** One run of an audit: how far it is, and what was found. */
import type { Transaction, TransactionOptions } from '../../db/database.ts'
import type { LogPlace } from '../standing.ts'
import { casePage, casePages, checkCases, firstCase, lastCase } from './derived/derived.ts'
import type { Finding, Report } from './findings.ts'
import { checkCasePairs, checkPairs, checkRecords } from './records/records.ts'
import { backendId, cancelBackend } from './store.ts'
import { checkRange, type RootClaim, type TreeState, treeStart } from './tree.ts'

/** Where an audit stands. Whoever goes on from here trusts what was checked before. */
export interface AuditState {
  readonly tree: TreeState
  /** Number of the newest key of the log seen so far. */
  readonly newestKey: number
  /** Entries whose records were checked. */
  readonly records: number
  /** The last case that was checked. */
  readonly lastCase: string
  readonly findings: readonly Finding[]
  readonly found: number
  readonly firstDivergent: number | null
}

export const auditStart: AuditState = {
  tree: treeStart,
  newestKey: 0,
  records: 0,
  lastCase: firstCase,
  findings: [],
  found: 0,
  firstDivergent: null,
}

/** What is counted while it is done: entries of the tree, entries with their records, cases (beside one long question), data keys. */
export type AuditStage = 'tree' | 'records' | 'cases' | 'keys'

export interface AuditedLog extends LogPlace {
  transact<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>
}

export interface RunOptions {
  /** Told after each range; `total` is undefined where nobody counts. */
  readonly onProgress?: ((stage: AuditStage, done: number, total: number | undefined) => void) | undefined
  /** Told after each range where the audit stands. */
  readonly onState?: ((state: AuditState) => Promise<void> | void) | undefined
  /** Statements of the records that run at once; two unless told. */
  readonly parallel?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Findings that are kept. */
const mostKept = 1_000
/** Entries whose records one statement checks: some 150 ms, which is how long an interruption waits. */
const recordRange = 16_384
/** The one question that is asked about everything at once may take its time. */
const longStatementMs = 6 * 3_600_000

export class AuditRun {
  readonly institutionId: string
  readonly #log: AuditedLog
  readonly #options: RunOptions
  #state: AuditState

  constructor(log: AuditedLog, options: RunOptions, from: AuditState = auditStart) {
    this.institutionId = log.institutionId
    this.#log = log
    this.#options = options
    this.#state = from
  }

  readonly transact: AuditedLog['transact'] = (work, options) => this.#log.transact(work, options)

  readonly report: Report = (code, entry, values = {}) => {
    const { findings, found, firstDivergent } = this.#state
    const isFirst = entry !== null && (firstDivergent === null || entry < firstDivergent)
    this.#state = {
      ...this.#state,
      findings: found < mostKept ? [...findings, { code, entry, values }] : findings,
      found: found + 1,
      firstDivergent: isFirst ? entry : firstDivergent,
    }
  }

  /** In one order, whichever of what goes on side by side was first. */
  findings(): Pick<AuditState, 'findings' | 'found' | 'firstDivergent'> {
    const { findings, found, firstDivergent } = this.#state
    const textOf = ({ code, values }: Finding) => `${code} ${JSON.stringify(values)}`
    const placeOf = ({ entry }: Finding) => entry ?? Number.POSITIVE_INFINITY
    const sorted = findings.toSorted(
      (a, b) => placeOf(a) - placeOf(b) || (textOf(a) < textOf(b) ? -1 : textOf(a) > textOf(b) ? 1 : 0),
    )
    return { findings: sorted, found, firstDivergent }
  }

  /** The tree of `size` entries, with what is claimed of it on the way. */
  async tree({
    size,
    claims,
  }: {
    readonly size: number
    claims(range: { readonly from: number; readonly to: number; readonly newest: number }): Promise<{
      readonly claims: readonly RootClaim[]
      readonly newest: number
    }>
  }): Promise<void> {
    if (this.#state.tree.size > size)
      this.report('log.rolled_back', size, { place: 'audit', size: String(this.#state.tree.size) })
    let newest = this.#state.newestKey
    const check = {
      place: this.#log,
      report: this.report,
      size,
      claims: async (from: number, to: number) => {
        const found = await claims({ from, to, newest })
        newest = found.newest
        return found.claims
      },
    }
    // A tree without entries may have its checkpoint too.
    for (let isFirst = size === 0; isFirst || this.#state.tree.size < size; isFirst = false) {
      this.#options.signal?.throwIfAborted()
      const tree = await checkRange(check, this.#state.tree)
      await this.#moved({ tree, newestKey: newest })
      this.#options.onProgress?.('tree', tree.size, size)
    }
  }

  /** The records of the first `placed` entries. */
  async records(placed: number): Promise<void> {
    const from = this.#state.records
    const ends = Array.from({ length: Math.ceil(Math.max(0, placed - from) / recordRange) }, (_, at) =>
      Math.min(placed, from + (at + 1) * recordRange),
    )
    await this.#sideBySide(from, ends, {
      check: (start, end) => checkRecords(this, { from: start, to: end }),
      reached: async (records) => {
        await this.#moved({ records })
        this.#options.onProgress?.('records', records, placed)
      },
    })
  }

  /** Where the cases stand. */
  async cases(): Promise<void> {
    const after = this.#state.lastCase
    if (after === lastCase) return
    const ends = await casePages(this, after)
    let done = 0
    await this.#sideBySide(after, ends, {
      check: (start, end) => checkCases(this, { after: start, last: end }),
      reached: async (end) => {
        await this.#moved({ lastCase: end })
        if (end !== lastCase) done += casePage
        this.#options.onProgress?.('cases', done, undefined)
      },
    })
  }

  /**
   * Checks ranges, of which each begins where the one before ends, a few at once. `reached` is told up to where all are done: an
   * interruption loses what was done beyond.
   */
  async #sideBySide<T>(
    start: T,
    ends: readonly T[],
    { check, reached }: { check(from: T, to: T): Promise<void>; reached(end: T): Promise<void> },
  ): Promise<void> {
    const { parallel = 2, signal } = this.#options
    const isDone = ends.map(() => false)
    let next = 0
    let reachedEnds = 0
    const worker = async () => {
      for (;;) {
        const at = next
        const end = ends[at]
        if (end === undefined) return
        signal?.throwIfAborted()
        next += 1
        await check(ends[at - 1] ?? start, end)
        isDone[at] = true
        while (isDone[reachedEnds] === true) {
          const reachedEnd = ends[reachedEnds]
          reachedEnds += 1
          if (reachedEnd !== undefined && isDone[reachedEnds] !== true) await reached(reachedEnd)
        }
      }
    }
    const workers = await Promise.allSettled(Array.from({ length: parallel }, worker))
    for (const end of workers) if (end.status === 'rejected') throw end.reason
  }

  /** Entries and rows as pairs: long statements, which an interruption cancels. Answers whether their numbers agree. */
  async pairs(): Promise<boolean> {
    return this.#cancellable((transact) => checkPairs({ ...this, transact }))
  }

  /** The same of what is about cases, record by record. */
  async casePairs(): Promise<void> {
    await this.#cancellable((transact) => checkCasePairs({ ...this, transact }))
  }

  async #cancellable<T>(
    work: (transact: <R>(inside: (tx: Transaction) => Promise<R>) => Promise<R>) => Promise<T>,
  ): Promise<T> {
    const { signal } = this.#options
    signal?.throwIfAborted()
    let backend: number | undefined
    const cancel = () => {
      if (backend === undefined) return
      const parameters = [backend]
      this.transact((tx) => tx.rows(cancelBackend, parameters)).catch(() => undefined)
    }
    signal?.addEventListener('abort', cancel)
    try {
      return await this.transact(
        async (tx) => {
          backend = (await tx.one(backendId)).backend
          return work((inside) => inside(tx))
        },
        { statementTimeoutMs: longStatementMs, isRetried: false },
      )
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    } finally {
      signal?.removeEventListener('abort', cancel)
    }
  }

  async #moved(to: Partial<AuditState>): Promise<void> {
    this.#state = { ...this.#state, ...to }
    await this.#options.onState?.(this.#state)
  }
}
