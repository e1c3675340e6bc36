/**
 * Asking a witness for its cosignature on our newest checkpoint, and comparing what it has seen of our log with what we have
 * (c2sp.org/tlog-witness).
 *
 * A witness that has seen more of a log than its own database has seen it before it was rolled back. Where it shows a checkpoint
 * under our signature, that is proven; where it only says so, the log stops all the same: a witness whose word does not count
 * against us does not belong into the policy.
 */
import { hash } from 'node:crypto'
import {
  type Checkpoint,
  NotProven,
  parseCheckpoint,
  parseNote,
  parseVkey,
  verifyNote,
} from '@khudi/sdk/verify'
import { type ErrorCode, Fatal, Refusal } from '../errors.ts'
import type { Clock } from '../kernel.ts'
import { consistencyProof, emptyRoot, rootAt } from './merkle.ts'
import { lineOfSignature } from './note.ts'
import { type AskedWitness, witnessIdOf } from './policy.ts'
import { tilesOf } from './published.ts'
import type { LogPlace, SignedCheckpoint } from './standing.ts'
import { checkpointAt, insertCosignatures, keysOfLog, lastCheckpoint } from './store.ts'

/** Sends one request. @throws Error where there is no reply in time, or one that is too long */
export type Transport = (request: {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly body?: string
  readonly signal: AbortSignal
}) => Promise<{ readonly status: number; readonly body: string }>

export interface Asking {
  readonly place: LogPlace
  readonly clock: Clock
  readonly transport: Transport
  readonly signal: AbortSignal
}

/** One submission prefix, with the keys that the policy expects cosignatures of there. */
export interface WitnessPlace {
  readonly url: string
  readonly witnesses: readonly AskedWitness[]
}

/**
 * Has our newest checkpoint cosigned, the proof beginning at the size that the witness is believed to know. Stores what it
 * signed. Answers the size that it knows now, which is larger where another process has asked meanwhile.
 *
 * @throws Refusal `log.witness_unreachable`, `log.witness_refused`, `log.witness_objects`, `log.witness_answer`;
 *   Fatal `log.rolled_back`, `log.diverged`, `log.witness_ahead`
 */
export async function askWitness(
  asking: Asking,
  witness: WitnessPlace,
  believed: number,
): Promise<{ readonly size: number; readonly isCosigned: boolean }> {
  const checkpoint = await newest(asking.place)
  if (checkpoint === undefined) return { size: 0, isCosigned: false }
  let old = Math.min(believed, checkpoint.size)
  // The second attempt knows the size from the first; a third is for a process that asks at the same time.
  for (let attempt = 1; attempt <= 3; attempt++) {
    const { status, body } = await submit(asking, witness, { checkpoint, old })
    if (status === 200) {
      await keep(asking, witness, { checkpoint, lines: body })
      return { size: checkpoint.size, isCosigned: true }
    }
    if (status !== 409) throw await objection(asking, witness, status)
    const known = /^(0|[1-9]\d{0,15})\n$/.test(body) ? Number(body) : Number.NaN
    if (!Number.isSafeInteger(known)) throw unusable(witness, 'a conflict without a size')
    if (known > checkpoint.size) {
      await requireKnown(asking, witness, known)
      return { size: known, isCosigned: false }
    }
    old = known
  }
  throw unusable(witness, 'three conflicts in a row')
}

/**
 * Compares the checkpoint that the witness shows monitors with our log: `undefined` where it shows none. Only what our own keys
 * signed counts.
 *
 * @throws Refusal `log.witness_unreachable`, `log.witness_refused`, `log.witness_answer`; Fatal `log.rolled_back`,
 *   `log.diverged`
 */
export async function compareWithWitness(
  asking: Asking,
  witness: WitnessPlace,
): Promise<Checkpoint | undefined> {
  const { place } = asking
  const { origin: log, institutionId } = place
  const url = `${witness.url}/${hash('sha256', log, 'hex')}/checkpoint`
  const { status, body } = await send(asking, witness, { method: 'GET', url })
  if (status === 404) return undefined
  if (status !== 200) throw refused('log.witness_refused', witness, String(status))
  const keys = await place.transact((tx) => tx.rows(keysOfLog, [institutionId]))
  const shown = await ours(
    body,
    keys.map(({ vkey }) => vkey),
  ).catch((error: unknown) => {
    throw error instanceof NotProven ? unusable(witness, error.message) : error
  })
  if (shown === undefined || shown.origin !== log)
    throw unusable(witness, 'a checkpoint that we have not signed')
  const last = await newest(place)
  const found = last?.size ?? 0
  if (shown.size > found) throw new Fatal('log.rolled_back', { log, signed: shown.size, found })
  if (!Buffer.from(shown.rootHash).equals(await rootOf(place, last, shown.size)))
    throw new Fatal('log.diverged', { log, size: shown.size })
  return shown
}

async function ours(body: string, vkeys: readonly string[]): Promise<Checkpoint | undefined> {
  const note = parseNote(body)
  const { signedBy } = await verifyNote(note, await Promise.all(vkeys.map(parseVkey)))
  return signedBy.length === 0 ? undefined : parseCheckpoint(note.text)
}

/** The newest checkpoint that was signed, published or not. */
async function newest({ institutionId, transact }: LogPlace): Promise<SignedCheckpoint | undefined> {
  const found = await transact((tx) => tx.maybe(lastCheckpoint, [institutionId]))
  return found && { size: found.treeSize, rootHash: found.rootHash, note: found.note }
}

async function rootOf(
  place: LogPlace,
  last: SignedCheckpoint | undefined,
  size: number,
): Promise<Uint8Array> {
  if (size === 0 || last === undefined) return emptyRoot
  const kept = await place.transact((tx) => tx.maybe(checkpointAt, [place.institutionId, size]))
  return kept?.rootHash ?? rootAt(size, tilesOf(place, last).read)
}

interface Submitted {
  readonly checkpoint: SignedCheckpoint
  readonly old: number
}

async function submit(asking: Asking, witness: WitnessPlace, { checkpoint, old }: Submitted) {
  const { read } = tilesOf(asking.place, checkpoint)
  const proof = await consistencyProof(old, checkpoint.size, read)
  const lines = proof.map((one) => `${one.toString('base64')}\n`)
  const body = `old ${old}\n${lines.join('')}\n${checkpoint.note}`
  return send(asking, witness, { method: 'POST', url: `${witness.url}/add-checkpoint`, body })
}

/** Stores the cosignatures by keys that the policy expects from there; others are passed over. */
async function keep(
  { place, clock }: Asking,
  witness: WitnessPlace,
  { checkpoint, lines }: { readonly checkpoint: SignedCheckpoint; readonly lines: string },
): Promise<void> {
  const { text } = parseNote(checkpoint.note)
  const keys = witness.witnesses.map(({ key }) => key)
  const cosigned = await verifyCosigned(`${text}\n${lines}`, keys).catch((error: unknown) => {
    throw error instanceof NotProven ? unusable(witness, error.message) : error
  })
  if (cosigned.length === 0) throw unusable(witness, 'no cosignature by a key of the policy')
  const at = clock()
  await place.transact((tx) =>
    tx.run(insertCosignatures, [
      place.institutionId,
      checkpoint.size,
      cosigned.map(({ id }) => id),
      cosigned.map(({ line }) => line),
      cosigned.map(() => at),
    ]),
  )
}

async function verifyCosigned(text: string, keys: readonly AskedWitness['key'][]) {
  const note = parseNote(text)
  const { signedBy } = await verifyNote(note, keys)
  return signedBy
    .filter(({ signedAt }) => signedAt !== null)
    .flatMap(({ key }) => {
      const isOf = ({ name, keyId }: (typeof note.signatures)[number]) =>
        name === key.name && Buffer.from(keyId).equals(key.keyId)
      const signature = note.signatures.find(isOf)
      return signature === undefined ? [] : [{ id: witnessIdOf(key), line: lineOfSignature(signature) }]
    })
}

/** A conflict with a size that our checkpoint has not reached: somebody else asked with a newer one, or we have lost some. */
async function requireKnown({ place, ...rest }: Asking, witness: WitnessPlace, known: number): Promise<void> {
  const found = (await newest(place))?.size ?? 0
  if (known <= found) return
  const shown = await compareWithWitness({ place, ...rest }, witness).catch((error: unknown) => {
    if (error instanceof Fatal || !(error instanceof Refusal)) throw error
    return undefined
  })
  // It contradicts itself under our own signature: then its word alone is not enough.
  if (shown !== undefined)
    throw unusable(witness, `a conflict with size ${known}, and a checkpoint of ${shown.size}`)
  throw new Fatal('log.witness_ahead', { witness: witness.url, log: place.origin, signed: known, found })
}

async function objection(asking: Asking, witness: WitnessPlace, status: number): Promise<Refusal> {
  if (status !== 422) return refused('log.witness_refused', witness, String(status))
  // What it has may show that it is right.
  await compareWithWitness(asking, witness)
  return refused('log.witness_objects', witness, String(status))
}

const timeLimitMs = 10_000

async function send(
  { transport, signal }: Asking,
  witness: WitnessPlace,
  request: { readonly method: 'GET' | 'POST'; readonly url: string; readonly body?: string },
) {
  try {
    return await transport({
      ...request,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)]),
    })
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const detail = cause instanceof Error ? cause.message : String(cause)
    throw new Refusal('log.witness_unreachable', { witness: witness.url, detail }, { cause: error })
  }
}

function refused(code: ErrorCode, { url }: WitnessPlace, detail: string): Refusal {
  return new Refusal(code, { witness: url, detail })
}

const unusable = (witness: WitnessPlace, detail: string) => refused('log.witness_answer', witness, detail)
