/**
 * Opening what is sealed of one case for somebody who reads it. Everything that shows a case shows its operational part
 * unless a purpose is stated; the read is then in the log, for the person concerned to see, before anything is opened.
 */
import { unite } from '@khudi/sdk'
import type { z } from 'zod'
import { type Actor, actingAt, holds, unitsFor } from '../access/roles.ts'
import { useOf } from '../consents/events.ts'
import { standingOf } from '../consents/standing.ts'
import type { Transaction } from '../db/database.ts'
import type { DecisionRow } from '../decisions/decisions.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import type { OutcomeRow } from '../outcomes/outcomes.ts'
import { actionOf, requireAllowed } from '../policy/ask.ts'
import { Purpose, purposes } from '../registers/purposes.ts'
import type { ReviewRow } from '../reviews/reviews.ts'
import { restrictedAmong } from '../rights/holds.ts'
import { erasuresOf } from '../vault/disclosure.ts'
import { casePlace, outcomePlace, reasonsPlace, reviewPlace } from '../vault/places.ts'
import { recordRead } from '../vault/reads.ts'
import { openTexts, type SealedText } from '../vault/vault.ts'
import type { CaseRow } from './cases.ts'

/** What somebody who reads one case may say that they read it for; the others are for jobs. */
export const ReadingPurpose = Purpose.extract(['review', 'audit', 'correction', 'subject_request', 'service'])
export type ReadingPurpose = z.infer<typeof ReadingPurpose>

/** The query of whatever shows one case: without a purpose its operational part is shown, with one all of it. */
export const purposeQuery = {
  purpose: ReadingPurpose.optional().describe(
    'Opens what is sealed; the read is recorded, and the person concerned sees it',
  ),
}

/** A case and whatever of it is shown beside it. */
export interface CaseParts {
  readonly row: CaseRow
  readonly decision?: DecisionRow | undefined
  readonly outcomes?: readonly OutcomeRow[]
  readonly reviews?: readonly ReviewRow[]
}

/** What a reader gets to see of the sealed part. */
export interface Unsealed {
  /** Sealed texts in clear, by the identifier of their row; none without a purpose. */
  readonly secrets: ReadonlyMap<string, string>
  /** When the key was destroyed; null where it lives, and where nothing is sealed. */
  readonly erasedAt: Date | null
  /** The office in which the reader opened something; null where nothing was opened. */
  readonly office: string | null
}

/** Without a purpose. */
export const unopened: Unsealed = { secrets: new Map(), erasedAt: null, office: null }

/** What is sealed of a case as its reader asks for it: opened for a purpose, or only looked at. */
export async function reveal(
  kernel: Kernel,
  actor: Actor,
  { purpose, ...parts }: CaseParts & { readonly purpose: ReadingPurpose | undefined },
): Promise<Unsealed> {
  return purpose === undefined
    ? lookAtSeal(kernel, actor, parts)
    : openCase(kernel, actor, { ...parts, purpose })
}

/** What is to be seen without a purpose: whether it can be opened at all. */
async function lookAtSeal(
  kernel: Kernel,
  { institutionId }: Pick<Actor, 'institutionId'>,
  parts: CaseParts,
): Promise<Unsealed> {
  const { holderId } = parts.row
  if (holderId === null) return unopened
  const erased = await kernel.db.transaction(institutionId, (tx) => erasuresOf(tx, [holderId]), {
    isReadOnly: true,
  })
  return { ...unopened, erasedAt: erased.get(holderId) ?? parts.row.forgottenAt }
}

/**
 * Opens what is sealed of a case.
 *
 * 1. The purpose is held against the reader's roles, and policy is asked, whether or not something is sealed.
 * 2. Where the key lives, the read is recorded and committed. A crash before the commit leaves nothing, after it an entry of
 *    a read that opened nothing.
 * 3. The texts are opened.
 *
 * @throws Refusal `vault.purpose_forbidden`, `policy.refused`, `policy.unavailable`
 */
async function openCase(
  kernel: Kernel,
  actor: Actor,
  { purpose, ...parts }: CaseParts & { readonly purpose: ReadingPurpose },
): Promise<Unsealed> {
  // 1.
  const office = readingOffice(actor, parts.row, purpose)
  const { holderId, caseId, applicationId } = parts.row
  const units = unitsFor(actor, purposes[purpose].scope)
  await requirePermitted(kernel, actor, { row: parts.row, purpose })
  const rows = sealedRows(parts)
  if (holderId === null || rows.length === 0) return lookAtSeal(kernel, actor, parts)
  // 2.
  const erasedAt = await kernel.db.transaction(
    actor.institutionId,
    async (tx) => {
      const erased = (await erasuresOf(tx, [holderId])).get(holderId)
      if (erased !== undefined) return erased
      await requireUsable(tx, holderId, purpose)
      const at = kernel.clock()
      const reading = { holderId, caseId, applicationId, cases: 1, role: office, purpose, at }
      await append(tx, { actor: actor.name, at }, [await recordRead(tx, actor, reading)])
      return undefined
    },
    { units },
  )
  if (erasedAt !== undefined) return { ...unopened, erasedAt }
  // 3.
  const secrets = await openParts(kernel, actor.institutionId, parts)
  // Erased since the read was recorded.
  return secrets === undefined ? lookAtSeal(kernel, actor, parts) : { secrets, erasedAt: null, office }
}

/** A connected system is not shown what may be kept but not used. @throws Refusal `right.restricted` */
async function requireUsable(tx: Transaction, holderId: string, purpose: ReadingPurpose): Promise<void> {
  if (purpose === 'service' && (await restrictedAmong(tx, [holderId])).size > 0)
    throw new Refusal('right.restricted')
}

/** Policy, as the person concerned stands and with the roles that hold at the case's unit. @throws Refusal `policy.refused`, `policy.unavailable` */
async function requirePermitted(
  kernel: Kernel,
  actor: Actor,
  { row, purpose }: { readonly row: CaseRow; readonly purpose: ReadingPurpose },
): Promise<void> {
  const { applicationId, holderId, unitId } = row
  const person = { applicationId, holderId, use: useOf(purpose) }
  const standing = await standingOf(kernel, actor.institutionId, person)
  const question = { applicationId, action: actionOf(purpose), purpose, standing }
  await requireAllowed(kernel, actingAt(actor, unitId), question)
}

/**
 * What is sealed of a case in clear, by the identifier of its row; `undefined` where the person has been erased. For whoever has
 * recorded the read.
 */
export async function openParts(
  kernel: Kernel,
  institutionId: string,
  parts: CaseParts,
): Promise<Unsealed['secrets'] | undefined> {
  const { holderId } = parts.row
  const rows = sealedRows(parts)
  if (holderId === null) return unopened.secrets
  const texts = rows.map(({ place, sealed }) => ({ holderId, place, sealed }))
  const opened = await openTexts(kernel, institutionId, texts)
  const secrets = new Map<string, string>()
  for (const [index, { id }] of rows.entries()) {
    const text = opened[index]
    if (text === undefined) return undefined
    secrets.set(id, text)
  }
  return secrets
}

/** For what this reader may open this case, in the order in which they are offered. */
export function permittedPurposes(
  actor: Actor,
  { unitId }: Pick<CaseRow, 'unitId'>,
): readonly ReadingPurpose[] {
  const acting = actingAt(actor, unitId)
  return ReadingPurpose.options.filter((purpose) => findOffice(acting, purpose) !== undefined)
}

/**
 * The office that the person concerned is told of: an officer's role in the application where they work on its cases, else
 * the role of the institution that permits the purpose.
 *
 * @throws Refusal `vault.purpose_forbidden`, also where the permitting role does not hold at the case's unit
 */
function readingOffice(actor: Actor, row: CaseRow, purpose: ReadingPurpose): string {
  const acting = actingAt(actor, row.unitId)
  const office = findOffice(acting, purpose)
  if (office === undefined)
    throw new Refusal('vault.purpose_forbidden', { purpose, scope: purposes[purpose].scope })
  if (purpose !== 'review' && purpose !== 'correction') return office
  if (row.reviewRole !== null && acting.roles.includes(row.reviewRole)) return row.reviewRole
  return acting.roles.find((role) => role.startsWith(`${row.applicationId}.`)) ?? office
}

function findOffice(actor: Actor, purpose: ReadingPurpose): string | undefined {
  // A person says what for; `service` says only that a system asks.
  if (purpose === 'service' && !actor.name.startsWith('key:')) return undefined
  const { units } = actor
  return actor.roles.find((role) =>
    holds({ roles: [role], ...(units && { units }) }, purposes[purpose].scope),
  )
}

interface SealedRow extends Omit<SealedText, 'holderId'> {
  /** Of the row that it belongs to. */
  readonly id: string
}

function sealedRows({ row, decision, outcomes = [], reviews = [] }: CaseParts): readonly SealedRow[] {
  const rows = [
    { id: row.caseId, place: casePlace(row), sealed: row.sealed },
    ...(decision === undefined
      ? []
      : [{ id: decision.decisionId, place: reasonsPlace(row), sealed: decision.sealed }]),
    ...outcomes.map(({ outcomeId, sealed }) => ({
      id: outcomeId,
      place: outcomePlace(row, outcomeId),
      sealed,
    })),
    ...reviews.map(({ reviewId, sealed }) => ({ id: reviewId, place: reviewPlace(reviewId), sealed })),
  ]
  return rows.flatMap(({ sealed, ...rest }) => (sealed === null ? [] : [{ ...rest, sealed }]))
}

type Secrets = Unsealed['secrets']

/** A payload as far as it may be seen: whole where its sealed part was opened. */
export function visiblePayload({ payload }: Pick<CaseRow, 'payload'>, secret: string | undefined): unknown {
  const open: unknown = JSON.parse(payload)
  return secret === undefined ? open : unite(open, JSON.parse(secret))
}

/** Canonical JSON of the reasons as far as they may be seen. */
export function visibleReasons({ decisionId, reasons }: DecisionRow, secrets: Unsealed['secrets']): string {
  return secrets.get(decisionId) ?? reasons
}

/** The officer's words; null where there are none, and where they are sealed. */
export function visibleWords({ reviewId, reason }: ReviewRow, secrets: Secrets): string | null {
  return reason ?? secrets.get(reviewId) ?? null
}
