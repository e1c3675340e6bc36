/**
 * The keys that a log signs its checkpoints with: Ed25519, and ML-DSA-44 beside it for the day on which Ed25519 no longer
 * holds. Their names are the log's origin, their numbers rise with each rotation. The database knows the public halves; the
 * private ones are with the keeper of keys as `log/<institution>/<algorithm>-<number>`.
 */
import { requireScope } from '../access/access.ts'
import type { Actor } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { Fatal, Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import type { Signer } from '../keys/keys.ts'
import type { CheckpointSigner } from './checkpoint.ts'
import { append } from './log.ts'
import { cosignatureLine, cosignerVkey, type NoteKey, noteVkey, signatureLine } from './note.ts'
import { findLog, insertLogKeys, keysOfLog, type LogKeyRow, retireLogKeys } from './store.ts'

export type { LogKeyRow } from './store.ts'

type Keeper = Pick<Kernel, 'db' | 'keys' | 'clock'>

export interface LogIdentity {
  readonly institutionId: string
  readonly origin: string
}

/** Both keys of one number. */
interface KeyPair {
  readonly number: number
  readonly ed25519: NoteKey
  readonly mlDsa: NoteKey
}

/**
 * What signs a log's checkpoints; at the first use of all, makes the log's keys. Each note has a line of Ed25519 and one of
 * ML-DSA-44. Which keys are in use is asked each time, so a rotation holds from the next checkpoint on.
 *
 * @throws Fatal `keys.missing`, `keys.other` here or when signing
 */
export async function signerOf(keeper: Keeper, log: LogIdentity): Promise<CheckpointSigner> {
  let pair = await makeFirstKeys(keeper, log)
  return {
    origin: log.origin,
    sign: async (body) => {
      const inUse = await keeper.db.transaction(log.institutionId, keysInUse)
      if (inUse.number !== pair.number) pair = await openKeys(keeper, log, inUse)
      const classical = await signatureLine(pair.ed25519, body)
      return `${body}\n${classical}${await cosignatureLine(pair.mlDsa, body, keeper.clock())}`
    },
  }
}

/** Rows of both keys that are in use. */
interface KeysInUse {
  readonly number: number
  readonly rows: readonly LogKeyRow[]
}

/** @throws Refusal `log.keys_none` */
async function keysInUse(tx: Transaction): Promise<KeysInUse> {
  const rows = (await tx.rows(keysOfLog, [tx.institutionId])).filter(({ retiredAt }) => retiredAt === null)
  const number = rows[0]?.keyNumber
  if (number === undefined) throw new Refusal('log.keys_none')
  return { number, rows }
}

/** The private keys are durable before the database knows of them: a crash in between leaves keys that the next call takes. */
async function makeFirstKeys(keeper: Keeper, log: LogIdentity): Promise<KeyPair> {
  const { db, clock } = keeper
  const { institutionId } = log
  const known = await db.transaction(institutionId, (tx) => tx.rows(keysOfLog, [institutionId]))
  if (known.length === 0) {
    const made = await makeKeys(keeper, log, 1)
    await db.transaction(institutionId, (tx) => tx.run(insertLogKeys, rowsOf(made, { tx, at: clock() })))
  }
  return openKeys(keeper, log, await db.transaction(institutionId, keysInUse))
}

/** With the keeper of keys. */
export const logKeyName = ({ institutionId }: LogIdentity, algorithm: Signer['algorithm'], number: number) =>
  `log/${institutionId}/${algorithm}-${number}`

async function makeKeys({ keys }: Keeper, log: LogIdentity, number: number): Promise<KeyPair> {
  const made = (algorithm: Signer['algorithm']) =>
    keys.makeSigner(logKeyName(log, algorithm, number), algorithm)
  return pairOf(log, number, [await made('ed25519'), await made('ml-dsa-44')])
}

/** @throws Fatal `keys.missing`, `keys.other` */
async function openKeys({ keys }: Keeper, log: LogIdentity, { number, rows }: KeysInUse): Promise<KeyPair> {
  const opened = (algorithm: Signer['algorithm']) =>
    keys.signer(logKeyName(log, algorithm, number), algorithm)
  const pair = pairOf(log, number, [await opened('ed25519'), await opened('ml-dsa-44')])
  const vkeys = vkeysOf(pair)
  for (const { algorithm, vkey } of rows)
    if (vkeys[algorithm] !== vkey) throw new Fatal('keys.other', { name: logKeyName(log, algorithm, number) })
  return pair
}

function pairOf(
  { origin: name }: LogIdentity,
  number: number,
  [ed25519, mlDsa]: readonly [Signer, Signer],
): KeyPair {
  return { number, ed25519: { name, signer: ed25519 }, mlDsa: { name, signer: mlDsa } }
}

function vkeysOf({ ed25519, mlDsa }: KeyPair) {
  return { ed25519: noteVkey(ed25519), 'ml-dsa-44': cosignerVkey(mlDsa) }
}

interface Made {
  readonly tx: Transaction
  readonly at: Date
  readonly handovers?: Readonly<Record<Signer['algorithm'], string>>
}

function rowsOf(pair: KeyPair, { tx, at, handovers }: Made) {
  const vkeys = vkeysOf(pair)
  const algorithms = ['ed25519', 'ml-dsa-44'] as const
  return [
    tx.institutionId,
    pair.number,
    at,
    algorithms,
    algorithms.map((one) => vkeys[one]),
    algorithms.map((one) => handovers?.[one] ?? null),
  ]
}

/** First line of the note with which a key names the next one. */
const handoverHeader = 'khudi log key handover/v1'

/**
 * Puts the next two keys in the place of those in use. The old Ed25519 key signs a note for each of the new ones, so whoever
 * trusts it can follow; witnesses that cannot are given the new key by hand.
 *
 * The new private keys are durable first, as in {@link makeFirstKeys}; everything else is one transaction.
 *
 * @throws Refusal `access.scope_missing`, `log.keys_none`, `log.key_rotated_meanwhile`
 */
export async function rotateLogKey(keeper: Keeper, actor: Actor): Promise<readonly LogKeyRow[]> {
  requireScope(actor, 'log.manage')
  const { db, clock } = keeper
  const { institutionId } = actor
  const log = await identityOf(keeper, institutionId)
  const old = await openKeys(keeper, log, await db.transaction(institutionId, keysInUse))
  const next = await makeKeys(keeper, log, old.number + 1)
  const vkeys = vkeysOf(next)
  const handovers = {
    ed25519: await handover(log, old.ed25519, vkeys.ed25519),
    'ml-dsa-44': await handover(log, old.ed25519, vkeys['ml-dsa-44']),
  }
  const at = clock()
  return db.transaction(institutionId, async (tx) => {
    if ((await tx.run(retireLogKeys, [institutionId, old.number, at])) === 0)
      throw new Refusal('log.key_rotated_meanwhile')
    await tx.run(insertLogKeys, rowsOf(next, { tx, at, handovers }))
    const record = canonicalJson({ createdAt: at.toISOString(), handovers, keyNumber: next.number })
    await append(tx, { actor: actor.name, at }, [
      { kind: 'log_key.rotated', caseId: null, recordId: String(next.number), record },
    ])
    return tx.rows(keysOfLog, [institutionId])
  })
}

async function handover({ origin }: LogIdentity, by: NoteKey, vkey: string): Promise<string> {
  const text = `${handoverHeader}\n${origin}\n${vkey}\n`
  return `${text}\n${await signatureLine(by, text)}`
}

async function identityOf({ db }: Pick<Keeper, 'db'>, institutionId: string): Promise<LogIdentity> {
  const found = await db.transaction(institutionId, (tx) => tx.maybe(findLog, [institutionId]))
  if (found === undefined) throw new Refusal('log.keys_none')
  return { institutionId, origin: found.origin }
}

export interface LogKeys extends LogIdentity {
  /** Oldest first, both algorithms. */
  readonly keys: readonly LogKeyRow[]
}

/** Every key that the log ever had, each but the first with the note that hands over to it. @throws Refusal `log.keys_none` */
export async function logKeysOf({ db }: Pick<Keeper, 'db'>, institutionId: string): Promise<LogKeys> {
  const identity = await identityOf({ db }, institutionId)
  const keys = await db.transaction(institutionId, (tx) => tx.rows(keysOfLog, [institutionId]))
  return { ...identity, keys }
}
