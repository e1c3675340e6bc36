/**
 * Receipts: proofs that an entry is in the log, which verify offline and without us (c2sp.org/tlog-proof). Made when they are
 * asked for, against the newest checkpoint that enough witnesses cosigned; nothing of them is stored.
 */
import type { Actor } from '../access/roles.ts'
import { getCase } from '../cases/cases.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { type Cosigned, latestCosigned } from './cosign.ts'
import type { LogKind } from './kinds.ts'
import type { LogEntry } from './log.ts'
import { logKeysOf } from './log-keys.ts'
import { inclusionProof } from './merkle.ts'
import { openingBytes } from './opening.ts'
import { policyOf, policyStatement } from './policy.ts'
import { logOf, tilesOf } from './published.ts'

/** What there are receipts of. */
export const receiptKinds: readonly LogKind[] = [
  'decision.made',
  'review.completed',
  'outcome.recorded',
  'case.corrected',
]

/**
 * `pending` until the sequencer gave the entry its place; `witnessing` until a checkpoint of which enough witnesses know has
 * it; then `ready`.
 */
export const receiptStates = ['pending', 'witnessing', 'ready'] as const
export type ReceiptState = (typeof receiptStates)[number]

export interface ReceiptEntry {
  readonly entry: LogEntry
  readonly state: ReceiptState
}

export interface ReceiptsOfCase {
  readonly entries: readonly ReceiptEntry[]
  /** The policy to check the receipts by: c2sp.org/tlog-policy. */
  readonly policy: string
  /** The same in short, `2/3`. */
  readonly statement: string
}

/** What may be proven of a case. @throws Refusal `case.not_found` */
export async function receiptsOf(kernel: Kernel, actor: Actor, caseId: string): Promise<ReceiptsOfCase> {
  const { history } = await getCase(kernel, actor, caseId)
  const [cosigned, policy, text] = await Promise.all([
    latestCosigned(kernel, actor.institutionId),
    policyOf(kernel, actor.institutionId),
    verifyingPolicy(kernel, actor.institutionId),
  ])
  const entries = history
    .filter(({ kind }) => receiptKinds.includes(kind))
    .map((entry): ReceiptEntry => ({ entry, state: stateOf(entry, cosigned) }))
  return { entries, policy: text, statement: policyStatement(policy) }
}

/** Whether an entry can be proven yet. */
export function stateOf({ entryIndex }: LogEntry, cosigned: Cosigned | undefined): ReceiptState {
  if (entryIndex === null) return 'pending'
  return cosigned !== undefined && entryIndex < cosigned.size ? 'ready' : 'witnessing'
}

/**
 * The receipt of one entry of a case: the text of a tlog-proof, whose `extra` is the opening of the entry, a zero byte and the
 * node's policy in short. Of the log's own signatures it has the one by Ed25519 alone, so that it fits into a QR code.
 *
 * @throws Refusal `case.not_found`, `receipt.not_found`, `receipt.not_ready`
 */
export async function receiptOf(
  kernel: Kernel,
  actor: Actor,
  { caseId, entryIndex }: { readonly caseId: string; readonly entryIndex: number },
): Promise<string> {
  const { history } = await getCase(kernel, actor, caseId)
  const entry = history.find((one) => one.entryIndex === entryIndex && receiptKinds.includes(one.kind))
  if (entry === undefined) throw new Refusal('receipt.not_found')
  return receiptOfEntry(kernel, actor.institutionId, entry)
}

/** The receipt of an entry, whatever it is about. @throws Refusal `receipt.not_ready` */
export async function receiptOfEntry(
  kernel: Kernel,
  institutionId: string,
  entry: LogEntry,
): Promise<string> {
  const [place, cosigned, policy] = await Promise.all([
    logOf(kernel, institutionId),
    latestCosigned(kernel, institutionId),
    policyOf(kernel, institutionId),
  ])
  const { entryIndex } = entry
  const isReady = stateOf(entry, cosigned) === 'ready'
  if (place === undefined || cosigned === undefined || entryIndex === null || !isReady)
    throw new Refusal('receipt.not_ready')
  const path = await inclusionProof(entryIndex, cosigned.size, tilesOf(place, cosigned).read)
  return receiptText({
    entry,
    index: entryIndex,
    path,
    note: cosigned.note,
    statement: policyStatement(policy),
  })
}

/** c2sp.org/tlog-proof, "Format". */
export function receiptText(given: {
  readonly entry: LogEntry
  readonly index: number
  /** From the entry's sibling to the child of the root. */
  readonly path: readonly Uint8Array[]
  /** The signed checkpoint with what witnesses added to it. */
  readonly note: string
  readonly statement: string
}): string {
  const { entry, index, path, note, statement } = given
  const extra = Buffer.concat([openingBytes(entry), Buffer.from(`\0${statement}`)])
  const lines = [
    'c2sp.org/tlog-proof@v1',
    `extra ${extra.toString('base64')}`,
    `index ${index}`,
    ...path.map((hash) => Buffer.from(hash).toString('base64')),
  ]
  return `${lines.join('\n')}\n\n${note}`
}

/**
 * The policy to check the institution's receipts by: its log's Ed25519 keys, those that signed earlier receipts included, and
 * the witnesses that the node asks. Keys that the set policy names already are not named twice.
 *
 * @throws Refusal `log.keys_none` as long as there is no log
 */
export async function verifyingPolicy(kernel: Pick<Kernel, 'db'>, institutionId: string): Promise<string> {
  const [{ keys }, { text }] = await Promise.all([
    logKeysOf(kernel, institutionId),
    policyOf(kernel, institutionId),
  ])
  const logs = keys
    .filter(({ algorithm, vkey }) => algorithm === 'ed25519' && !text.includes(vkey))
    .map(({ vkey }) => `log ${vkey}\n`)
  return `${logs.join('')}${text}`
}
