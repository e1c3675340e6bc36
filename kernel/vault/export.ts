/**
 * Everything held on a person, as one archive that they can read: a tar file.
 *
 * | member | holds |
 * |---|---|
 * | `index.html`, first | how much there is, in both languages, with links to the pages |
 * | `cases-0001.html` | pages of cases in both languages, labels beside values |
 * | `cases/<application>/<case>.json` | one case: what was submitted, decisions with reasons, reviews, outcomes, log entries |
 * | `receipts/<application>/<case>-<index>.tlog-proof` | proofs of what was done, to be checked by `receipts/policy.txt` |
 * | `reads-0001.html`, `reads-0001.json` | who read it, and what for: offices, never officers |
 *
 * Cases go by in pages, so memory does not grow with their number.
 */
import { pack } from 'tar-stream'
import { type Actor, everywhere } from '../access/roles.ts'
import { type CaseRow, getCase } from '../cases/cases.ts'
import { casesHeldOn, type Held, streamCasesOf } from '../cases/held.ts'
import { openParts, type Unsealed, visiblePayload, visibleReasons, visibleWords } from '../cases/open.ts'
import { useOf } from '../consents/events.ts'
import { standingOf } from '../consents/standing.ts'
import type { Transaction } from '../db/database.ts'
import type { DecisionRow } from '../decisions/decisions.ts'
import { Reasons } from '../decisions/replies.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { outcomesOf } from '../outcomes/outcomes.ts'
import { requireAllowed } from '../policy/ask.ts'
import type { Purpose } from '../registers/purposes.ts'
import { type ReviewRow, reviewsOf } from '../reviews/reviews.ts'
import { officeOf } from './batches.ts'
import { readsOfPerson } from './disclosure.ts'
import { policyMember, receiptMembers } from './export-receipts.ts'
import { personNamed, requirePerson, type Whom } from './persons.ts'
import { type ReadRow, recordRead } from './reads.ts'

/** One file of the archive. */
interface Member {
  readonly name: string
  readonly text: string
}

/** What is told of one case. */
export type ExportedCase = Awaited<ReturnType<typeof exportedCase>>

/** What is told of one read. */
export interface ExportedRead {
  readonly readAt: string
  readonly role: string
  readonly purpose: Purpose
  readonly application: string | null
  readonly case: string | null
  readonly cases: number
  /** Whether a job opened many people's cases of the application, and this person's may have been among them. */
  readonly isBatch: boolean
}

export interface ExportHead {
  readonly holderId: string
  readonly exportedAt: Date
  readonly held: readonly Held[]
  readonly cases: number
  /** Names of the pages of cases. */
  readonly casePages: readonly string[]
}

/** Makes the pages that people read; each is a whole HTML document. */
export interface ExportPages {
  index(head: ExportHead): string
  cases(cases: readonly ExportedCase[]): string
  reads(reads: readonly ExportedRead[]): string
}

export type ExportRequest = Whom & { readonly purpose: Purpose; readonly pages: ExportPages }

const casesOfPage = 100
const readsOfPage = 1_000

/**
 * Exports a person. The archive comes as fast as it is taken.
 *
 * 1. The read is recorded with the number of cases, and committed. A crash after that leaves an entry of a read that showed
 *    nobody anything.
 * 2. Case by case is opened and written. Where the person is erased meanwhile, the archive breaks off.
 *
 * @throws Refusal `vault.person_unknown`, `vault.person_erased`, `vault.purpose_forbidden`
 */
export async function exportPerson(
  kernel: Kernel,
  actor: Actor,
  { purpose, pages, ...whom }: ExportRequest,
): Promise<AsyncIterable<Uint8Array>> {
  const { institutionId } = actor
  const role = officeOf(actor, purpose)
  const holderId = 'name' in whom ? await personNamed(kernel, institutionId, whom.name) : whom.holderId
  await requireExport(kernel, actor, { holderId, purpose })
  // 1.
  const record = async (tx: Transaction): Promise<ExportHead> => {
    const at = kernel.clock()
    await requirePerson(tx, holderId)
    const held = await casesHeldOn(tx, holderId)
    const cases = held.reduce((sum, one) => sum + one.cases, 0)
    const reading = { holderId, caseId: null, applicationId: null, cases, role, purpose, at }
    await append(tx, { actor: actor.name, at }, [await recordRead(tx, actor, reading)])
    const casePages = Array.from({ length: Math.ceil(cases / casesOfPage) }, (_, page) => casesName(page + 1))
    return { holderId, exportedAt: at, held, cases, casePages }
  }
  const head = await kernel.db.transaction(institutionId, record, { units: everywhere })
  // 2.
  return tarOf(membersOf(kernel, actor, { head, pages }))
}

/** Policy for each application that holds something. A case that comes in later is of one of them, or not in the archive's count. */
async function requireExport(
  kernel: Kernel,
  actor: Actor,
  { holderId, purpose }: { readonly holderId: string; readonly purpose: Purpose },
): Promise<void> {
  const { institutionId } = actor
  const held = await kernel.db.transaction(institutionId, (tx) => casesHeldOn(tx, holderId), {
    isReadOnly: true,
    units: everywhere,
  })
  for (const { applicationId } of held) {
    const standing = await standingOf(kernel, institutionId, { applicationId, holderId, use: useOf(purpose) })
    await requireAllowed(kernel, actor, { applicationId, action: 'export', purpose, standing })
  }
}

async function* membersOf(
  kernel: Kernel,
  actor: Actor,
  { head, pages }: { readonly head: ExportHead; readonly pages: ExportPages },
): AsyncGenerator<Member, void, void> {
  const { holderId } = head
  yield { name: 'index.html', text: pages.index(head) }
  let page = 0
  // What came in since the read was recorded is not part of it.
  let left = head.cases
  for await (const rows of streamCasesOf(kernel, actor.institutionId, { holderId, page: casesOfPage })) {
    const cases: ExportedCase[] = []
    for (const row of rows.slice(0, left)) {
      const one = await exportedCase(kernel, actor, row)
      cases.push(one)
      yield { name: `cases/${row.applicationId}/${row.caseId}.json`, text: jsonOf(one) }
      yield* receiptMembers(kernel, actor, row)
    }
    left -= cases.length
    if (cases.length === 0) break
    yield { name: casesName(++page), text: pages.cases(cases) }
  }
  const policy = await policyMember(kernel, actor.institutionId)
  if (policy !== undefined) yield policy
  yield* readMembers(kernel, actor.institutionId, { holderId, pages })
}

async function* readMembers(
  kernel: Kernel,
  institutionId: string,
  { holderId, pages }: { readonly holderId: string; readonly pages: ExportPages },
): AsyncGenerator<Member, void, void> {
  let after: string | undefined
  for (let page = 1; ; page++) {
    const rows = await readsOfPerson(kernel, institutionId, { holderId, after, size: readsOfPage })
    const last = rows.at(-1)
    if (last === undefined) return
    const reads = rows.map(exportedRead)
    yield { name: `reads-${numbered(page)}.json`, text: jsonOf(reads) }
    yield { name: `reads-${numbered(page)}.html`, text: pages.reads(reads) }
    after = last.readId
  }
}

const casesName = (page: number) => `cases-${numbered(page)}.html`
const numbered = (page: number) => String(page).padStart(4, '0')
const jsonOf = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

function exportedRead(row: ReadRow): ExportedRead {
  return {
    readAt: row.readAt.toISOString(),
    role: row.role,
    purpose: row.purpose,
    application: row.applicationId,
    case: row.caseId,
    cases: row.cases,
    isBatch: row.holderId === null,
  }
}

/** @throws Refusal `vault.person_erased` */
async function exportedCase(kernel: Kernel, actor: Actor, row: CaseRow) {
  const which = { caseId: row.caseId, by: 'person.read' as const }
  const { decision, history } = await getCase(kernel, actor, which)
  const [reviews, outcomes] = await Promise.all([
    reviewsOf(kernel, actor, which),
    outcomesOf(kernel, actor, which),
  ])
  const secrets = await openParts(kernel, actor.institutionId, { row, decision, reviews, outcomes })
  if (secrets === undefined) throw new Refusal('vault.person_erased')
  return {
    application: row.applicationId,
    case: row.caseId,
    reference: row.reference,
    state: row.state,
    occurredOn: row.occurredOn,
    openedAt: row.openedAt.toISOString(),
    source: row.source,
    submitted: visiblePayload(row, secrets.get(row.caseId)),
    decision: decision === undefined ? null : exportedDecision(decision, secrets),
    reviews: reviews.map((review) => exportedReview(review, secrets)),
    outcomes: outcomes.map((outcome) => ({
      outcome: outcome.outcomeId,
      revision: outcome.revision,
      recordedAt: outcome.recordedAt.toISOString(),
      said: visiblePayload(outcome, secrets.get(outcome.outcomeId)),
    })),
    log: history.map(({ kind, recordedAt, entryIndex, commitment }) => ({
      kind,
      recordedAt: recordedAt.toISOString(),
      index: entryIndex,
      entry: Buffer.from(commitment).toString('hex'),
    })),
  }
}

function exportedDecision(decision: DecisionRow, secrets: Unsealed['secrets']) {
  return {
    decision: decision.decisionId,
    decidedAt: decision.decidedAt.toISOString(),
    recommendation: decision.recommendation,
    score: decision.score,
    review: decision.review,
    reasons: Reasons.parse(JSON.parse(visibleReasons(decision, secrets))),
    modelDigest: decision.modelDigest && Buffer.from(decision.modelDigest).toString('hex'),
    policyDigest: decision.policyDigest && Buffer.from(decision.policyDigest).toString('hex'),
  }
}

/** The officer is left out: what the person learns of is the office. */
function exportedReview(review: ReviewRow, secrets: Unsealed['secrets']) {
  return {
    review: review.reviewId,
    verdict: review.verdict,
    recommendation: review.recommendation,
    reason: visibleWords(review, secrets),
    reviewedAt: review.reviewedAt.toISOString(),
  }
}

async function* tarOf(members: AsyncIterable<Member>): AsyncGenerator<Uint8Array, void, void> {
  const archive = pack()
  const written = (async () => {
    for await (const { name, text } of members)
      await new Promise<void>((resolve, reject) => {
        const header = { name, mode: 0o600 }
        archive.entry(header, Buffer.from(text), (error) => (error ? reject(error) : resolve()))
      })
    archive.finalize()
  })()
  // Whoever takes the archive is told, and finds it cut off.
  written.catch((error: unknown) =>
    archive.destroy(error instanceof Error ? error : new Error(String(error))),
  )
  try {
    for await (const chunk of archive) if (chunk instanceof Uint8Array) yield chunk
  } finally {
    archive.destroy()
  }
}
