/**
 * The backlog: cases that were opened without a decision, decided afterwards, in batches by day.
 *
 * 1. Pin code and models. 2. Read a batch of undecided cases. 3. A worker decides it, outside any transaction. 4. One
 * transaction confirms the pin, moves those that are still undecided, adds decisions and log entries. A crash at any point
 * leaves whole batches decided and the rest undecided; running again decides the rest, and nothing twice.
 */
import type { Actor } from '../access/roles.ts'
import { countUndecidedCases, moveUndecided, type UndecidedCase, undecided } from '../cases/cases.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import type { Period } from '../models/models.ts'
import { insertRulings, type Ruling, rule } from './decisions.ts'
import { type Pin, pin, stillPinned } from './pin.ts'
import { pipelined } from './pipelined.ts'

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
      const rulings = await rulingsOf(kernel, pinned, cases)
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

async function rulingsOf(
  kernel: Kernel,
  pinned: Pin,
  cases: readonly UndecidedCase[],
): Promise<readonly Ruling[]> {
  const answers = await kernel.workers.run({
    kind: 'decide',
    applicationId: pinned.application.id,
    payloads: cases.map(({ payload }) => payload),
    models: pinned.digests,
  })
  const at = kernel.clock()
  return cases.map(({ caseId, reference }, index) => {
    const answer = answers[index]
    // A stored case that the schema no longer takes is one an officer must look at; it is not left behind silently.
    const decided = answer?.ok === true ? answer.decided : undefined
    const unaided = {
      recommendation: null,
      score: null,
      reasons: '[]',
      failure: 'the case no longer fits its schema',
    }
    return rule(pinned, { caseId, reference, at }, decided ?? unaided)
  })
}

/** Number of cases decided; `undefined` where the pin no longer holds and nothing was done. */
async function commitRulings(
  kernel: Kernel,
  actor: Actor,
  { pinned, rulings }: { readonly pinned: Pin; readonly rulings: readonly Ruling[] },
): Promise<number | undefined> {
  const [first] = rulings
  if (first === undefined) return 0
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    if (!(await stillPinned(tx, pinned))) return undefined
    const at = first.row.decidedAt
    const ids = await moveUndecided(
      tx,
      at,
      rulings.map(({ row, state, priority }) => ({
        caseId: row.caseId,
        state,
        reviewRole: row.reviewRole,
        priority,
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
