/**
 * Requests that arrive together travel together: one JSON array out, one back. Only what is alike in everything that a verdict
 * depends on is put together, so never across institutions or classifications; what goes out is as strict as the strictest of
 * them all the same.
 */
import { z } from 'zod'
import { strictest } from '../backends/facts.ts'
import { Refusal } from '../errors.ts'
import type { Dispatch, Dispatcher } from './dispatch.ts'
import type { Outgoing } from './egress.ts'

export interface Member extends Pick<Dispatch, 'backendIds' | 'path' | 'isRepeatable' | 'timeLimitMs'> {
  readonly outgoing: Dispatch['outgoing']
  /** What the array holds for it; JSON. */
  readonly item: unknown
}

interface Waiting extends Member {
  resolve(answer: unknown): void
  reject(error: unknown): void
}

export interface BatchOptions {
  readonly dispatcher: Pick<Dispatcher, 'send'>
  /** How long the first waits for others; 5 unless told. */
  readonly windowMs?: number
  /** 32 unless told. */
  readonly mostMembers?: number
}

export class Batches {
  readonly #options: Required<BatchOptions>
  readonly #waiting = new Map<string, Waiting[]>()

  constructor({ dispatcher, windowMs = 5, mostMembers = 32 }: BatchOptions) {
    this.#options = { dispatcher, windowMs, mostMembers }
  }

  /** Resolves with what the array that came back holds for the member. @throws what the dispatcher throws, for all members */
  send(member: Member): Promise<unknown> {
    const key = batchKey(member)
    return new Promise((resolve, reject) => {
      const together = this.#waiting.get(key) ?? []
      together.push({ ...member, resolve, reject })
      if (together.length === 1) {
        this.#waiting.set(key, together)
        setTimeout(() => this.#flush(key, together), this.#options.windowMs)
      }
      if (together.length >= this.#options.mostMembers) this.#flush(key, together)
    })
  }

  #flush(key: string, together: readonly Waiting[]): void {
    if (this.#waiting.get(key) !== together) return
    this.#waiting.delete(key)
    this.#send(together).then(
      (answers) => {
        for (const [index, { resolve }] of together.entries()) resolve(answers[index])
      },
      (error: unknown) => {
        for (const { reject } of together) reject(error)
      },
    )
  }

  async #send(together: readonly Waiting[]): Promise<readonly unknown[]> {
    const [first] = together
    if (first === undefined) return []
    const { backendIds, path, timeLimitMs } = first
    const { body, backendId } = await this.#options.dispatcher.send({
      outgoing: strictestOf(first.outgoing, together),
      backendIds,
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(together.map(({ item }) => item)),
      isRepeatable: together.every(({ isRepeatable }) => isRepeatable),
      ...(timeLimitMs !== undefined && { timeLimitMs }),
    })
    return answersIn(body, { backendId, count: together.length })
  }
}

/** Everything that the verdict depends on, and where it may go. */
function batchKey({ outgoing, backendIds, path, timeLimitMs, isRepeatable }: Member): string {
  const { institutionId, classification, purpose, isRedacted } = outgoing
  const { role, applicationId, legalBasis, consent, isObjected } = outgoing
  return JSON.stringify([
    institutionId,
    classification,
    purpose,
    isRedacted,
    [role, applicationId, legalBasis, consent, isObjected].map((one) => one ?? null),
    [backendIds, path, timeLimitMs ?? null, isRepeatable],
  ])
}

/** The members are alike; should they ever not be, what they have together is as strict as the strictest. */
function strictestOf(first: Dispatch['outgoing'], all: readonly Member[]): Omit<Outgoing, 'backendId'> {
  return {
    ...first,
    classification: strictest(all.map(({ outgoing }) => outgoing.classification)),
    isRedacted: all.every(({ outgoing }) => outgoing.isRedacted),
    isObjected: all.some(({ outgoing }) => outgoing.isObjected === true),
  }
}

const Answers = z.array(z.unknown())

/** @throws Refusal `egress.reply_unusable` */
function answersIn(
  body: Uint8Array,
  { backendId, count }: { readonly backendId: string; readonly count: number },
): readonly unknown[] {
  try {
    const read = Answers.parse(JSON.parse(Buffer.from(body).toString('utf8')))
    if (read.length === count) return read
  } catch (cause) {
    throw new Refusal('egress.reply_unusable', { backend: backendId }, { cause })
  }
  throw new Refusal('egress.reply_unusable', { backend: backendId })
}
