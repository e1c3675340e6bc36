/** The way out of this process: asks, records, sends, counts. */
import type { Standing } from '../backends/reading.ts'
import { recordTransfer } from '../backends/transfers.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import type { Admitted, Egress, EgressCount, EgressVerdict, Outgoing, OutgoingRequest } from './egress.ts'
import { type GateOptions, look, type Passed, pass } from './gate.ts'
import { type Outbound, unguarded } from './outbound.ts'
import { Connections, requireEncryption, send, targetAt } from './sending.ts'

export interface WayOutOptions extends GateOptions {
  /** Where a guard keeps everybody else from the network: what it lets this alone do. */
  readonly outbound?: Outbound
}

export class WayOut implements Egress {
  readonly #options: WayOutOptions
  readonly #connections: Connections
  readonly #counts = new Map<string, Map<EgressVerdict, number>>()

  constructor(options: WayOutOptions) {
    this.#options = options
    this.#connections = new Connections(options.outbound ?? unguarded)
  }

  async fetch(outgoing: Outgoing, url: string | URL, request: OutgoingRequest = {}): Promise<Response> {
    const { backend, target } = await this.#counted(outgoing, async () => {
      const passed = await pass(this.#options, outgoing)
      const target = targetAt(passed.backend, url)
      requireEncryption(passed.backend, outgoing.classification)
      await this.#record(outgoing, passed)
      return { ...passed, target }
    })
    return send(this.#connections.to(outgoing.institutionId, backend), backend, { url: target, request })
  }

  look(tx: Transaction, backendIds: readonly string[]): Promise<Standing> {
    return look(this.#options, tx, backendIds)
  }

  async require(outgoing: Outgoing, seen?: Standing): Promise<Admitted> {
    const { backend, ...admitted } = await this.#counted(outgoing, () => pass(this.#options, outgoing, seen))
    return admitted
  }

  counts(): readonly EgressCount[] {
    return [...this.#counts].flatMap(([backendId, verdicts]) =>
      [...verdicts].map(([verdict, calls]) => ({ backendId, verdict, calls })),
    )
  }

  close(): Promise<void> {
    return this.#connections.close()
  }

  /** Recorded before it leaves: a crash in between leaves an entry of what was not sent, never the other way round. */
  async #record(outgoing: Outgoing, { isForeign, backendId, backendVersion }: Passed): Promise<void> {
    const { institutionId, classification, purpose, role, isRedacted } = outgoing
    if (!isForeign || classification === 'open') return
    const transfer = { backendId, backendVersion, classification, purpose, role, isRedacted }
    await this.#options.db.transaction(institutionId, (tx) =>
      recordTransfer(tx, this.#options.clock(), transfer),
    )
  }

  async #counted<P extends Passed>({ backendId }: Outgoing, ask: () => Promise<P>): Promise<P> {
    try {
      const passed = await ask()
      this.#count(passed.backendId, 'allowed')
      return passed
    } catch (error) {
      const isAnswer = error instanceof Refusal && !unanswered.has(error.code)
      // Names that are in no register would be without end.
      const isKnown = !(error instanceof Refusal && error.code === 'backend.not_found')
      this.#count(isKnown ? backendId : 'none', isAnswer ? 'refused' : 'failed')
      throw error
    }
  }

  #count(backendId: string, verdict: EgressVerdict): void {
    const verdicts = this.#counts.get(backendId) ?? new Map<EgressVerdict, number>()
    this.#counts.set(backendId, verdicts)
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
  }
}

/** Nobody could say: nothing was allowed, and nothing forbidden either. */
const unanswered: ReadonlySet<string> = new Set(['policy.unavailable', 'database.unavailable'])
