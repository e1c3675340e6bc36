/** Outcomes: what turned out to be true of a case. A correction is a further revision; none is overwritten. */
import { type Application, divide, type FieldProblem, protectionPlan } from '@khudi/sdk'
import { type Actor, unitsFor } from '../access/roles.ts'
import { canonicalJson, sha256 } from '../canonical.ts'
import {
  type CaseRow,
  giveHoldersTo,
  holdCases,
  seeCase,
  seeing,
  seenCase,
  takeCase,
  type WhichCase,
} from '../cases/cases.ts'
import { CaseState, next } from '../cases/states.ts'
import type { Transaction } from '../db/database.ts'
import { problemsOfOutcomes, subjectOf } from '../decisions/reading.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { type Act, append, type Recorded } from '../log/log.ts'
import type { InstalledApplication } from '../register/applications.ts'
import { installed } from '../register/register.ts'
import { holderNameOf, type NamedCase, outcomePlace } from '../vault/places.ts'
import { type Holder, keyedDigest, seal } from '../vault/seal.ts'
import { holdersById, holdersFor, requireLiving } from '../vault/vault.ts'
import { insertOutcomes, moveWithOutcomes, type OutcomeRow, outcomesOfCase } from './store.ts'

export type { OutcomeRow } from './store.ts'

/** An outcome that fits its schema, taken apart. */
export interface GivenOutcome {
  /** Canonical JSON of the operational fields. */
  readonly payload: string
  /** Canonical JSON of the others; null where there are none. */
  readonly secret: string | null
}

/** An outcome that its schema took, taken apart. */
export function outcomeOf(
  { outcome, classification }: Pick<Application, 'outcome' | 'classification'>,
  value: unknown,
): GivenOutcome {
  const { open, sealed } = divide(protectionPlan(outcome, classification), value)
  return { payload: canonicalJson(open), secret: sealed === undefined ? null : canonicalJson(sealed) }
}

/** The form that is stored. */
export interface SealedOutcome
  extends Pick<OutcomeRow, 'outcomeId' | 'payload' | 'sealed' | 'payloadDigest'> {
  /** Whose key seals it; null where nothing is sealed. */
  readonly holderId: string | null
}

/** @param holder of the case; `undefined` only where there is nothing to seal */
export function sealOutcome(
  { payload, secret }: GivenOutcome,
  named: NamedCase,
  holder: Holder | undefined,
): SealedOutcome {
  const outcomeId = newId()
  if (secret === null)
    return { outcomeId, payload, sealed: null, payloadDigest: sha256(payload), holderId: null }
  if (holder === undefined) throw new Error('an outcome with sealed fields needs a holder')
  const sealed = seal(holder, outcomePlace(named, outcomeId), secret)
  const payloadDigest = keyedDigest(holder, payload, secret)
  return { outcomeId, payload, sealed, payloadDigest, holderId: holder.holderId }
}

export interface NewOutcome {
  readonly caseId: string
  readonly outcome: SealedOutcome
  /** Whether the case was added in this very transaction, in the state that its outcome gives it. */
  readonly isNewCase: boolean
}

const closing = CaseState.options.filter((state) => next(state, 'outcome.recorded') === 'closed')

/** Adds outcomes that say something new; returns what the log is to record of them, for the same transaction. */
export async function addOutcomes(
  tx: Transaction,
  { actor, at }: Act,
  outcomes: readonly NewOutcome[],
): Promise<readonly Recorded[]> {
  if (outcomes.length === 0) return []
  const known = outcomes.filter(({ isNewCase }) => !isNewCase).map(({ caseId }) => caseId)
  // Sent together and run in this order: which revision is the next one is only certain under the lock.
  const [, ...added] = await Promise.all([
    holdCases(tx, known),
    ...rounds(outcomes).map((round) =>
      tx.rows(insertOutcomes, [
        tx.institutionId,
        actor,
        at,
        round.map(({ outcome }) => outcome.outcomeId),
        round.map(({ caseId }) => caseId),
        round.map(({ outcome }) => outcome.payload),
        round.map(({ outcome }) => outcome.sealed),
        round.map(({ outcome }) => outcome.payloadDigest),
      ]),
    ),
  ])
  const rows = added.flat()
  const moved = movedBy(rows, outcomes)
  if (moved.size > 0) {
    await tx.run(moveWithOutcomes, [tx.institutionId, at, closing, [...moved.keys()], [...moved.values()]])
  }
  const holderOf = new Map(outcomes.map(({ outcome }) => [outcome.outcomeId, outcome.holderId]))
  return rows.map((row) => ({
    kind: 'outcome.recorded',
    caseId: row.caseId,
    recordId: row.outcomeId,
    record: outcomeRecord(row, holderOf.get(row.outcomeId) ?? null),
  }))
}

/** By how much each case moves on: by every outcome but the one it came with. */
function movedBy(rows: readonly OutcomeRow[], outcomes: readonly NewOutcome[]): ReadonlyMap<string, number> {
  const isNew = new Set(outcomes.filter(({ isNewCase }) => isNewCase).map(({ caseId }) => caseId))
  const moved = new Map<string, number>()
  for (const { caseId, revision } of rows) {
    const cameWithCase = revision === 1 && isNew.has(caseId)
    if (!cameWithCase) moved.set(caseId, (moved.get(caseId) ?? 0) + 1)
  }
  return moved
}

/** What is said twice of one case is two revisions, which one statement cannot tell apart: each round has a case once. */
function rounds(outcomes: readonly NewOutcome[]): readonly (readonly NewOutcome[])[] {
  const said = new Map<string, number>()
  const found: NewOutcome[][] = []
  for (const one of outcomes) {
    const round = said.get(one.caseId) ?? 0
    said.set(one.caseId, round + 1)
    const others = found[round]
    if (others === undefined) found.push([one])
    else others.push(one)
  }
  return found
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** What the log commits to when an outcome is recorded; the two parts enter apart where something is sealed, as in a case. */
export function outcomeRecord(row: OutcomeRow, holderId: string | null): string {
  const { payload, sealed } = row
  return canonicalJson({
    case: row.caseId,
    outcome: row.outcomeId,
    ...(sealed && { holder: holderId, payload: hex(sha256(payload)), sealed: hex(sha256(sealed)) }),
    payloadDigest: hex(row.payloadDigest),
    recordedAt: row.recordedAt.toISOString(),
    revision: row.revision,
  })
}

/**
 * Records the outcome of one case. The same outcome again changes nothing.
 *
 * 1. Read which case it is, and the outcome with its schema. A crash up to step 3 leaves at most a key that nothing is sealed
 *    under.
 * 2. Seal what is personal under the key of the case's holder; a case of which nothing was sealed so far gets one of its own.
 * 3. Outcome, case and log entry commit together.
 *
 * @throws Refusal `case.not_found`, `case.version_stale`, `outcome.invalid`, `case.person_erased`
 */
export async function recordOutcome(
  kernel: Kernel,
  actor: Actor,
  given: { readonly caseId: string; readonly version: number | undefined; readonly outcome: unknown },
): Promise<{ readonly version: number; readonly outcomes: readonly OutcomeRow[] }> {
  const { institutionId } = actor
  // 1.
  const see = (tx: Transaction) => seeCase(tx, actor, given)
  const seen = await kernel.db.transaction(institutionId, see, seeing(actor, 'outcome.record'))
  const found = installed(kernel, seen.applicationId)
  const [problems] = await problemsOfOutcomes(kernel, found, [given.outcome])
  if (problems !== undefined) throw invalidOutcome(seen.applicationId, problems)
  const outcome = outcomeOf(found.application, given.outcome)
  // 2.
  const holder =
    outcome.secret === null ? undefined : await holderOf(kernel, found, { institutionId, row: seen })
  const sealed = sealOutcome(outcome, seen, holder)
  // 3.
  const record = async (tx: Transaction) => {
    if (holder !== undefined && !(await requireLiving(tx, [holder.holderId])))
      throw new Refusal('case.person_erased')
    const row = await takeCase(tx, actor, given)
    // What need not be kept any more is not begun anew.
    if (holder !== undefined && row.forgottenAt !== null) throw new Refusal('case.person_erased')
    // Somebody else was the first to seal something of this case.
    if (row.holderId !== seen.holderId) return undefined
    if (holder !== undefined) await giveHoldersTo(tx, [{ caseId: row.caseId, holderId: holder.holderId }])
    const at = kernel.clock()
    const recorded = await addOutcomes(tx, { actor: actor.name, at }, [
      { caseId: row.caseId, outcome: sealed, isNewCase: false },
    ])
    await append(tx, { actor: actor.name, at }, recorded)
    const outcomes = await tx.rows(outcomesOfCase, [tx.institutionId, row.caseId])
    return { version: row.version + recorded.length, outcomes }
  }
  const units = unitsFor(actor, 'outcome.record')
  const done = await kernel.db.transaction(institutionId, record, { units })
  return done ?? recordOutcome(kernel, actor, given)
}

/** Holder of a case; where nothing of it was sealed so far, by whom its fields, all in clear, are about. @throws Refusal `case.person_erased` */
async function holderOf(
  kernel: Kernel,
  found: InstalledApplication,
  { institutionId, row }: { readonly institutionId: string; readonly row: CaseRow },
): Promise<Holder> {
  const { holderId } = row
  if (holderId !== null) {
    const find = (tx: Transaction) => holdersById(tx, kernel, [holderId])
    const found = await kernel.db.transaction(institutionId, find, { isReadOnly: true })
    const holder = found.get(holderId)
    if (holder === undefined) throw new Refusal('case.person_erased')
    return holder
  }
  const name = holderNameOf(row, await subjectOf(kernel, found, { payload: row.payload, secret: null }))
  const holder = (await holdersFor(kernel, institutionId, [name])).get(name)
  if (holder === undefined) throw new Error('a holder that was missing is made')
  return holder
}

function invalidOutcome(application: string, problems: readonly FieldProblem[]): Refusal {
  return new Refusal('outcome.invalid', { application }, { problems })
}

/** Every revision of a case's outcome, oldest first. */
export async function outcomesOf(
  kernel: Kernel,
  actor: Actor,
  which: WhichCase,
): Promise<readonly OutcomeRow[]> {
  const { caseId, options } = seenCase(actor, which)
  const find = (tx: Transaction) => tx.rows(outcomesOfCase, [tx.institutionId, caseId])
  return kernel.db.transaction(actor.institutionId, find, options)
}
