/**
 * Receipts: proofs (c2sp.org/tlog-proof) that something stands in a log, whose `extra` says what. It holds the opening of the
 * entry, a zero byte, and the policy that the log's keeper states.
 */
import { type Bytes, findBase64, findDecimal, findText, hashBytes, hexOf, sha256, utf8 } from './bytes.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { type Failure, NotProven, verdictOf } from './failures.ts'
import { leafHashOf, verifyInclusion } from './merkle.ts'
import { checkedText, type Note, parseNote } from './note.ts'
import { findOpening, headBytes, type Opening } from './opening.ts'
import { isQuorum, type Policy } from './policy.ts'
import { type VerifiedNote, verifyNote } from './signatures.ts'

/** A receipt as it stands there. Nothing in it is proven: {@link verifyReceipt} does that. */
export interface Receipt {
  readonly index: number
  /** From the entry's sibling to the child of the root. */
  readonly path: readonly Bytes[]
  readonly checkpoint: Checkpoint
  readonly note: Note
  /** What the entry is the SHA-256 of. */
  readonly opening: Bytes
  /** The policy that the log's keeper states, `2/3`: in no way proven, and never what is checked by. */
  readonly statedPolicy: string
}

/**
 * Reads a receipt without proving anything in it.
 *
 * @throws NotProven `text.…`, `receipt.…`, `note.…`, `checkpoint.form`
 * @example
 * ```ts
 * import { parseReceipt } from '@khudi/sdk/verify'
 * const sizeOf = (text: string) => parseReceipt(text).checkpoint.size
 * ```
 */
export function parseReceipt(given: string | Uint8Array): Receipt {
  const text = checkedText(given)
  const end = text.indexOf('\n\n')
  const [first, extra = '', place = '', ...path] = text.slice(0, Math.max(end, 0)).split('\n')
  if (first !== 'c2sp.org/tlog-proof@v1') throw new NotProven('receipt.form')
  const index = place.startsWith('index ') ? findDecimal(place.slice('index '.length)) : undefined
  const stated = statementOf(extra)
  if (index === undefined) throw new NotProven('receipt.index', place)
  const note = parseNote(text.slice(end + 2))
  const checkpoint = parseCheckpoint(note.text)
  return { index, path: path.map(hashOf), checkpoint, note, ...stated }
}

function statementOf(line: string): Pick<Receipt, 'opening' | 'statedPolicy'> {
  const bytes = line.startsWith('extra ') ? findBase64(line.slice('extra '.length)) : undefined
  // Before its text an opening is binary and may hold zeros; its text has none.
  const end = bytes?.indexOf(0, headBytes) ?? -1
  const statedPolicy = bytes && findText(bytes.slice(end + 1))
  if (bytes === undefined || end < 0 || statedPolicy === undefined || /\p{Cc}/u.test(statedPolicy))
    throw new NotProven('receipt.extra')
  return { opening: bytes.slice(0, end), statedPolicy }
}

function hashOf(line: string): Bytes {
  const bytes = findBase64(line)
  if (bytes?.length !== hashBytes) throw new NotProven('receipt.path', line)
  return bytes
}

/** A record that somebody shows beside its receipt. */
export interface ShownRecord {
  readonly recordId: string
  /** Canonical JSON of the record, as it was logged. */
  readonly record: string
  /** 32 bytes that stand for who did it: SHA-256 of salt, entry and actor. */
  readonly hidden: Uint8Array
}

export interface ReceiptOptions {
  readonly policy: Policy
  readonly record?: ShownRecord
}

/** What a valid receipt proves. */
export interface ReceiptFacts extends Opening {
  /** The log's name. */
  readonly origin: string
  readonly index: number
  readonly treeSize: number
  readonly witnesses: readonly WitnessFact[]
  /** Witnesses whose kind of signature this platform does not know. They were not counted. */
  readonly unsupportedWitnesses: readonly string[]
  /** Whether a record was shown, and is the one that the entry commits to. */
  readonly isRecordProven: boolean
  /** What the log's keeper says of its policy: not proven, for information. */
  readonly statedPolicy: string
}

export interface WitnessFact {
  /** As the policy calls it. */
  readonly name: string
  /** As it signs. */
  readonly keyName: string
  /** When it saw the log to be consistent; null where it says no time. */
  readonly cosignedAt: Date | null
}

/**
 * `valid` with what is proven; `invalid` where something does not hold; `unreadable` where it is no receipt or a damaged one;
 * `unchecked` where this platform cannot tell.
 */
export type ReceiptResult =
  | { readonly verdict: 'valid'; readonly facts: ReceiptFacts }
  | { readonly verdict: 'invalid' | 'unreadable' | 'unchecked'; readonly failure: Failure }

/**
 * Proves a receipt by a policy, offline: the log has signed, what the receipt says stands in the log, and enough witnesses have
 * seen it. Nothing is asked of anybody.
 *
 * @example
 * ```ts
 * import { parsePolicy, verifyReceipt } from '@khudi/sdk/verify'
 * async function saidIn(receipt: string, policy: string): Promise<string> {
 *   const result = await verifyReceipt(receipt, { policy: await parsePolicy(policy) })
 *   return result.verdict === 'valid' ? result.facts.said : result.failure.en
 * }
 * ```
 */
export async function verifyReceipt(
  given: string | Uint8Array,
  options: ReceiptOptions,
): Promise<ReceiptResult> {
  try {
    return { verdict: 'valid', facts: await proveReceipt(parseReceipt(given), options) }
  } catch (error) {
    if (!(error instanceof NotProven)) throw error
    return { verdict: verdictOf(error.failure.code), failure: error.failure }
  }
}

async function proveReceipt(receipt: Receipt, { policy, record }: ReceiptOptions): Promise<ReceiptFacts> {
  const { checkpoint, index, path } = receipt
  // 1. The log is one that the policy names, and it has signed this checkpoint. No known signature is wrong.
  const verified = await verifiedCheckpoint(receipt, policy)
  // 2. The entry stands at its place in the tree that was signed. Only from here on does the opening mean anything.
  const leafHash = await leafHashOf(await sha256(receipt.opening))
  const inclusion = { index, size: checkpoint.size, leafHash, path, rootHash: checkpoint.rootHash }
  if (!(await verifyInclusion(inclusion))) throw new NotProven('entry.not_included')
  // 3. Enough witnesses have seen the log to be one and the same for everybody.
  const witnesses = witnessFacts(verified, policy)
  const opening = findOpening(receipt.opening)
  // 4. What was proven to be there is something that this platform writes.
  if (opening === undefined) throw new NotProven('entry.not_ours')
  // 5. The record that is shown is the one that the entry commits to.
  if (record !== undefined && (await digestOf(record)) !== opening.recordDigest)
    throw new NotProven('record.other', record.recordId)
  return {
    ...opening,
    origin: checkpoint.origin,
    index,
    treeSize: checkpoint.size,
    ...witnesses,
    isRecordProven: record !== undefined,
    statedPolicy: receipt.statedPolicy,
  }
}

/** @throws NotProven `log.…`, `signature.wrong`, `checkpoint.extension`, `platform.algorithm` */
async function verifiedCheckpoint({ note, checkpoint }: Receipt, policy: Policy): Promise<VerifiedNote> {
  const { origin, extensions } = checkpoint
  const logKeys = policy.logs.map(({ key }) => key).filter(({ name }) => name === origin)
  if (logKeys.length === 0) throw new NotProven('log.unknown', origin)
  const verified = await verifyNote(note, [...logKeys, ...policy.witnesses.map(({ key }) => key)])
  if (!verified.signedBy.some(({ key }) => logKeys.includes(key))) {
    const isUnsupported = verified.unsupported.some((key) => logKeys.includes(key))
    throw new NotProven(isUnsupported ? 'platform.algorithm' : 'log.not_signed', origin)
  }
  // An ML-DSA-44 signature does not cover them, and no receipt of ours has any.
  if (extensions.length > 0) throw new NotProven('checkpoint.extension', extensions[0])
  return verified
}

/** @throws NotProven `quorum.not_reached`; `platform.algorithm` where those that cannot be verified would be enough */
function witnessFacts(
  { signedBy, unsupported }: VerifiedNote,
  policy: Policy,
): Pick<ReceiptFacts, 'witnesses' | 'unsupportedWitnesses'> {
  const witnesses = policy.witnesses.flatMap(({ name, key }) => {
    const found = signedBy.find((one) => one.key === key)
    return found === undefined ? [] : [{ name, keyName: key.name, cosignedAt: found.signedAt }]
  })
  const unsupportedWitnesses = policy.witnesses
    .filter(({ key }) => unsupported.includes(key))
    .map(({ name }) => name)
  const names = witnesses.map(({ name }) => name)
  if (isQuorum(policy, new Set(names))) return { witnesses, unsupportedWitnesses }
  const couldBe = isQuorum(policy, new Set([...names, ...unsupportedWitnesses]))
  throw new NotProven(couldBe ? 'platform.algorithm' : 'quorum.not_reached', names.join(', '))
}

/** SHA-256(hidden ‖ record id ‖ 0x0A ‖ record), in hexadecimal. */
async function digestOf({ recordId, record, hidden }: ShownRecord): Promise<string> {
  return hexOf(await sha256(hidden, utf8(`${recordId}\n${record}`)))
}
