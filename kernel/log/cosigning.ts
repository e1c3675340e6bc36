/**
 * Has every published checkpoint cosigned by the witnesses of the policy, side by side, each at its own pace: one that fails is
 * asked again after a while, and nobody waits for it. What is asked is always about the newest checkpoint.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { everywhere } from '../access/roles.ts'
import { Fatal, Refusal } from '../errors.ts'
import { institutions } from '../institutions/institutions.ts'
import type { Kernel } from '../kernel.ts'
import {
  type Asking,
  askWitness,
  compareWithWitness,
  type Transport,
  type WitnessPlace,
} from './ask-witness.ts'
import { askedWitnesses, policyOf } from './policy.ts'
import { logOf } from './published.ts'
import { recordCosigned, recordWitnessFailure, witnessesAsked } from './store.ts'
import { overEgress } from './witness-transport.ts'

export interface CosigningOptions
  extends Pick<Kernel, 'db' | 'logFolder' | 'clock' | 'installation' | 'egress'> {
  /** A witness shows that the log was rolled back or tells two histories: nothing more may be signed for it. */
  onFatal?(institutionId: string, fatal: Fatal): void
  /** The database failed, or we did; it is tried again. */
  onFault?(error: unknown): void
  /** Through the way out unless told. */
  readonly transport?: Transport
  readonly timing?: Partial<Timing>
}

interface Timing {
  /** From one cosignature of a witness to the next question, at least. */
  readonly intervalMs: number
  /** After a first failure; doubled with each further one, up to {@link mostBackOffMs}. */
  readonly backOffMs: number
}

const usual: Timing = { intervalMs: 250, backOffMs: 1_000 }
const mostBackOffMs = 300_000

/** A witness that is being asked. */
interface Asker {
  /** Whether there is something newer than what it was asked about last. */
  isDue: boolean
}

export class Cosigning {
  readonly #options: CosigningOptions
  readonly #timing: Timing
  readonly #stopping = new AbortController()
  readonly #askers = new Map<string, Asker>()
  readonly #running = new Set<Promise<void>>()
  readonly #stopped = new Set<string>()

  constructor(options: CosigningOptions) {
    this.#options = options
    this.#timing = { ...usual, ...options.timing }
  }

  /** A checkpoint of this institution was published, or its policy changed. */
  published(institutionId: string): void {
    this.#track(this.#wake(institutionId))
  }

  /** Resolves when nothing is under way, nor waiting to be tried again. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.idle()
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#options.onFault?.(error)
      })
      .finally(() => this.#running.delete(tracked))
    this.#running.add(tracked)
  }

  async #wake(institutionId: string): Promise<void> {
    for (const { url } of await placesOf(this.#options, institutionId)) {
      const key = `${institutionId} ${url}`
      const known = this.#askers.get(key)
      if (known !== undefined) {
        known.isDue = true
        continue
      }
      const asker: Asker = { isDue: true }
      this.#askers.set(key, asker)
      this.#track(this.#askUntilDone(asker, institutionId, url).finally(() => this.#askers.delete(key)))
    }
  }

  async #askUntilDone(asker: Asker, institutionId: string, url: string): Promise<void> {
    let failures = 0
    while (asker.isDue && !this.#stopping.signal.aborted && !this.#stopped.has(institutionId)) {
      asker.isDue = false
      const isDone = await this.#ask(institutionId, url)
      failures = isDone ? 0 : failures + 1
      asker.isDue ||= !isDone
      const backOffMs = Math.min(this.#timing.backOffMs * 2 ** (failures - 1), mostBackOffMs)
      // Those that failed together are not to ask together again.
      await this.#pause(isDone ? this.#timing.intervalMs : backOffMs * (0.75 + Math.random() / 2))
    }
  }

  /** False where it failed and is to be tried again. */
  async #ask(institutionId: string, url: string): Promise<boolean> {
    const options = { ...this.#options, signal: this.#stopping.signal }
    try {
      return await cosignOnce(options, institutionId, url)
    } catch (error) {
      if (error instanceof Fatal) {
        this.#stopped.add(institutionId)
        this.#options.onFatal?.(institutionId, error)
        return true
      }
      if (!this.#stopping.signal.aborted) this.#options.onFault?.(error)
      return false
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
  }
}

type Once = Pick<CosigningOptions, 'db' | 'logFolder' | 'clock' | 'installation' | 'egress' | 'transport'> & {
  readonly signal: AbortSignal
}

async function placesOf({ db }: Pick<Kernel, 'db'>, institutionId: string): Promise<WitnessPlace[]> {
  const { policy } = await policyOf({ db }, institutionId)
  const places = new Map<string, WitnessPlace>()
  for (const witness of askedWitnesses(policy)) {
    const { url } = witness
    places.set(url, { url, witnesses: [...(places.get(url)?.witnesses ?? []), witness] })
  }
  return [...places.values()]
}

/** Asks one witness once and records how it went; false where it failed. @throws Fatal as {@link askWitness} */
async function cosignOnce(options: Once, institutionId: string, url: string): Promise<boolean> {
  const found = await askingOf(options, institutionId)
  const witness = (await placesOf(options, institutionId)).find((one) => one.url === url)
  if (found === undefined || witness === undefined) return true
  const { place, clock } = found
  const asked = await place.transact((tx) => tx.rows(witnessesAsked, [institutionId]))
  const believed = asked.find((one) => one.url === url)?.treeSize ?? 0
  return recording(options, { institutionId, url }, async () => {
    const { size, isCosigned } = await askWitness(found, witness, believed)
    return { size, cosignedAt: isCosigned ? clock() : null }
  })
}

async function askingOf({ signal, ...options }: Once, institutionId: string): Promise<Asking | undefined> {
  const { db, logFolder, clock, transport = overEgress(options, institutionId) } = options
  const place = await logOf({ db, logFolder }, institutionId)
  return (
    place && {
      place: { ...place, transact: (work) => db.transaction(institutionId, work, { units: everywhere }) },
      clock,
      transport,
      signal,
    }
  )
}

interface Answer {
  readonly size: number
  readonly cosignedAt: Date | null
}

/** A failure of the witness is recorded; everything else is not its own. */
async function recording(
  { db, clock, signal }: Once,
  { institutionId, url }: { readonly institutionId: string; readonly url: string },
  work: () => Promise<Answer>,
): Promise<boolean> {
  try {
    const { size, cosignedAt } = await work()
    await db.transaction(institutionId, (tx) =>
      tx.run(recordCosigned, [institutionId, url, size, cosignedAt]),
    )
    return true
  } catch (error) {
    if (signal.aborted || !(error instanceof Refusal) || error.parameters.witness !== url) throw error
    const { code, parameters } = error
    await db.transaction(institutionId, (tx) =>
      tx.run(recordWitnessFailure, [institutionId, url, code, String(parameters.detail ?? ''), clock()]),
    )
    if (error instanceof Fatal) throw error
    return false
  }
}

/**
 * Asks the witnesses of every institution what they have seen, before anything new is signed: for the start. Witnesses that
 * cannot be reached within the time are passed over, for a node without a network must start too.
 *
 * Answers the logs that must not be signed for.
 */
export async function compareWithWitnesses(
  options: Omit<CosigningOptions, 'timing' | 'onFatal' | 'onFault'>,
  timeLimitMs = 3_000,
): Promise<ReadonlyMap<string, Fatal>> {
  const stopped = new Map<string, Fatal>()
  const signal = AbortSignal.timeout(timeLimitMs)
  const compare = async (institutionId: string) => {
    const asking = await askingOf({ ...options, signal }, institutionId)
    if (asking === undefined) return
    const comparisons = (await placesOf(options, institutionId)).map((witness) =>
      compareWithWitness(asking, witness).catch((error: unknown) => {
        if (error instanceof Fatal) stopped.set(institutionId, error)
        else if (!(error instanceof Refusal)) throw error
      }),
    )
    await Promise.all(comparisons)
  }
  await Promise.all((await institutions(options)).map(({ institutionId }) => compare(institutionId)))
  return stopped
}
