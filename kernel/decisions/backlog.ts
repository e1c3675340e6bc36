/**
 * The backlog: cases that were opened without a decision, decided afterwards, in batches by day.
 *
 * 1. Pin code, models and policies. 2. Read a batch of undecided cases, without those whose persons have taken their consent back.
 * 3. Open what is sealed of them; the read is in the log before that. 4. Policy is asked, a worker decides what it may decide, outside any transaction, and reasons that carry a sealed value are sealed. 5. One transaction
 * confirms the pin and that the holders still live, moves those that are still undecided, adds decisions and log entries. A
 * crash at any point leaves whole batches decided and the rest undecided; running again opens and decides the rest, and
 * nothing twice.
 */
import { type Actor, everywhere } from '../access/roles.ts'
import { countUndecidedCases, moveUndecided, type UndecidedCase, undecided } from '../cases/cases.ts'
import { withheldHolders } from '../consents/withheld.ts'
import type { Transaction } from '../db/database.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import type { Period } from '../models/models.ts'
import { openBatch } from '../vault/batches.ts'
import { casePlace, holderNameOf, type NamedCase } from '../vault/places.ts'
import type { Holder } from '../vault/seal.ts'
import { holdersFor, requireLiving } from '../vault/vault.ts'
import { insertRulings, type Ruling, rule } from './decisions.ts'
import { decidePermitted, saidNothingSince, unaided as unaidedDecision } from './permitted.ts'
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
  /** Cases left undecided because policy forbids it as the persons concerned stand. */
  readonly withheld: number
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
  let [decided, withheld] = [0, 0]
  yield { total, decided, withheld }
  const decideBatch = async (cases: readonly UndecidedCase[]): Promise<Batched> => {
    signal?.throwIfAborted()
    for (;;) {
      // Of this batch from its rulings to its commit, whatever other batches learn meanwhile.
      const pinned = latest
      const ready = await rulingsOf(kernel, actor, { pinned, cases })
      const moved = ready && (await commitRulings(kernel, actor, { pinned, ...ready }))
      if (moved !== undefined) return { moved, withheld: cases.length - (ready?.rulings.length ?? 0) }
      latest = await pin(kernel, actor.institutionId, applicationId)
    }
  }
  const batches = undecided(kernel, actor, { ...request, batch: request.batch ?? defaultBatch })
  for await (const done of pipelined(batches, underWay, decideBatch)) {
    decided += done.moved
    withheld += done.withheld
    yield { total, decided, withheld }
  }
}

interface Batched {
  readonly moved: number
  readonly withheld: number
}

interface Ready {
  readonly rulings: readonly Ruling[]
  /** How much persons had said when policy was asked. */
  readonly said: number | undefined
}

/** Steps 3 and 4. `undefined` where other policies are in force than those pinned. */
async function rulingsOf(
  kernel: Kernel,
  actor: Actor,
  { pinned, cases }: { readonly pinned: Pin; readonly cases: readonly UndecidedCase[] },
): Promise<Ready | undefined> {
  const answered = await answersTo(kernel, actor, { pinned, cases })
  if (answered === undefined) return undefined
  const { given, said } = answered
  const holders = await missingHolders(kernel, actor, given)
  const at = kernel.clock()
  const rulings = given.map((one) => {
    const { caseId, reference, answer } = one
    const decided = decidedOf(answer)
    const holder = one.holder ?? holders.get(nameOf(one))
    const sealed = holder === undefined ? null : sealReasons(decided, one, holder)
    const holderId = sealed === null ? null : (holder?.holderId ?? null)
    return rule(pinned, { caseId, reference, at, sealed, holderId }, decided)
  })
  return { rulings, said }
}

interface AnsweredBatch extends Pick<Ready, 'said'> {
  readonly given: readonly (Answered & Pick<UndecidedCase, 'caseId'>)[]
}

/**
 * Without consent nothing is done; who objected is decided about by an officer, and nothing of theirs is opened for it. The others
 * are to be decided.
 */
async function sorted(
  kernel: Kernel,
  actor: Actor,
  { applicationId, all }: { readonly applicationId: string; readonly all: readonly UndecidedCase[] },
): Promise<Readonly<Record<'cases' | 'unaided', readonly UndecidedCase[]>>> {
  const holderIds = all.map(({ holderId }) => holderId)
  const about = { applicationId, holderIds }
  const withheld = await withheldHolders(kernel, actor, { ...about, action: 'open_case', purpose: 'intake' })
  const objected = await withheldHolders(kernel, actor, { ...about, action: 'decide', purpose: 'decision' })
  const isOf = (holders: ReadonlySet<string>, { holderId }: UndecidedCase) =>
    holderId !== null && holders.has(holderId)
  const here = all.filter((one) => !isOf(withheld, one))
  return {
    cases: here.filter((one) => !isOf(objected, one)),
    unaided: here.filter((one) => isOf(objected, one)),
  }
}

/** What the application says of the cases that can be opened and may be decided, each beside its case. */
async function answersTo(
  kernel: Kernel,
  actor: Actor,
  { pinned, cases: all }: { readonly pinned: Pin; readonly cases: readonly UndecidedCase[] },
): Promise<AnsweredBatch | undefined> {
  const { application } = pinned
  const applicationId = application.id
  const { cases, unaided } = await sorted(kernel, actor, { applicationId, all })
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
  const permitted = await decidePermitted(kernel, actor, { application, pinned, payloads, areThere: true })
  if (permitted === undefined) return undefined
  const { reads, refused, said } = permitted
  let next = 0
  const given = cases.flatMap(({ caseId, reference }, index) => {
    const one = opened[index]
    if (one === undefined) return [{ caseId, reference, applicationId, answer: undefined, holder: undefined }]
    const place = next++
    if (refused.has(place)) return []
    return [{ caseId, reference, applicationId, answer: reads[place], holder: one.holder }]
  })
  const others = unaided.map(({ caseId, reference }) => ({
    ...{ caseId, reference, applicationId, holder: undefined },
    answer: 'unaided' as const,
  }))
  return { given: [...given, ...others], said }
}

type Answered = NamedCase & {
  /** `undefined` of the erased. */
  readonly answer: ReadCase | RefusedCase | 'unaided' | undefined
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
  holderNameOf(named, answer !== 'unaided' && answer?.ok === true ? answer.subject : undefined)

/**
 * A stored case that the schema no longer takes, or that was erased, is one an officer must look at; it is not left behind
 * silently.
 */
function decidedOf(answer: Answered['answer']): DecidedCase {
  if (answer === 'unaided') return unaidedDecision
  const decided = answer?.ok === true ? answer.decided : undefined
  const failure =
    answer === undefined ? 'the person concerned has been erased' : 'the case no longer fits its schema'
  return decided ?? { recommendation: null, score: null, reasons: '[]', secretReasons: null, failure }
}

/** Step 5. Number of cases decided; `undefined` where pin or holders no longer hold and nothing was done. */
async function commitRulings(
  kernel: Kernel,
  actor: Actor,
  { pinned, rulings, said }: Ready & { readonly pinned: Pin },
): Promise<number | undefined> {
  const [first] = rulings
  if (first === undefined) return 0
  const commit = async (tx: Transaction) => {
    const holderIds = rulings.map(({ holderId }) => holderId).filter((holderId) => holderId !== null)
    if (!(await requireLiving(tx, holderIds))) return undefined
    if (!(await saidNothingSince(tx, pinned.application, said))) return undefined
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
  }
  return kernel.db.transaction(actor.institutionId, commit, { units: everywhere })
}
