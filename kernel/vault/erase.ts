/** Erasure: a person's data key and blind index are destroyed, and with them all that was sealed under the key, everywhere. */

import { type Actor, everywhere, holds } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import { casesHeldOn, type Held, streamCasesOf } from '../cases/held.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { deleteRefusedRows, nothingSearched, searchRefusals } from '../imports/mentions.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { installed } from '../register/register.ts'
import { requireNotHeld } from '../rights/holds.ts'
import { requireFresh } from '../sign-in/fresh.ts'
import type { ErasureGround } from './grounds.ts'
import { personToErase, type Whom } from './persons.ts'
import { mentionsOf } from './spellings.ts'
import { eraseKey } from './store.ts'
import { aloneWithVault } from './vault.ts'

/** What was erased. */
export interface Erasure {
  readonly holderId: string
  /** How many cases are about the person; they stay, without what was sealed. */
  readonly cases: number
  /** How many refused rows of imports mentioned the person, and are deleted. */
  readonly refusedRows: number
  readonly erasedAt: Date
}

export interface ErasureRequest {
  readonly ground: ErasureGround
  /** What is to be committed together with it. */
  also?(tx: Transaction, erasure: Erasure): Promise<void>
}

/**
 * Erases a person. Nothing brings the data back.
 *
 * 1. Find the holder, and what else would mention the person: the name and the references of the cases.
 * 2. Look through refused rows of imports, which are sealed under other keys. A crash so far leaves entries of reads.
 * 3. One transaction, alone with the vault: no batch is being written under the key, and those that were sealed under it
 *    before find it gone. Retention is held against the cases as they are now, refused rows that came since are searched, and
 *    key, index, rows and log entry change together. A crash before the commit leaves the person as they were.
 *
 * @throws Refusal `access.scope_missing`, `access.proof_stale`, `vault.person_unknown`, `vault.person_erased`, `vault.retention_required`,
 *   `vault.case_in_review`, `right.held`, `application.not_installed` where nobody can tell what the law asks of its cases
 */
export async function erasePerson(
  kernel: Kernel,
  actor: Actor,
  { ground, also, ...whom }: Whom & ErasureRequest,
): Promise<Erasure> {
  if (!holds(actor, 'person.erase')) throw new Refusal('access.scope_missing', { scope: 'person.erase' })
  requireFresh(kernel, actor)
  const { institutionId } = actor
  // 1.
  const { holderId, name } = await personToErase(kernel, actor, whom)
  const mentions = mentionsOf({ name, references: await referencesOf(kernel, institutionId, holderId) })
  // 2.
  const searched = await searchRefusals(kernel, actor, { mentions, before: nothingSearched })
  // 3.
  const eraseNow = async (tx: Transaction) => {
    await aloneWithVault(tx)
    const at = kernel.clock()
    const held = await casesHeldOn(tx, holderId)
    requireNoRetention(kernel, held, at)
    requireNothingUnderWay(held)
    await requireNotHeld(tx, { holderId, applicationIds: held.map(({ applicationId }) => applicationId) })
    const { found } = await searchRefusals(kernel, actor, { mentions, before: searched, within: tx })
    const refusedRows = await deleteRefusedRows(tx, found)
    const erasure = await erase(tx, actor, { holderId, refusedRows, cases: sum(held), ground, at })
    await also?.(tx, erasure)
    return erasure
  }
  return kernel.db.transaction(institutionId, eraseNow, { units: everywhere })
}

const sum = (held: readonly Held[]) => held.reduce((all, { cases }) => all + cases, 0)

/** Destroys a holder's key, for whoever has the vault alone. @throws Refusal `vault.person_erased` */
export async function erase(
  tx: Transaction,
  actor: Actor,
  given: Omit<Erasure, 'erasedAt'> & { readonly ground: ErasureGround; readonly at: Date },
): Promise<Erasure> {
  const { holderId, cases, refusedRows, ground, at } = given
  // Somebody else was faster.
  if ((await tx.run(eraseKey, [tx.institutionId, holderId, at, ground])) === 0)
    throw new Refusal('vault.person_erased')
  const record = canonicalJson({ cases, erasedAt: at.toISOString(), ground, holder: holderId })
  await append(tx, { actor: actor.name, at }, [
    { kind: 'person.erased', caseId: null, recordId: holderId, record, said: ground },
  ])
  return { holderId, cases, refusedRows, erasedAt: at }
}

async function referencesOf(kernel: Kernel, institutionId: string, holderId: string) {
  const references = new Map<string, Set<string>>()
  for await (const rows of streamCasesOf(kernel, institutionId, { holderId, page: 1_000 }))
    for (const { applicationId, reference } of rows) {
      const known = references.get(applicationId)
      if (known === undefined) references.set(applicationId, new Set([reference]))
      else known.add(reference)
    }
  return references
}

/** @throws Refusal `vault.retention_required` naming the law that asks longest */
function requireNoRetention(kernel: Kernel, held: readonly Held[], at: Date): void {
  const today = at.toISOString().slice(0, 10)
  const [longest] = held
    .flatMap(({ applicationId, lastOccurredOn }) => {
      const { retention } = installed(kernel, applicationId).application
      if (retention === undefined) return []
      return [{ applicationId, law: retention.law, until: yearsAfter(lastOccurredOn, retention.years) }]
    })
    .filter(({ until }) => until > today)
    .toSorted((a, b) => (a.until < b.until ? 1 : -1))
  if (longest === undefined) return
  const { applicationId, law, until } = longest
  throw new Refusal('vault.retention_required', { law, application: applicationId, until })
}

/**
 * An officer who is to decide about a person must be able to read why, and to say why they decide otherwise.
 *
 * @throws Refusal `vault.case_in_review`
 */
function requireNothingUnderWay(held: readonly Held[]): void {
  const waiting = held.find(({ inReview }) => inReview > 0)
  if (waiting === undefined) return
  const { applicationId, inReview } = waiting
  throw new Refusal('vault.case_in_review', { application: applicationId, cases: inReview })
}

/** `YYYY-MM-DD`; 29 February becomes 1 March. */
function yearsAfter(day: string, years: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCFullYear(date.getUTCFullYear() + years)
  return date.toISOString().slice(0, 10)
}
