/**
 * The backlog: cases that were opened without a decision, decided afterwards, in batches by day.
 *
 * 1. Pin code and models. 2. Read a batch of undecided cases. 3. A worker decides it, outside any transaction. 4. One
 * transaction confirms the pin, moves those that are still undecided, adds decisions and log entries. A crash at any point
 * leaves whole batches decided and the rest undecided; running again decides the rest, and nothing twice.
 */
import type { Actor } from '../access/roles.ts'
import { countUndecided, moveOpenedCases, undecidedCases } from '../cases/store.ts'
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

const firstCase = '00000000-0000-0000-0000-000000000000'
/** Large enough to spread the cost of a commit, small enough to show progress and to lose little work in a crash. */
const defaultBatch = 500

interface Undecided {
  readonly caseId: string
  readonly occurredOn: string
  readonly payload: string
  readonly reference: string
}

/** Decides the undecided cases of a period, oldest first; yields after each batch. */
export async function* decideBacklog(
  kernel: Kernel,
  actor: Actor,
  request: BacklogRequest,
): AsyncGenerator<BacklogProgress, void, void> {
  const { applicationId, from, to, signal } = request
  let pinned = await pin(kernel, actor.institutionId, applicationId)
  const key = [actor.institutionId, applicationId, from, to]
  const { cases: total } = await kernel.db.transaction(
    actor.institutionId,
    (tx) => tx.one(countUndecided, key),
    {
      isReadOnly: true,
    },
  )
  let decided = 0
  yield { total, decided }
  const decideNow = async (cases: readonly Undecided[]) => ({
    cases,
    rulings: await rulingsOf(kernel, pinned, cases),
  })
  for await (const prepared of pipelined(undecided(kernel, actor, request), 2, decideNow)) {
    signal?.throwIfAborted()
    let { rulings } = prepared
    let moved = await commitRulings(kernel, actor, pinned, rulings)
    while (moved === undefined) {
      pinned = await pin(kernel, actor.institutionId, applicationId)
      rulings = await rulingsOf(kernel, pinned, prepared.cases)
      moved = await commitRulings(kernel, actor, pinned, rulings)
    }
    decided += moved
    yield { total, decided }
  }
}

async function* undecided(
  kernel: Kernel,
  actor: Actor,
  { applicationId, from, to, batch = defaultBatch }: BacklogRequest,
): AsyncGenerator<readonly Undecided[], void, void> {
  let day = from
  let caseId = firstCase
  for (;;) {
    const place = [actor.institutionId, applicationId, from, to, day, caseId, batch]
    const cases = await kernel.db.transaction(actor.institutionId, (tx) => tx.rows(undecidedCases, place), {
      isReadOnly: true,
    })
    if (cases.length > 0) yield cases
    const last = cases.at(-1)
    if (last === undefined || cases.length < batch) return
    day = last.occurredOn
    caseId = last.caseId
  }
}

async function rulingsOf(
  kernel: Kernel,
  pinned: Pin,
  cases: readonly Undecided[],
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
  pinned: Pin,
  rulings: readonly Ruling[],
): Promise<number | undefined> {
  const [first] = rulings
  if (first === undefined) return 0
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    if (!(await stillPinned(tx, pinned))) return undefined
    const at = first.row.decidedAt
    const moved = await tx.rows(moveOpenedCases, [
      tx.institutionId,
      at,
      rulings.map(({ row }) => row.caseId),
      rulings.map(({ state }) => state),
      rulings.map(({ row }) => row.reviewRole),
      rulings.map(({ priority }) => priority),
    ])
    const ids = new Set(moved.map(({ caseId }) => caseId))
    const recorded = await insertRulings(
      tx,
      pinned,
      rulings.filter(({ row }) => ids.has(row.caseId)),
    )
    await append(tx, actor.name, at, recorded)
    return ids.size
  })
}
