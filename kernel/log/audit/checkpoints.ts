/** Whether checkpoints are what they claim to be: of this log, and signed by keys that were handed on from the first. */
import {
  type Note,
  NotProven,
  parseCheckpoint,
  parseNote,
  parsePolicy,
  parseVkey,
  type VerifierKey,
  verifyHandover,
  verifyNote,
} from '@khudi/sdk/verify'
import { witnessIdOf } from '../policy.ts'
import type { LogPlace } from '../standing.ts'
import type { Report } from './findings.ts'
import {
  type Cosignature,
  checkpointsBetween,
  cosignaturesAfter,
  type KeyRow,
  keyRows,
  policies,
} from './store.ts'
import type { RootClaim } from './tree.ts'

/** A key of the log, and its row. */
interface KnownKey {
  readonly row: KeyRow
  readonly key: VerifierKey
}

export interface CheckpointCheck {
  readonly place: LogPlace
  readonly report: Report
  readonly keys: readonly KnownKey[]
}

/** The log's keys, each held against the one that handed over to it. */
export async function checkKeys(place: LogPlace, report: Report): Promise<readonly KnownKey[]> {
  const rows = await place.transact((tx) => tx.rows(keyRows, [place.institutionId]))
  const found: KnownKey[] = []
  for (const row of rows) {
    const key = await unlessUnproven(() => parseVkey(row.vkey))
    const isRight = key !== undefined && key.name === place.origin && (await isHandedOver(row, rows))
    if (!isRight) report('key.handover_invalid', null, { key: `${row.algorithm} ${row.keyNumber}` })
    if (key !== undefined) found.push({ row, key })
  }
  return found
}

/** Numbers have no gap, each key names the next, and retires when that one is made. */
async function isHandedOver(row: KeyRow, rows: readonly KeyRow[]): Promise<boolean> {
  const next = rows.find(
    ({ algorithm, keyNumber }) => algorithm === row.algorithm && keyNumber === row.keyNumber + 1,
  )
  if (row.retiredAt !== (next?.createdAt ?? null)) return false
  if (row.keyNumber === 1) return row.handover === null
  const before = rows.find(
    ({ algorithm, keyNumber }) => algorithm === 'ed25519' && keyNumber === row.keyNumber - 1,
  )
  if (before === undefined || row.handover === null) return false
  const { handover } = row
  return (await unlessUnproven(() => verifyHandover(handover, before.vkey)))?.vkey === row.vkey
}

/** Number of the key that signed the note; undefined where none of the log's did, or not each of its kind. */
async function signerOf({ keys }: CheckpointCheck, note: Note): Promise<number | undefined> {
  const verified = await unlessUnproven(() =>
    verifyNote(
      note,
      keys.map(({ key }) => key),
    ),
  )
  if (verified === undefined) return undefined
  const sure = [...verified.signedBy.map(({ key }) => key), ...verified.unsupported]
  const numbers = new Set(keys.filter(({ key }) => sure.includes(key)).map(({ row }) => row.keyNumber))
  return [...numbers].find((number) =>
    keys.filter(({ row }) => row.keyNumber === number).every(({ key }) => sure.includes(key)),
  )
}

export interface ClaimedCheckpoint {
  readonly note: string
  readonly place: string
  /** What stands beside the note, where anything does. */
  readonly row?: { readonly treeSize: number; readonly rootHash: Uint8Array }
}

interface CheckedCheckpoint extends RootClaim {
  /** Undefined where it is not signed by the log. */
  readonly signer: number | undefined
}

/** What a checkpoint claims, once it was read; undefined where it is none. */
export async function checkCheckpoint(
  check: CheckpointCheck,
  { note, place, row }: ClaimedCheckpoint,
): Promise<CheckedCheckpoint | undefined> {
  const { report } = check
  const read = await unlessUnproven(async () => {
    const parsed = parseNote(note)
    return { parsed, said: parseCheckpoint(parsed.text) }
  })
  const isOurs =
    read !== undefined && read.said.origin === check.place.origin && read.said.extensions.length === 0
  const saysTheSame =
    row === undefined ||
    (read?.said.size === row.treeSize && Buffer.from(row.rootHash).equals(read.said.rootHash))
  const size = row?.treeSize ?? read?.said.size ?? 0
  const values = { size: String(size), place }
  if (!isOurs || !saysTheSame) {
    report('checkpoint.unreadable', null, values)
    return row && { size, rootHash: row.rootHash, place, signer: undefined }
  }
  const signer = await signerOf(check, read.parsed)
  if (signer === undefined) report('checkpoint.unsigned', null, values)
  return { size, rootHash: read.said.rootHash, place, signer }
}

const page = 256

export interface CheckedPage {
  readonly claims: readonly CheckedCheckpoint[]
  /** Number of the newest key seen. */
  readonly newest: number
}

/** The kept checkpoints of more than `from` and at most `to` entries. Keys change in one direction only. */
export async function keptCheckpoints(
  check: CheckpointCheck,
  { from, to, newest }: { readonly from: number; readonly to: number; readonly newest: number },
): Promise<CheckedPage> {
  const { place, report } = check
  const claims: CheckedCheckpoint[] = []
  let after = from
  let latest = newest
  for (;;) {
    const rows = await place.transact((tx) =>
      tx.rows(checkpointsBetween, [place.institutionId, after, to, page]),
    )
    const checked = await Promise.all(
      rows.map((row) => checkCheckpoint(check, { note: row.note, place: 'log_checkpoints', row })),
    )
    for (const one of checked) {
      if (one === undefined) continue
      claims.push(one)
      if (one.signer !== undefined && one.signer < latest)
        report('checkpoint.key_retired', null, { size: String(one.size), place: one.place })
      latest = Math.max(latest, one.signer ?? 0)
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < page) return { claims, newest: latest }
    after = last.treeSize
  }
}

/** Every cosignature that was kept, against the keys of the witnesses of every policy; answers how many there are. */
export async function checkCosignatures(
  check: Omit<CheckpointCheck, 'keys'>,
  signal?: AbortSignal,
): Promise<number> {
  const { institutionId, transact } = check.place
  let count = 0
  let after = { treeSize: -1, witness: '' }
  for (;;) {
    signal?.throwIfAborted()
    const rows = await transact((tx) =>
      tx.rows(cosignaturesAfter, [institutionId, after.treeSize, after.witness, page]),
    )
    // Read behind them: whoever cosigned was named before.
    const keys = await witnessKeys(check)
    await Promise.all(rows.map((row) => checkCosignature(check.report, row, keys)))
    count += rows.length
    const last = rows.at(-1)
    if (last === undefined || rows.length < page) return count
    after = last
  }
}

/** Of every policy that was ever set. */
async function witnessKeys({ place }: Pick<CheckpointCheck, 'place'>): Promise<readonly VerifierKey[]> {
  const rows = await place.transact((tx) => tx.rows(policies, [place.institutionId]))
  // One that cannot be read is none that was set: its entry is not borne out.
  const parsed = await Promise.all(rows.map(({ policy }) => unlessUnproven(() => parsePolicy(policy))))
  return parsed.flatMap((policy) => policy?.witnesses.map(({ key }) => key) ?? [])
}

async function checkCosignature(
  report: Report,
  { treeSize, witness, line, note }: Cosignature,
  keys: readonly VerifierKey[],
): Promise<void> {
  const isGenuine = await unlessUnproven(async () => {
    const signed = parseNote(`${parseNote(note ?? '').text}\n${line}`)
    const { signedBy, unsupported } = await verifyNote(signed, keys)
    const by = [...signedBy.map(({ key }) => key), ...unsupported]
    return signed.signatures.length === 1 && by.some((key) => witnessIdOf(key) === witness)
  })
  if (isGenuine !== true) report('cosignature.invalid', null, { size: String(treeSize), witness })
}

/** Undefined where something cannot be read or does not hold. */
async function unlessUnproven<T>(work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof NotProven)) throw error
    return undefined
  }
}
