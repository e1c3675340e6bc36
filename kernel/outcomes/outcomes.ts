/** Outcomes: what turned out to be true of a case. A correction is a further revision; none is overwritten. */
import { type FieldProblem, readWith } from '@khudi/sdk'
import type { Actor } from '../access/roles.ts'
import { canonicalJson, sha256 } from '../canonical.ts'
import { holdCases, takeCase } from '../cases/cases.ts'
import { CaseState, next } from '../cases/states.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { type Act, append, type Recorded } from '../log/log.ts'
import { installed } from '../register/register.ts'
import { insertOutcomes, moveWithOutcomes, type OutcomeRow, outcomesOfCase } from './store.ts'

export type { OutcomeRow } from './store.ts'

/** An outcome that fits its schema, in the form that is stored. */
export interface GivenOutcome {
  readonly payload: string
  readonly payloadDigest: Uint8Array
}

/** The stored form of an outcome that its schema took. */
export function outcomeOf(value: unknown): GivenOutcome {
  const payload = canonicalJson(value)
  return { payload, payloadDigest: sha256(payload) }
}

export interface NewOutcome {
  readonly caseId: string
  readonly outcome: GivenOutcome
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
        round.map(() => newId()),
        round.map(({ caseId }) => caseId),
        round.map(({ outcome }) => outcome.payload),
        round.map(({ outcome }) => outcome.payloadDigest),
      ]),
    ),
  ])
  const rows = added.flat()
  const moved = movedBy(rows, outcomes)
  if (moved.size > 0) {
    await tx.run(moveWithOutcomes, [tx.institutionId, at, closing, [...moved.keys()], [...moved.values()]])
  }
  return rows.map((row) => ({
    kind: 'outcome.recorded',
    caseId: row.caseId,
    recordId: row.outcomeId,
    record: outcomeRecord(row),
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

/** What the log commits to when an outcome is recorded. */
export function outcomeRecord(row: OutcomeRow): string {
  return canonicalJson({
    case: row.caseId,
    outcome: row.outcomeId,
    payloadDigest: Buffer.from(row.payloadDigest).toString('hex'),
    recordedAt: row.recordedAt.toISOString(),
    revision: row.revision,
  })
}

/**
 * Records the outcome of one case. The same outcome again changes nothing.
 *
 * @throws Refusal `case.not_found`, `case.version_stale`, `outcome.invalid`
 */
export async function recordOutcome(
  kernel: Kernel,
  actor: Actor,
  given: { readonly caseId: string; readonly version: number | undefined; readonly outcome: unknown },
): Promise<{ readonly version: number; readonly outcomes: readonly OutcomeRow[] }> {
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    const row = await takeCase(tx, actor, given)
    const { application } = installed(kernel, row.applicationId)
    const read = readWith(application.outcome, given.outcome)
    if (!read.ok) throw invalidOutcome(row.applicationId, read.problems)
    const at = kernel.clock()
    const outcome = outcomeOf(given.outcome)
    const recorded = await addOutcomes(tx, { actor: actor.name, at }, [
      { caseId: row.caseId, outcome, isNewCase: false },
    ])
    await append(tx, { actor: actor.name, at }, recorded)
    const outcomes = await tx.rows(outcomesOfCase, [tx.institutionId, row.caseId])
    return { version: row.version + recorded.length, outcomes }
  })
}

function invalidOutcome(application: string, problems: readonly FieldProblem[]): Refusal {
  return new Refusal('outcome.invalid', { application }, { problems })
}

/** Every revision of a case's outcome, oldest first. */
export async function outcomesOf(
  kernel: Kernel,
  actor: Actor,
  caseId: string,
): Promise<readonly OutcomeRow[]> {
  return kernel.db.transaction(
    actor.institutionId,
    (tx) => tx.rows(outcomesOfCase, [tx.institutionId, caseId]),
    {
      isReadOnly: true,
    },
  )
}
