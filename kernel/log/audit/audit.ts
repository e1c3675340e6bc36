/**
 * The audit of a log: whether tree, checkpoints, entries, records and what follows from them hold together, without trusting
 * any of them. What somebody with the keys signed anew, only the local mark or a witness can tell (docs/decisions/0010).
 *
 * - Bound by entries, every column: institutions and their sampling keys, accounts, keys of connected systems, registrations,
 *   models, cases (what was submitted), decisions, reviews, outcomes, finished imports, reads, erasures, rotations of wrapping keys
 *   and of the log's keys, witness policies. Passwords, sampling keys and sealed bytes by their SHA-256.
 * - Derived from the entries: state, version, last change, queue and holder of cases; which model is live; which holders are gone;
 *   with the keys at hand also that every data key opens and is found under its own index. The version of a case is known but for
 *   what came with its opening.
 * - By itself: checkpoints, handovers of keys and cosignatures, by their signatures.
 * - Free on purpose: sessions, jobs and their schedules, kept replies, imports under way, refused rows (an erasure deletes some),
 *   entries without a place, how asking witnesses goes, logs of others that are witnessed here; the instants at which first keys and
 *   data keys were made, checkpoints stored and cosignatures received.
 */
import { checkpointFile, type LogPlace, markFile } from '../standing.ts'
import {
  type CheckpointCheck,
  type ClaimedCheckpoint,
  checkCheckpoint,
  checkCosignatures,
  checkKeys,
  keptCheckpoints,
} from './checkpoints.ts'
import { checkDataKeys, checkModelsAndKeys, type WrappedKey } from './derived/derived.ts'
import type { Finding, Report } from './findings.ts'
import { type AuditedLog, AuditRun, type AuditState, type RunOptions } from './run.ts'
import { countCheckpoints, type KeyRow, reach, strayPlaces } from './store.ts'
import type { RootClaim } from './tree.ts'

export { type AuditedLog, type AuditStage, type AuditState, auditStart } from './run.ts'

export interface AuditOptions extends RunOptions {
  /** From the beginning unless told. */
  readonly from?: AuditState | undefined
  /** Opens a wrapped data key, where the wrapping keys are at hand. */
  readonly opens?: ((key: WrappedKey) => Promise<boolean>) | undefined
  /** Whether this node holds the private half of a key of the log, where the keeper of keys is at hand. */
  readonly holdsKey?:
    | ((key: Pick<KeyRow, 'keyNumber' | 'algorithm' | 'vkey'>) => Promise<boolean>)
    | undefined
}

export interface AuditReport {
  readonly origin: string
  /** Entries that have a place. */
  readonly entries: number
  /** Those of them that are in a signed tree. */
  readonly signed: number
  /** Entries that wait for their place: not checked yet. */
  readonly pending: number
  readonly checkpoints: number
  readonly cosignatures: number
  /** Null where no wrapping keys were at hand. */
  readonly dataKeys: number | null
  /** By the entries they are about. */
  readonly findings: readonly Finding[]
  /** How many there are in all; the first thousand are kept. */
  readonly found: number
  /** The first entry that anything was found about; null where nothing was. */
  readonly firstDivergent: number | null
}

/**
 * Audits a log. Reads only.
 *
 * 1. What the folder knows to be signed, before the database: whatever is signed meanwhile is then in the database.
 * 2. The keys of the log.
 * 3. The tree and the records of the entries, range by range, side by side: one keeps this process busy, the other the
 *    database.
 * 4. What follows from the entries, and entries and rows as pairs, again side by side; cosignatures; data keys.
 *
 * A run that is cut off anywhere leaves nothing but the state that `onState` kept.
 */
export async function auditLog(log: AuditedLog, options: AuditOptions = {}): Promise<AuditReport> {
  const { from, opens, holdsKey, signal, onProgress } = options
  const run = new AuditRun(log, options, from)
  const { report } = run
  // 1.
  const published = await claimedFiles(log)
  const { placed, pending, size, end } = await reachOf(log, report)
  // 2.
  const keys = await checkKeys(log, report)
  for (const { row } of keys)
    if ((await holdsKey?.(row)) === false)
      report('key.not_held', null, { key: `${row.algorithm} ${row.keyNumber}` })
  const check = { place: log, report, keys }
  const claims = await publishedClaims(check, published, size)
  // 3.
  const checkTree = run.tree({ size, claims: (range) => claimsBetween(check, { ...range, claims }) })
  await together(checkTree, run.records(end))
  // 4.
  const [areEven] = await together(run.pairs(), run.cases())
  if (areEven === false || run.findings().found > 0) await run.casePairs()
  await checkModelsAndKeys(run)
  const cosignatures = await checkCosignatures(check, signal)
  onProgress?.('keys', 0, undefined)
  const dataKeys = opens === undefined ? null : await checkDataKeys(run, { opens, signal })
  const { checkpoints } = await log.transact((tx) => tx.one(countCheckpoints, [log.institutionId]))
  const counts = { entries: placed, signed: size, pending, checkpoints, cosignatures, dataKeys }
  return { origin: log.origin, ...counts, ...run.findings() }
}

const mostStray = 100
/** How much further than its entries a signed tree may be to be looked through for them. */
const searched = 1_000_000

/**
 * How far the audit goes: `size` of the tree, `end` of the entries. What lies beyond is named and not followed. All of it of one
 * instant: the log may be growing.
 */
async function reachOf({ institutionId, transact }: AuditedLog, report: Report) {
  const { found, size, stray } = await transact(
    async (tx) => {
      const found = await tx.one(reach, [institutionId])
      const signed = Number(found.signed ?? 0)
      const size = signed <= found.placed + searched ? signed : found.placed
      const end = Math.max(size, found.placed)
      return { found, size, stray: await tx.rows(strayPlaces, [institutionId, end, mostStray]) }
    },
    { isReadOnly: true },
  )
  const { placed, pending, signed } = found
  if (size < Number(signed ?? 0))
    report('log.rolled_back', placed, { place: 'log_checkpoints', size: signed ?? '' })
  if (size === 0 && placed > 0) report('checkpoint.none', null)
  for (const { place } of stray) report('entry.stray', null, { place })
  return { placed, pending, size, end: Math.max(size, placed) }
}

/** Waits for both, also where one fails: neither goes on behind the caller's back. */
async function together<A, B>(one: Promise<A>, other: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([one, other])
  return Promise.all([one, other])
}

/** Checkpoints that lie beside the database. */
async function claimedFiles({ folder }: LogPlace): Promise<readonly ClaimedCheckpoint[]> {
  const found = await Promise.all([checkpointFile, markFile].map((name) => folder.findFile(name)))
  return [checkpointFile, markFile].flatMap((place, at) => {
    const note = found[at]?.toString()
    return note === undefined ? [] : [{ note, place }]
  })
}

/** What they claim of trees that the database has too; one of a larger tree says that the database lost entries. */
async function publishedClaims(
  check: CheckpointCheck,
  published: readonly ClaimedCheckpoint[],
  size: number,
): Promise<readonly RootClaim[]> {
  const claims: RootClaim[] = []
  for (const one of published) {
    const claim = await checkCheckpoint(check, one)
    if (claim === undefined) continue
    if (claim.size <= size) claims.push(claim)
    else check.report('log.rolled_back', size, { place: claim.place, size: String(claim.size) })
  }
  return claims
}

async function claimsBetween(
  check: CheckpointCheck,
  range: {
    readonly from: number
    readonly to: number
    readonly newest: number
    readonly claims: readonly RootClaim[]
  },
): Promise<{ readonly claims: readonly RootClaim[]; readonly newest: number }> {
  const { from, to, claims } = range
  const kept = await keptCheckpoints(check, range)
  const others = claims.filter(({ size }) => size > from && size <= to)
  return { claims: [...kept.claims, ...others], newest: kept.newest }
}
