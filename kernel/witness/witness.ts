/**
 * This institution as a witness for the logs of others (c2sp.org/tlog-witness): it cosigns a checkpoint only where the tree is
 * proven to continue the last one that it took note of, so no log can show two histories under its signature.
 */
import { hash } from 'node:crypto'
import { keyTypes, NotProven, parseVkey, verifyConsistency, verifyNote } from '@khudi/sdk/verify'
import { requireScope } from '../access/access.ts'
import type { Actor } from '../access/roles.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { emptyRoot } from '../log/merkle.ts'
import { cosignatureLine, noteWith } from '../log/note.ts'
import { findWitnessOf, openWitnessKeys } from './keys.ts'
import { type AddCheckpointRequest, findRequest } from './request.ts'
import {
  checkpointOfLog,
  findWitnessed,
  keepCheckpoint,
  listWitnessed,
  noteTree,
  trustKeys,
  upsertWitnessed,
  type WitnessedLog,
} from './store.ts'

export type { WitnessedLog, WitnessRow } from './store.ts'

type Keeper = Pick<Kernel, 'db' | 'keys' | 'clock'>

/** An HTTP reply. */
export interface WitnessReply {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422
  readonly contentType: string
  readonly body: string
}

const text = 'text/plain; charset=utf-8'
const refused = (status: WitnessReply['status'], sentence: string): WitnessReply => ({
  status,
  contentType: text,
  body: `${sentence}\n`,
})

export interface AddCheckpointOptions {
  /** Called after each numbered step; tests end the process there. */
  readonly atStep?: (step: number) => void | Promise<void>
}

/**
 * Answers a `POST <submission prefix>/add-checkpoint`.
 *
 * @throws Fatal `keys.missing`, `keys.other`, `keys.damaged`; Refusal `database.unavailable`, `keys.command_failed`
 */
export async function addCheckpoint(
  keeper: Keeper,
  institutionId: string,
  { body, atStep }: AddCheckpointOptions & { readonly body: Uint8Array },
): Promise<WitnessReply> {
  const { db } = keeper
  // 1. Read the request and the log's keys, and verify its signature. Whoever cannot sign for the log learns no more than that.
  const request = findRequest(body)
  if (request === undefined) return refused(400, 'this is no request to add a checkpoint')
  const { checkpoint, note } = request
  const { origin, size, rootHash } = checkpoint
  const witness = await findWitnessOf(keeper, institutionId)
  const log = await db.transaction(institutionId, (tx) => tx.maybe(findWitnessed, [institutionId, origin]))
  if (witness === undefined || log === undefined || log.vkeys === '') return refused(404, 'unknown log')
  const signedBy = await trustedSigners(request, log)
  if (signedBy.length === 0) return refused(403, 'no signature by a trusted key, or a wrong one')
  const keys = await openWitnessKeys(keeper, institutionId, witness)
  await atStep?.(1)

  // 2. Compare with the last tree that was taken note of.
  const objection = await objectionTo(request, log)
  if (objection !== undefined) return objection
  await atStep?.(2)

  // 3. Take note of the tree, if that last one is still the last. Durable before anything is signed: a crash leaves a tree
  //    that nobody got a signature for, and the log asks for it again.
  const at = keeper.clock()
  const noted = [institutionId, origin, log.treeSize, log.rootHash, size, rootHash, at]
  if ((await db.transaction(institutionId, (tx) => tx.run(noteTree, noted))) === 0)
    return addCheckpoint(keeper, institutionId, { body })
  await atStep?.(3)

  // 4. Sign, as of the moment in which it was the largest tree.
  const lines = await Promise.all(keys.map((key) => cosignatureLine(key, note.text, at)))
  await atStep?.(4)

  // 5. Keep it for monitors. A crash leaves the one before for them, until the log asks again.
  const ofLog = note.signatures.filter((signature) =>
    signedBy.some((key) => key.name === signature.name && Buffer.from(key.keyId).equals(signature.keyId)),
  )
  const cosigned = noteWith(note.text, ofLog, lines)
  await db.transaction(institutionId, (tx) => tx.run(keepCheckpoint, [institutionId, origin, cosigned, size]))
  await atStep?.(5)
  return { status: 200, contentType: text, body: lines.join('') }
}

/** Trusted keys that signed; none where a trusted key's signature is wrong, which makes the note worthless. */
async function trustedSigners({ note }: AddCheckpointRequest, { vkeys }: WitnessedLog) {
  try {
    const { signedBy } = await verifyNote(note, await Promise.all(vkeys.split(' ').map(parseVkey)))
    return signedBy.map(({ key }) => key)
  } catch (error) {
    if (error instanceof NotProven) return []
    throw error
  }
}

/** Why the tree cannot be cosigned; `undefined` where it continues the last one. The order is the specification's. */
async function objectionTo(
  { oldSize, proof, checkpoint: { size, rootHash } }: AddCheckpointRequest,
  known: WitnessedLog,
): Promise<WitnessReply | undefined> {
  if (oldSize > size) return refused(400, 'the old size is larger than the checkpoint')
  if (oldSize !== known.treeSize)
    return { status: 409, contentType: 'text/x.tlog.size', body: `${known.treeSize}\n` }
  if (size === 0 && !Buffer.from(emptyRoot).equals(rootHash))
    return refused(422, 'this is not the root of the empty tree')
  if (oldSize === 0) return proof.length === 0 ? undefined : refused(422, 'nothing is to be proven from 0')
  const fromRoot = known.rootHash ?? emptyRoot
  const isConsistent = await verifyConsistency({ from: oldSize, to: size, fromRoot, toRoot: rootHash, proof })
  return isConsistent ? undefined : refused(422, 'the tree does not continue the one that was cosigned last')
}

/**
 * The last cosigned checkpoint of a log, for `GET <monitoring prefix>/<origin hash>/checkpoint`, the hash being SHA-256 of the
 * origin in lower-case hex; `undefined` (404) where none was cosigned.
 */
export async function cosignedCheckpoint(
  { db }: Pick<Keeper, 'db'>,
  institutionId: string,
  originHash: string,
): Promise<string | undefined> {
  return db.transaction(institutionId, async (tx) => {
    const logs = await tx.rows(listWitnessed, [institutionId])
    const log = logs.find(({ origin }) => hash('sha256', origin, 'hex') === originHash)
    const found = log && (await tx.one(checkpointOfLog, [institutionId, log.origin]))
    return found?.checkpoint ?? undefined
  })
}

/**
 * Trusts keys to sign for a log, besides those that are trusted already. What is known of the log's trees stays, also through
 * {@link removeWitnessedLog}: a log that comes back must continue where it was.
 *
 * @throws Refusal `access.scope_missing`, `witness.not_enabled`, `witness.vkey_invalid`
 */
export async function addWitnessedLog(
  keeper: Keeper,
  actor: Actor,
  vkeys: readonly string[],
): Promise<WitnessedLog> {
  requireScope(actor, 'log.manage')
  const { institutionId } = actor
  if ((await findWitnessOf(keeper, institutionId)) === undefined) throw new Refusal('witness.not_enabled')
  const origin = await originOf(vkeys)
  return keeper.db.transaction(institutionId, async (tx) => {
    await tx.run(trustKeys, [institutionId, origin, vkeys.join(' '), keeper.clock()])
    return tx.one(findWitnessed, [institutionId, origin])
  })
}

/** The one log that the keys are of. */
async function originOf(vkeys: readonly string[]): Promise<string> {
  const refuse = (reason: string, cause?: unknown) =>
    new Refusal('witness.vkey_invalid', { reason }, { cause })
  const keys = await Promise.all(vkeys.map(parseVkey)).catch((cause: unknown) => {
    throw cause instanceof NotProven ? refuse(cause.message, cause) : cause
  })
  const [first, ...others] = keys
  if (first === undefined) throw refuse('no key is given')
  const other = others.find(({ name }) => name !== first.name)
  if (other !== undefined) throw refuse(`${other.name} is not ${first.name}`)
  // What ML-DSA-44 signs has one byte for the length of the origin.
  if (Buffer.byteLength(first.name) > 255) throw refuse('its name is longer than 255 bytes')
  if (keys.some(({ type }) => type === keyTypes.cosignature)) throw refuse('it is the key of a witness')
  return first.name
}

/** Cosigns no more for a log. @throws Refusal `access.scope_missing`, `witness.log_unknown` */
export async function removeWitnessedLog(keeper: Keeper, actor: Actor, origin: string): Promise<void> {
  requireScope(actor, 'log.manage')
  const { institutionId } = actor
  await keeper.db.transaction(institutionId, async (tx) => {
    if ((await tx.maybe(findWitnessed, [institutionId, origin])) === undefined)
      throw new Refusal('witness.log_unknown', { log: origin })
    await tx.run(upsertWitnessed, [institutionId, origin, '', keeper.clock()])
  })
}

export function witnessedLogs(
  { db }: Pick<Keeper, 'db'>,
  institutionId: string,
): Promise<readonly WitnessedLog[]> {
  return db.transaction(institutionId, (tx) => tx.rows(listWitnessed, [institutionId]))
}
