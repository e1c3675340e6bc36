/**
 * The backlog: cases that were opened without a decision, decided afterwards, in batches by day.
 *
 * 1. Pin code and models. 2. Read a batch of undecided cases. 3. Open what is sealed of them; the read is in the log before
 * that. 4. A worker decides it, outside any transaction, and reasons that carry a sealed value are sealed. 5. One transaction
 * confirms the pin and that the holders still live, moves those that are still undecided, adds decisions and log entries. A
 * crash at any point leaves whole batches decided and the rest undecided; running again opens and decides the rest, and
 * nothing twice.
 */
import type { Actor } from '../access/roles.ts'
import { countUndecidedCases, moveUndecided, type UndecidedCase, undecided } from '../cases/cases.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import type { Period } from '../models/models.ts'
import { openBatch } from '../vault/batches.ts'
import { casePlace, holderNameOf, type NamedCase } from '../vault/places.ts'
import type { Holder } from '../vault/seal.ts'
import { holdersFor, requireLiving } from '../vault/vault.ts'
import { insertRulings, type Ruling, rule } from './decisions.ts'
import { type Pin, pin, stillPinned } from './pin.ts'
import { pipelined } from './pipelined.ts'
import type { DecidedCase, ReadCase, RefusedCase } from './run.ts'
import { sealReasons } from './sealing.ts'

export interface BacklogRequest extends Period {
  readonly applicationId: string
  readonly batch?: number
  readonly signal?: AbortSignal
}

/** How far the work is. */
export interface BacklogProgress {
  readonly total: number
  readonly decided: number
}

/** Large enough to spread the cost of a commit, small enough to show progress and to lose little work in a crash. */
const defaultBatch = 500
/** Batches under way at once: a commit mostly waits, and the next batches are read and decided meanwhile. */
const underWay = 4

/** Decides the undecided cases of a period, oldest first; yields after each batch. */
export async function* decideBacklog(
  kernel: Kernel,
  actor: Actor,
  request: BacklogRequest,
): AsyncGenerator<BacklogProgress, void, void> {
  const { applicationId, signal } = request
  let latest = await pin(kernel, actor.institutionId, applicationId)
  const total = await countUndecidedCases(kernel, actor, request)
  let decided = 0
  yield { total, decided }
  const decideBatch = async (cases: readonly UndecidedCase[]): Promise<number> => {
    signal?.throwIfAborted()
    for (;;) {
      // Of this batch from its rulings to its commit, whatever other batches learn meanwhile.
      const pinned = latest
      const rulings = await rulingsOf(kernel, actor, { pinned, cases })
      const moved = await commitRulings(kernel, actor, { pinned, rulings })
      if (moved !== undefined) return moved
      latest = await pin(kernel, actor.institutionId, applicationId)
    }
  }
  const batches = undecided(kernel, actor, { ...request, batch: request.batch ?? defaultBatch })
  for await (const moved of pipelined(batches, underWay, decideBatch)) {
    decided += moved
    yield { total, decided }
  }
}

/** Steps 3 and 4. */
async function rulingsOf(
  kernel: Kernel,
  actor: Actor,
  { pinned, cases }: { readonly pinned: Pin; readonly cases: readonly UndecidedCase[] },
): Promise<readonly Ruling[]> {
  const given = await answersTo(kernel, actor, { pinned, cases })
  const holders = await missingHolders(kernel, actor, given)
  const at = kernel.clock()
  return given.map((one) => {
    const { caseId, reference, answer } = one
    const decided = decidedOf(answer)
    const holder = one.holder ?? holders.get(nameOf(one))
    const sealed = holder === undefined ? null : sealReasons(decided, one, holder)
    const holderId = sealed === null ? null : (holder?.holderId ?? null)
    return rule(pinned, { caseId, reference, at, sealed, holderId }, decided)
  })
}

/** What the application says of the cases that can be opened, each beside its case. */
async function answersTo(
  kernel: Kernel,
  actor: Actor,
  { pinned, cases }: { readonly pinned: Pin; readonly cases: readonly UndecidedCase[] },
): Promise<readonly (Answered & Pick<UndecidedCase, 'caseId'>)[]> {
  const applicationId = pinned.application.id
  const opened = await openBatch(kernel, actor, {
    applicationId,
    purpose: 'decision',
    cases: cases.map(({ reference, holderId, sealed }) => ({
      holderId,
      texts: [sealed && { place: casePlace({ applicationId, reference }), sealed }],
    })),
  })
  const payloads = cases.flatMap(({ payload }, index) => {
    const one = opened[index]
    return one === undefined ? [] : [{ payload, secret: one.texts[0] ?? null }]
  })
  const task = { kind: 'decide', applicationId, payloads, models: pinned.digests } as const
  const answers = await kernel.workers.run(task)
  let next = 0
  return cases.map(({ caseId, reference }, index) => {
    const one = opened[index]
    const answer = one === undefined ? undefined : answers[next++]
    return { caseId, reference, applicationId, answer, holder: one?.holder }
  })
}

type Answered = NamedCase & {
  readonly answer: ReadCase | RefusedCase | undefined
  readonly holder: Holder | undefined
}

/** By name; of cases whose reasons carry what is to be sealed, though nothing of them was so far. */
function missingHolders(
  kernel: Kernel,
  actor: Actor,
  given: readonly Answered[],
): Promise<ReadonlyMap<string, Holder>> {
  const missing = given.filter(
    ({ answer, holder }) => holder === undefined && decidedOf(answer).secretReasons !== null,
  )
  return holdersFor(kernel, actor.institutionId, missing.map(nameOf))
}

const nameOf = ({ answer, ...named }: Answered) =>
  holderNameOf(named, answer?.ok === true ? answer.subject : undefined)

/**
 * A stored case that the schema no longer takes, or that was erased, is one an officer must look at; it is not left behind
 * silently.
 */
function decidedOf(answer: Answered['answer']): DecidedCase {
  const decided = answer?.ok === true ? answer.decided : undefined
  const failure =
    answer === undefined ? 'the person concerned has been erased' : 'the case no longer fits its schema'
  return decided ?? { recommendation: null, score: null, reasons: '[]', secretReasons: null, failure }
}

/** Step 5. Number of cases decided; `undefined` where pin or holders no longer hold and nothing was done. */
async function commitRulings(
  kernel: Kernel,
  actor: Actor,
  { pinned, rulings }: { readonly pinned: Pin; readonly rulings: readonly Ruling[] },
): Promise<number | undefined> {
  const [first] = rulings
  if (first === undefined) return 0
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    const holderIds = rulings.map(({ holderId }) => holderId).filter((holderId) => holderId !== null)
    if (!(await requireLiving(tx, holderIds))) return undefined
    if (!(await stillPinned(tx, pinned))) return undefined
    const at = first.row.decidedAt
    const ids = await moveUndecided(
      tx,
      at,
      rulings.map(({ row, state, priority, holderId }) => ({
        caseId: row.caseId,
        state,
        reviewRole: row.reviewRole,
        priority,
        holderId,
      })),
    )
    const recorded = await insertRulings(
      tx,
      pinned,
      rulings.filter(({ row }) => ids.has(row.caseId)),
    )
    await append(tx, { actor: actor.name, at }, recorded)
    return ids.size
  })
}
