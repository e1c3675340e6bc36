/**
 * Correction: personal fields of a case are put right at the request of the person concerned. The old text is kept nowhere, only
 * its digests, so that the log goes on being borne out. What was decided on it is decided again.
 */
import { unite } from '@khudi/sdk'
import type { Actor } from '../access/roles.ts'
import { canonicalJson, sha256 } from '../canonical.ts'
import { type CaseFile, type CaseRow, getCase, takeCase } from '../cases/cases.ts'
import { reveal } from '../cases/open.ts'
import { correct, forgetReasons } from '../cases/replaced.ts'
import type { Transaction } from '../db/database.ts'
import { type DecisionRow, insertLaterRuling, type Ruling, ruleAgain } from '../decisions/decisions.ts'
import { decidePermitted } from '../decisions/permitted.ts'
import { type Pin, pin, stillPinned } from '../decisions/pin.ts'
import type { DecidedCase, ReadCase, RefusedCase } from '../decisions/run.ts'
import { sealReasons } from '../decisions/sealing.ts'
import { Refusal } from '../errors.ts'
import { forgetRepliesOf } from '../idempotency/idempotency.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { casePlace, holderNameOf } from '../vault/places.ts'
import { type Holder, keyedDigest, seal } from '../vault/seal.ts'
import { findHolder, holdersById, requireLiving } from '../vault/vault.ts'
import { type RightsRequest, requireHandler, takeRequest, whole } from './requests.ts'
import { stepPlace, takeStep } from './steps.ts'

export interface GivenCorrection {
  readonly requestId: string
  /** Version of the request that the officer saw. */
  readonly version: number
  readonly caseId: string
  /** Paths into the case (`applicant.name`) and their right values; null takes a field out. */
  readonly fields: readonly { readonly field: string; readonly value: unknown }[]
  /** What was wrong and how that is known, by the officer. */
  readonly statement: string
}

export interface CompletedCorrection {
  readonly caseId: string
  readonly caseVersion: number
  /** Version of the request. */
  readonly version: number
  /** Whether the case is decided again and waits for an officer. */
  readonly isDecidedAgain: boolean
}

/**
 * Corrects one case of the person who asked.
 *
 * 1. The case is opened, which is a read in the log. 2. A worker reads the corrected case and decides it, and the stored one
 * beside it, by the same code and models. 3. One transaction: the request and the case as they were seen, the person alive, code
 * and models unchanged; sealed part, digest, decision, kept replies and log entries change together. A crash before its commit
 * leaves the case as it was; whatever changed meanwhile makes it begin anew.
 *
 * An automatic decision that says the same of the corrected case, reasons included, stands: nothing that it read has changed. One
 * that an officer had looked at is looked at again, since nobody knows what they read.
 *
 * @throws Refusal `access.scope_missing`, `right.request_not_found`, `right.version_stale`, `right.not_granted`,
 *   `right.statement_missing`, `case.not_found`, `right.case_of_another`, `right.correction_not_personal`, `case.invalid`,
 *   `vault.person_erased`, `case.version_stale`
 */
export async function correctCase(
  kernel: Kernel,
  actor: Actor,
  given: GivenCorrection,
): Promise<CompletedCorrection> {
  requireHandler(actor, 'right.handle')
  if (given.statement.trim() === '') throw new Refusal('right.statement_missing')
  const { institutionId } = actor
  await kernel.db.transaction(institutionId, (tx) => grantedCorrection(tx, given, kernel.clock()), whole)
  // 1.
  const file = await getCase(kernel, actor, given.caseId)
  const { row } = file
  const secret = await secretOf(kernel, actor, file)
  const stored: unknown = unite(JSON.parse(row.payload), JSON.parse(secret))
  const corrected = withFields(stored, given.fields, row.applicationId)
  // 2.
  const pinned = await pin(kernel, institutionId, row.applicationId)
  const asStored = { payload: row.payload, secret }
  const payloads = [asStored, canonicalJson(corrected)]
  const { application } = pinned
  const permitted = await decidePermitted(kernel, actor, { application, pinned, payloads, areThere: true })
  // Other policies were put in force meanwhile.
  if (permitted === undefined) return correctCase(kernel, actor, given)
  const [before, after] = permitted.reads
  const read = await requireSameCase(kernel, institutionId, { row, answer: after })
  const isSame = before?.ok === true && sameDecision(before.decided, read.decided)
  // 3.
  const done = await kernel.db.transaction(
    institutionId,
    (tx) => commit(kernel, actor, { tx, given, file, pinned, read, isSame }),
    whole,
  )
  return done ?? correctCase(kernel, actor, given)
}

async function grantedCorrection(
  tx: Transaction,
  { requestId, version }: GivenCorrection,
  now: Date,
): Promise<RightsRequest> {
  const request = await takeRequest(tx, { requestId, version, now })
  if (request.state !== 'granted' || request.kind !== 'correction') throw new Refusal('right.not_granted')
  return request
}

/** What is sealed of the case, as it is read for whoever asked. */
async function secretOf(kernel: Kernel, actor: Actor, { row }: CaseFile): Promise<string> {
  if (row.sealed === null) throw new Refusal('right.correction_not_personal')
  const { secrets } = await reveal(kernel, actor, { row, purpose: 'subject_request' })
  const secret = secrets.get(row.caseId)
  if (secret === undefined) throw new Refusal('vault.person_erased')
  return secret
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The case with other values at these paths. */
function withFields(whole: unknown, fields: GivenCorrection['fields'], applicationId: string): unknown {
  const corrected: unknown = structuredClone(whole)
  for (const { field, value } of fields) {
    const path = field.split('.')
    const name = path.pop() ?? ''
    let place = corrected
    for (const part of path) place = isRecord(place) && Object.hasOwn(place, part) ? place[part] : undefined
    if (!isRecord(place) || ['', '__proto__'].includes(name)) throw unknownField(field, applicationId)
    if (value === null) delete place[name]
    else place[name] = value
  }
  return corrected
}

function unknownField(field: string, application: string): Refusal {
  const message = { en: 'the case has no such place', ur: 'مقدمے میں ایسی کوئی جگہ نہیں' }
  const problems = [{ field: field.slice(0, 80), code: 'field.unknown', message }]
  return new Refusal('case.invalid', { application }, { problems })
}

/** @throws Refusal `case.invalid`, `right.correction_not_personal` where it touches what is not sealed, or makes another case of it */
async function requireSameCase(
  kernel: Kernel,
  institutionId: string,
  { row, answer }: { readonly row: CaseRow; readonly answer: ReadCase | RefusedCase | undefined },
): Promise<ReadCase> {
  if (answer === undefined) throw new Error('the worker answers for each case')
  if (!answer.ok) {
    const { applicationId: application } = row
    throw new Refusal('case.invalid', { application }, { problems: answer.problems })
  }
  const { payload, secret, reference, occurredOn } = answer
  const isSame = payload === row.payload && reference === row.reference && occurredOn === row.occurredOn
  if (!isSame || secret === null) throw new Refusal('right.correction_not_personal')
  // Of another person it would have to lie under another key.
  const holderId = await findHolder(kernel, institutionId, holderNameOf(row, answer.subject))
  if (holderId !== row.holderId) throw new Refusal('right.correction_not_personal')
  return answer
}

function sameDecision(before: DecidedCase | undefined, after: DecidedCase | undefined): boolean {
  if (before === undefined || after === undefined) return false
  // A failure is no answer that could be the same.
  if (before.recommendation === null || after.recommendation === null) return false
  return (
    before.recommendation === after.recommendation &&
    before.score === after.score &&
    before.reasons === after.reasons &&
    before.secretReasons === after.secretReasons
  )
}

interface Prepared {
  readonly tx: Transaction
  readonly given: GivenCorrection
  readonly file: CaseFile
  readonly pinned: Pin
  readonly read: ReadCase
  readonly isSame: boolean
}

/** Step 3; `undefined` where code or models changed meanwhile. */
async function commit(
  kernel: Kernel,
  actor: Actor,
  { tx, given, file, pinned, read, isSame }: Prepared,
): Promise<CompletedCorrection | undefined> {
  const at = kernel.clock()
  const request = await grantedCorrection(tx, given, at)
  const { holderId } = request
  if (file.row.holderId !== holderId) throw new Refusal('right.case_of_another')
  const isLiving = await requireLiving(tx, [holderId])
  const row = await takeCase(tx, actor, { caseId: given.caseId, version: file.row.version })
  const holder = (await holdersById(tx, kernel, [holderId])).get(holderId)
  if (!isLiving || holder === undefined || row.forgottenAt !== null) throw new Refusal('vault.person_erased')
  if (!(await stillPinned(tx, pinned))) return undefined
  const isAgain = mustDecideAgain(row, file.decision, isSame)
  const ruling = isAgain ? rulingOf(pinned, { row, file, read, holder, at }) : undefined
  const sealed = seal(holder, casePlace(row), read.secret ?? '')
  const payloadDigest = keyedDigest(holder, read.payload, read.secret ?? '')
  const place = ruling === undefined ? row : { ...ruling, reviewRole: ruling.row.reviewRole }
  const { caseId } = row
  const { state, reviewRole, priority } = place
  const changed = { caseId, state, reviewRole, priority, payloadDigest, sealed, isDecidedAgain: isAgain, at }
  const caseVersion = await correct(tx, changed)
  if (isAgain) await forgetReasons(tx, caseId)
  await forgetRepliesOf(tx, [caseId])
  const step = await record(tx, { actor, given, row, sealed, payloadDigest, holder, isAgain, at })
  if (ruling !== undefined) await append(tx, { actor: actor.name, at }, [await insertLaterRuling(tx, ruling)])
  return { caseId, caseVersion, version: step.stepNumber, isDecidedAgain: isAgain }
}

function mustDecideAgain(row: CaseRow, decision: DecisionRow | undefined, isSame: boolean): boolean {
  if (row.state === 'opened' || decision === undefined) return false
  if (!isSame) return true
  return row.state !== 'in_review' && decision.review !== 'automatic'
}

function rulingOf(
  pinned: Pin,
  given: {
    readonly row: CaseRow
    readonly file: CaseFile
    readonly read: ReadCase
    readonly holder: Holder
    readonly at: Date
  },
): Ruling {
  const { row, file, read, holder, at } = given
  const { decided } = read
  if (decided === undefined) throw new Error('the case was decided beside being read')
  const { caseId, reference, state } = row
  const sealed = sealReasons(decided, row, holder)
  const round = (file.decision?.round ?? 0) + 1
  const place = { caseId, reference, at, sealed, holderId: holder.holderId, round, state }
  return ruleAgain(pinned, place, decided)
}

interface Corrected {
  readonly actor: Actor
  readonly given: GivenCorrection
  /** As it was. */
  readonly row: CaseRow
  readonly sealed: Uint8Array
  readonly payloadDigest: Uint8Array
  readonly holder: Holder
  readonly isAgain: boolean
  readonly at: Date
}

/** The step, with the digests of what was and of what is, and the officer's statement sealed. */
async function record(tx: Transaction, given: Corrected) {
  const { row, holder } = given
  const { requestId, version, fields, statement } = given.given
  const hex = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('hex'))
  const body = {
    after: { digest: hex(given.payloadDigest), sealed: hex(sha256(given.sealed)) },
    before: { digest: hex(row.payloadDigest), sealed: hex(row.sealed && sha256(row.sealed)) },
    case: row.caseId,
    fields: fields.map(({ field }) => field).toSorted(),
    isDecidedAgain: given.isAgain,
  }
  const stepId = newId()
  const said = canonicalJson({ statement: statement.trim() })
  return takeStep(
    tx,
    { actor: given.actor.name, at: given.at },
    {
      proceedingId: requestId,
      after: version,
      kind: 'case.corrected',
      body,
      stepId,
      holderId: holder.holderId,
      sealed: seal(holder, stepPlace(stepId), said),
      caseId: row.caseId,
    },
  )
}
