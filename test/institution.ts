/** An institution with a row in every table, made by the product's own operations. */

import type { Actor } from '../kernel/access/roles.ts'
import { issueKey } from '../kernel/access-keys/access-keys.ts'
import { sha256 } from '../kernel/canonical.ts'
import { getCase } from '../kernel/cases/cases.ts'
import { reveal } from '../kernel/cases/open.ts'
import { giveConsent, liftObjection, objectTo, withdrawConsent } from '../kernel/consents/consents.ts'
import { intake } from '../kernel/decisions/intake.ts'
import { type ImportRow, runImport } from '../kernel/imports/imports.ts'
import { claim, enqueue, fail, schedule } from '../kernel/jobs/jobs.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { receiptsOf } from '../kernel/log/receipts.ts'
import type { ServingKernel } from '../kernel/operation.ts'
import { recordOutcome } from '../kernel/outcomes/outcomes.ts'
import { completeReview } from '../kernel/reviews/reviews.ts'
import { signIn } from '../kernel/sign-in/sign-in.ts'
import { erasePerson } from '../kernel/vault/erase.ts'
import { rotateWrappingKey } from '../kernel/vault/rotate.ts'
import { holdersFor } from '../kernel/vault/vault.ts'
import { fileOf, mapping } from './applications/permits/mapping.ts'
import { type FurnishedBackends, furnishBackends } from './institution-backends.ts'
import { type FurnishedDuties, furnishDuties } from './institution-duties.ts'
import { furnishLog } from './institution-log.ts'
import { furnishModels } from './institution-models.ts'
import { type FurnishedRights, furnishRights } from './institution-rights.ts'
import { furnishSignIn } from './institution-sign-in.ts'
import { type FurnishedUnits, furnishUnits } from './institution-units.ts'
import { decided, foundInstitution, makeOfficer, permit, taken, trainLive } from './kernel.ts'

export interface Furnished {
  readonly operator: Actor
  readonly clerk: Actor & { readonly accountId: string }
  readonly clerkPassword: string
  /** Token of a session of the clerk. */
  readonly session: string
  /** A key of a connected system. */
  readonly key: string
  /** One permit in each state. */
  readonly cases: {
    readonly opened: string
    readonly inReview: string
    readonly decided: string
    readonly closed: string
  }
  /** On the case in review. */
  readonly decisionId: string
  /** A parcel that its model sent to an inspector. */
  readonly parcel: { readonly caseId: string; readonly decisionId: string }
  /** Somebody with a permit, decided: the person, the case, and a read of it. */
  readonly person: { readonly personId: string; readonly caseId: string }
  /** A decision that can be proven. */
  readonly receipt: { readonly caseId: string; readonly entryIndex: number }
  readonly deadJobId: string
  readonly rights: FurnishedRights
  readonly duties: FurnishedDuties
  readonly backends: FurnishedBackends
  readonly units: FurnishedUnits
  readonly finishedImport: ImportRow
}

export async function furnish(kernel: ServingKernel, slug: string): Promise<Furnished> {
  const operator = await foundInstitution(kernel, slug)
  const clerk = await makeOfficer(kernel, operator, {
    username: 'clerk',
    roles: ['officer', 'permits.clerk', 'parcels.inspector'],
  })
  const clerkPassword = 'clerk password'
  const { institutionId } = operator
  const { token: session } = await signIn(kernel, {
    institutionId,
    username: 'clerk',
    password: clerkPassword,
  })
  const key = await issueKey(kernel, operator, {
    label: 'terminal',
    roles: ['machine'],
    applicationId: 'permits',
    expiresAt: new Date(kernel.clock().getTime() + 86_400_000),
  })
  await trainLive(kernel, operator, { applicationId: 'parcels', modelName: 'danger' })
  await furnishModels(kernel, operator)
  const { cases, decisionId } = await makeCases(kernel, operator, clerk)
  // What comes after still waits for its place.
  await furnishLog(kernel, operator, slug)
  const parcel = await decided(kernel, operator, 'parcels', {
    parcelNumber: 'PARCEL',
    sentOn: '2026-02-01',
    weightKg: 20,
    contents: 'fireworks',
  })
  const person = await makePerson(kernel, operator)
  await objectTo(kernel, operator, {
    holderId: person.personId,
    applicationId: 'parcels',
    use: 'training',
    channel: 'written',
    evidence: 'A letter.',
  })
  await hearPerson(kernel, operator, person.personId)
  await eraseSomebody(kernel, operator)
  const rights = await furnishRights(kernel, operator)
  const duties = await furnishDuties(kernel, operator)
  const units = await furnishUnits(kernel, operator)
  await furnishSignIn(kernel, operator)
  const backends = await furnishBackends(kernel, operator, slug)
  const finishedImport = await importPermits(kernel, operator)
  const deadJobId = await makeJobs(kernel, institutionId)
  await answerOnce(kernel, operator)
  return {
    operator,
    clerk,
    clerkPassword,
    session,
    key,
    cases,
    decisionId,
    parcel: { caseId: parcel.caseId, decisionId: parcel.decision.decisionId },
    person,
    receipt: await receiptOfCase(kernel, operator, cases.decided),
    deadJobId,
    rights,
    duties,
    units,
    backends,
    finishedImport,
  }
}

async function receiptOfCase(kernel: Kernel, operator: Actor, caseId: string) {
  const { entries } = await receiptsOf(kernel, operator, caseId)
  const entryIndex = entries.find(({ state }) => state === 'ready')?.entry.entryIndex ?? null
  if (entryIndex === null) throw new Error('the log was furnished after this case')
  return { caseId, entryIndex }
}

/** Whose permit it is, as its holder is known. */
export const personName = 'cnic:3520212345671'

/** A permit about a person, with everything that can be sealed of it, and read once. */
async function makePerson(kernel: Kernel, operator: Actor) {
  const about = { applicantCnic: personName.slice('cnic:'.length), applicantName: 'Zainab' }
  const { caseId } = await decided(kernel, operator, 'permits', permit({ ...about }))
  const outcome = { finding: 'right', witness: 'Yusuf' }
  await recordOutcome(kernel, operator, { caseId, version: undefined, outcome })
  const { row, decision } = await getCase(kernel, operator, caseId)
  await reveal(kernel, operator, { row, decision, purpose: 'audit' })
  if (row.holderId === null) throw new Error('a case about a person has a holder')
  return { personId: row.holderId, caseId }
}

/** The person takes an objection back, and says yes and no where an application that asks is installed. */
async function hearPerson(kernel: Kernel, operator: Actor, holderId: string): Promise<void> {
  const said = { holderId, channel: 'written', evidence: 'A letter.' } as const
  await objectTo(kernel, operator, { ...said, applicationId: 'parcels', use: 'decision' })
  await liftObjection(kernel, operator, { ...said, applicationId: 'parcels', use: 'decision' })
  const asking = [...kernel.applications.values()].find(
    ({ application }) => application.legalBasis.kind === 'consent',
  )
  if (asking === undefined) return
  const consent = { ...said, applicationId: asking.application.id, use: 'decision' } as const
  await giveConsent(kernel, operator, consent)
  await withdrawConsent(kernel, operator, consent)
}

/** Somebody who had no case is erased, and the key that theirs lay under destroyed. */
async function eraseSomebody(kernel: Kernel, operator: Actor): Promise<void> {
  const name = 'cnic:3520276543219'
  await holdersFor(kernel, operator.institutionId, [name])
  await erasePerson(kernel, operator, { name, ground: 'request' })
  await Array.fromAsync(rotateWrappingKey(kernel, operator, { destroyOld: true }))
}

async function makeCases(kernel: Kernel, operator: Actor, clerk: Actor) {
  const [opened] = await intake(kernel, operator, {
    applicationId: 'permits',
    source: 'sample',
    isDecided: false,
    submissions: [{ json: JSON.stringify(permit()) }],
  })
  const inReview = await decided(kernel, operator, 'permits', permit({ answer: 'check' }))
  const reviewed = await decided(kernel, operator, 'permits', permit({ answer: 'check' }))
  const { caseId, version } = reviewed
  await completeReview(kernel, clerk, {
    caseId,
    version,
    recommendation: 'grant',
    reason: 'All is in order.',
  })
  const about = { answer: 'check', applicantCnic: '3520265432109', applicantName: 'Tahira' }
  const sealed = await decided(kernel, operator, 'permits', permit(about))
  await completeReview(kernel, clerk, {
    caseId: sealed.caseId,
    version: sealed.version,
    recommendation: 'grant',
    reason: 'The name is right.',
  })
  const closed = await decided(kernel, operator, 'permits', permit())
  const outcome = { finding: 'right' }
  await recordOutcome(kernel, operator, { caseId: closed.caseId, version: undefined, outcome })
  return {
    cases: {
      opened: taken(opened).caseId,
      inReview: inReview.caseId,
      decided: reviewed.caseId,
      closed: closed.caseId,
    },
    decisionId: inReview.decision.decisionId,
  }
}

/** Two lines are taken, one is refused. */
function importPermits(kernel: Kernel, operator: Actor): Promise<ImportRow> {
  const file = fileOf([
    { number: 'IMPORT-1', finding: 'right' },
    { number: 'IMPORT-2', answer: 'check' },
    { number: 'IMPORT-3', answer: 'perhaps' },
  ])
  return runImport(kernel, operator, {
    applicationId: 'permits',
    mapping,
    sourceName: 'permits.csv',
    isDecided: true,
    open: async function* () {
      yield Buffer.from(file)
    },
  })
}

/** A schedule, a job that waits and one that failed for good. */
async function makeJobs(kernel: Kernel, institutionId: string): Promise<string> {
  const at = kernel.clock()
  await kernel.db.transaction(institutionId, (tx) =>
    enqueue(tx, at, { kind: 'test.fails', payload: {}, maxAttempts: 1 }),
  )
  const job = await claim(kernel, institutionId, ['test.fails'])
  if (job === undefined) throw new Error('the job was just added')
  await fail(kernel, institutionId, { job: job, reason: 'as asked' })
  await kernel.db.transaction(institutionId, (tx) => enqueue(tx, at, { kind: 'test.waits', payload: {} }))
  await schedule(kernel, institutionId, {
    scheduleId: 'test',
    kind: 'test.waits',
    cron: '0 3 * * *',
    timezone: 'Asia/Karachi',
  })
  return job.jobId
}

async function answerOnce(kernel: ServingKernel, operator: Actor): Promise<void> {
  await kernel.singles.submit(kernel, operator, {
    applicationId: 'permits',
    source: 'api',
    submission: { json: JSON.stringify(permit()) },
    idempotency: { key: 'once', requestDigest: sha256('request') },
    replyOf: () => ({ status: 201, body: '{}' }),
  })
}
