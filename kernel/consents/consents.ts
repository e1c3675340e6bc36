/**
 * Consents and objections: what persons said about being decided about, and learned from, by an application. Kept event by event,
 * each in the log without personal data; the evidence is sealed under the person's own key and goes with it.
 *
 * Writing one waits for whatever is being written under data keys and holds up what comes after, as an erasure does: a batch that
 * commits later has seen what the person said, or is done again.
 */
import type { Application } from '@khudi/sdk'
import { requireApplication, requireScope } from '../access/access.ts'
import type { Actor } from '../access/roles.ts'
import { canonicalJson, sha256 } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import type { LogKind } from '../log/kinds.ts'
import { append, type Recorded } from '../log/log.ts'
import { installed } from '../register/register.ts'
import { legalBases } from '../registers/legal-bases.ts'
import { requirePerson, type Whom } from '../vault/persons.ts'
import { consentPlace } from '../vault/places.ts'
import { seal } from '../vault/seal.ts'
import { aloneWithVault, holdersById, holdersFor } from '../vault/vault.ts'
import type { ConsentChannel, ConsentEvent, ConsentUse } from './events.ts'
import { type ConsentRow, consentsOfHolder, insertConsent, latestOfHolder } from './store.ts'

export type { ConsentRow } from './store.ts'

/** What a person said. */
export interface Statement {
  readonly applicationId: string
  readonly use: ConsentUse
  readonly channel: ConsentChannel
  /** Where the evidence is, at most 2,000 characters: `form 12 of 3 March, folder 7`. Sealed under the person's key. */
  readonly evidence: string
}

export type StatementOf = Statement & Whom

/** @throws Refusal `consent.not_asked`, and those of {@link state} */
export function giveConsent(kernel: Kernel, actor: Actor, given: StatementOf): Promise<ConsentRow> {
  return record(kernel, actor, { ...given, event: 'given' })
}

/** @throws Refusal as {@link giveConsent}; what was done before stays lawful */
export function withdrawConsent(kernel: Kernel, actor: Actor, given: StatementOf): Promise<ConsentRow> {
  return record(kernel, actor, { ...given, event: 'withdrawn' })
}

/** @throws Refusal `consent.objection_not_allowed`, `consent.unchanged`, and those of the person and the application */
export function objectTo(kernel: Kernel, actor: Actor, given: StatementOf): Promise<ConsentRow> {
  return record(kernel, actor, { ...given, event: 'objected' })
}

/** @throws Refusal as {@link objectTo} */
export function liftObjection(kernel: Kernel, actor: Actor, given: StatementOf): Promise<ConsentRow> {
  return record(kernel, actor, { ...given, event: 'lifted' })
}

/** What was said, recorded by whoever heard it. Somebody of whom nothing is held yet gets a key of their own first. */
export async function record(
  kernel: Kernel,
  actor: Actor,
  given: StatementOf & { readonly event: ConsentEvent },
): Promise<ConsentRow> {
  requireScope(actor, 'consent.record')
  requireApplication(actor, given.applicationId)
  const { application } = installed(kernel, given.applicationId)
  requireRoom(application, given.event)
  const holderId = await holderOf(kernel, actor.institutionId, given)
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    await aloneWithVault(tx)
    const at = kernel.clock()
    const { row, recorded } = await state(tx, kernel, { ...given, holderId, by: actor.name, at })
    await append(tx, { actor: actor.name, at }, [recorded])
    return row
  })
}

async function holderOf(kernel: Kernel, institutionId: string, whom: Whom): Promise<string> {
  if ('holderId' in whom) return whom.holderId
  const holder = (await holdersFor(kernel, institutionId, [whom.name])).get(whom.name)
  if (holder === undefined) throw new Error('a holder is found or made')
  return holder.holderId
}

/** @throws Refusal `consent.not_asked`, `consent.objection_not_allowed` */
function requireRoom({ id, legalBasis }: Pick<Application, 'id' | 'legalBasis'>, event: ConsentEvent): void {
  const { needsConsent, allowsObjection } = legalBases[legalBasis.kind]
  const isObjection = event === 'objected' || event === 'lifted'
  if (isObjection && !allowsObjection) throw new Refusal('consent.objection_not_allowed', { application: id })
  if (!isObjection && !needsConsent) throw new Refusal('consent.not_asked', { application: id })
}

interface Said extends Statement {
  readonly holderId: string
  readonly event: ConsentEvent
  readonly by: string
  readonly at: Date
}

/** @throws Refusal `vault.person_unknown`, `vault.person_erased`, `consent.unchanged` */
async function state(
  tx: Transaction,
  kernel: Pick<Kernel, 'keys'>,
  { applicationId, use, channel, evidence, holderId, event, by, at }: Said,
): Promise<{ readonly row: ConsentRow; readonly recorded: Recorded }> {
  await requirePerson(tx, holderId)
  const before = await tx.rows(latestOfHolder, [tx.institutionId, holderId])
  const stands = before.filter((one) => one.applicationId === applicationId && one.use === use)
  if (!changes(event, stands)) throw new Refusal('consent.unchanged')
  const holder = (await holdersById(tx, kernel, [holderId])).get(holderId)
  if (holder === undefined) throw new Refusal('vault.person_erased')
  const consentId = newId()
  const sealed = seal(holder, consentPlace(consentId), evidence)
  const row = await tx.one(insertConsent, [
    tx.institutionId,
    applicationId,
    consentId,
    holderId,
    use,
    event,
    channel,
    sealed,
    by,
    at,
  ])
  return {
    row,
    recorded: { kind: kindOf[event], caseId: null, recordId: consentId, record: consentRecord(row) },
  }
}

const kindOf: Readonly<Record<ConsentEvent, LogKind>> = {
  given: 'consent.given',
  withdrawn: 'consent.withdrawn',
  objected: 'objection.made',
  lifted: 'objection.lifted',
}

/** Saying no before anybody asked counts; lifting what was never objected does not. */
function changes(event: ConsentEvent, stands: readonly ConsentRow[]): boolean {
  const said = stands.map((one) => one.event)
  return !said.includes(event) && (event !== 'lifted' || said.includes('objected'))
}

/** What the log commits to: who (by the identifier of their key), what about, and a digest of the sealed evidence. */
export function consentRecord(row: ConsentRow): string {
  return canonicalJson({
    application: row.applicationId,
    channel: row.channel,
    consent: row.consentId,
    event: row.event,
    holder: row.holderId,
    number: row.number,
    recordedAt: row.recordedAt.toISOString(),
    recordedBy: row.recordedBy,
    sealed: sha256(row.sealed).toString('hex'),
    use: row.use,
  })
}

/** All that a person said, oldest first. */
export async function consentsOf(
  { db }: Pick<Kernel, 'db'>,
  institutionId: string,
  holderId: string,
): Promise<readonly ConsentRow[]> {
  return db.transaction(institutionId, (tx) => tx.rows(consentsOfHolder, [institutionId, holderId]), {
    isReadOnly: true,
  })
}
