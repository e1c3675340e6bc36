/**
 * Single submissions, committed together. Requests that arrive while others are being written wait a few milliseconds and share
 * the next transaction, so that its costs (the disk's sync above all) are shared too. Each is answered only after the commit.
 */
import type { Actor } from '../access/roles.ts'
import { type Idempotency, type KeptReply, keepReply, keptReply } from '../idempotency/idempotency.ts'
import type { Kernel } from '../kernel.ts'
import { type IntakeResult, intake, type Submission } from './intake.ts'
import type { Holders } from './sealing.ts'

export interface SingleRequest {
  readonly applicationId: string
  readonly source: 'api' | 'page'
  readonly submission: Submission
  readonly idempotency: Idempotency | undefined
  /** The reply to keep for the idempotency key; `undefined` where there is nothing to keep. */
  replyOf(result: IntakeResult): KeptReply | undefined
}

/** What the caller gets: the result, or the reply that the same key got before. */
export type SingleAnswer =
  | { readonly kept: KeptReply; readonly result?: undefined }
  | { readonly kept?: undefined; readonly result: IntakeResult }

interface Waiting {
  readonly request: SingleRequest
  resolve(answer: SingleAnswer): void
  reject(error: unknown): void
}

/** Submissions of one actor to one application that wait for a transaction. */
interface Group {
  readonly kernel: Kernel
  /** With the rights that were read last: those of the requests that wait may have been read before a grant was revoked. */
  actor: Actor
  readonly waiting: Waiting[]
  inFlight: number
}

/** More than this in one transaction makes the first wait for the last. */
const mostTogether = 128
/** One batch is read by a worker while another commits; a third would only hold connections. */
const mostInFlight = 2

export class Singles {
  readonly #groups = new Map<string, Group>()

  /** Decides one case. @throws the Refusal of whatever keeps it from being decided */
  submit(kernel: Kernel, actor: Actor, request: SingleRequest): Promise<SingleAnswer> {
    const key = JSON.stringify([actor.institutionId, actor.name, request.applicationId, request.source])
    return new Promise((resolve, reject) => {
      const group = this.#groups.get(key) ?? { kernel, actor, waiting: [], inFlight: 0 }
      group.actor = actor
      this.#groups.set(key, group)
      group.waiting.push({ request, resolve, reject })
      this.#pump(key, group)
    })
  }

  #pump(key: string, group: Group): void {
    while (group.waiting.length > 0 && group.inFlight < mostInFlight) {
      const batch = group.waiting.splice(0, mostTogether)
      group.inFlight += 1
      this.#decide(group, batch).finally(() => {
        group.inFlight -= 1
        if (group.waiting.length === 0 && group.inFlight === 0) this.#groups.delete(key)
        else this.#pump(key, group)
      })
    }
  }

  /** Never rejects: every submission of the batch gets its own answer or error. */
  async #decide(group: Group, batch: readonly Waiting[]): Promise<void> {
    const { first, again } = byKey(await this.#withoutKept(group, batch))
    if (first.length === 0) return
    try {
      await this.#commit(group, first)
    } catch (error) {
      const [only, another] = first
      if (another === undefined) only?.reject(error)
      // One submission that the database cannot take must not fail those it happened to share a transaction with.
      else
        for (const one of first)
          await this.#commit(group, [one]).catch((reason: unknown) => one.reject(reason))
    }
    if (again.length > 0) await this.#decide(group, again)
  }

  /** Answers those whose key was answered before; returns the others, in the order in which they came. */
  async #withoutKept({ kernel, actor }: Group, batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    if (batch.every(({ request }) => request.idempotency === undefined)) return batch
    const lookUp = async (one: Waiting) => {
      const { idempotency, applicationId } = one.request
      if (idempotency === undefined) return undefined
      return keptReply(kernel, actor, { ...idempotency, applicationId })
    }
    const fresh = await Promise.all(
      batch.map(async (one) => {
        try {
          const kept = await lookUp(one)
          if (kept === undefined) return [one]
          one.resolve({ kept })
        } catch (error) {
          one.reject(error)
        }
        return []
      }),
    )
    return fresh.flat()
  }

  async #commit(group: Group, batch: readonly Waiting[]): Promise<void> {
    const { kernel, actor } = group
    const [first] = batch
    if (first === undefined) return
    const { applicationId, source } = first.request
    const submissions = batch.map(({ request }) => request.submission)
    const results = await intake(kernel, actor, {
      applicationId,
      source,
      isDecided: true,
      submissions,
      alongside: async (tx, done, holders) => {
        const at = kernel.clock()
        for (const [index, { request }] of batch.entries()) {
          const result = done[index]
          const reply = result === undefined ? undefined : request.replyOf(result)
          if (request.idempotency === undefined || reply === undefined) continue
          const about = aboutOf(result, holders)
          const isKept = await keepReply(tx, actor, { ...request.idempotency, ...reply, at, ...about })
          // Another request with this key committed since we looked: roll back and look again.
          if (!isKept) throw new KeyTaken()
        }
      },
    }).catch((error: unknown) => {
      if (error instanceof KeyTaken) return undefined
      throw error
    })
    if (results === undefined) return this.#decide(group, batch)
    for (const [index, one] of batch.entries()) {
      const result = results[index]
      if (result === undefined) one.reject(new Error('every submission has a result'))
      else one.resolve({ result })
    }
  }
}

class KeyTaken extends Error {}

/** The case that the reply shows, and whose it is where it shows reasons that are sealed. */
function aboutOf(result: IntakeResult | undefined, holders: Holders) {
  if (result === undefined || result.status === 'refused') return { caseId: undefined, holder: undefined }
  const { caseId } = result
  if (result.secretReasons === null) return { caseId, holder: undefined }
  const holder = holders.get(result.holderId ?? '')
  if (holder === undefined) throw new Error('sealed reasons have a holder')
  return { caseId, holder }
}

/** Those whose key comes for the first time in the batch, and those that must wait for the answer to it. */
function byKey(batch: readonly Waiting[]): Readonly<Record<'first' | 'again', readonly Waiting[]>> {
  const keys = new Set<string>()
  const first: Waiting[] = []
  const again: Waiting[] = []
  for (const one of batch) {
    const key = one.request.idempotency?.key
    if (key !== undefined && keys.has(key)) again.push(one)
    else first.push(one)
    if (key !== undefined) keys.add(key)
  }
  return { first, again }
}
