/** Who is meant: a person by the name that applications know them by, or by the identifier that their cases hold them by. */
import type { Actor } from '../access/roles.ts'
import type { CaseRow } from '../cases/cases.ts'
import { streamCasesOf } from '../cases/held.ts'
import type { Transaction } from '../db/database.ts'
import { subjectOf as subjectOfCase } from '../decisions/reading.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { installed } from '../register/register.ts'
import { openBatch } from './batches.ts'
import { casePlace, holderNameOf, signInHolder } from './places.ts'
import { keysById } from './store.ts'
import { findHolder } from './vault.ts'

/** `ntn:1234567`, or a holder's identifier. */
export type Whom = { readonly name: string } | { readonly holderId: string }

export interface Person {
  readonly holderId: string
  /** `undefined` where it cannot be told any more, and where the holder is no person. */
  readonly name: string | undefined
}

/** @throws Refusal `vault.person_unknown` */
export async function personNamed(kernel: Kernel, institutionId: string, name: string): Promise<string> {
  const holderId = name === signInHolder ? undefined : await findHolder(kernel, institutionId, name)
  if (holderId === undefined) throw new Refusal('vault.person_unknown')
  return holderId
}

/** @throws Refusal `vault.person_unknown`, `vault.person_erased` */
export async function requirePerson(tx: Transaction, holderId: string): Promise<void> {
  const row = await tx.maybe(keysById, [tx.institutionId, [holderId]])
  if (row === undefined) throw new Refusal('vault.person_unknown')
  if (row.wrappedKey === null) throw new Refusal('vault.person_erased')
}

/**
 * The person who is to be erased, with the name that other rows may mention them by. Asked for by identifier, the name is read
 * out of one of their cases, which is recorded as a read.
 *
 * @throws Refusal `vault.person_unknown`, `vault.person_erased`, `application.not_installed`
 */
export async function personToErase(kernel: Kernel, actor: Actor, whom: Whom): Promise<Person> {
  const { institutionId } = actor
  if ('name' in whom) return { ...whom, holderId: await personNamed(kernel, institutionId, whom.name) }
  const { holderId } = whom
  if (holderId === (await findHolder(kernel, institutionId, signInHolder)))
    throw new Refusal('vault.person_unknown')
  await kernel.db.transaction(institutionId, (tx) => requirePerson(tx, holderId), { isReadOnly: true })
  for await (const [first] of streamCasesOf(kernel, institutionId, { holderId, page: 1 })) {
    if (first === undefined) break
    const isCaseItself =
      (await findHolder(kernel, institutionId, holderNameOf(first, undefined))) === holderId
    return { holderId, name: isCaseItself ? undefined : await subjectOf(kernel, actor, first) }
  }
  return { holderId, name: undefined }
}

async function subjectOf(kernel: Kernel, actor: Actor, row: CaseRow): Promise<string | undefined> {
  const { applicationId, sealed, payload } = row
  const texts = [sealed && { place: casePlace(row), sealed }]
  const cases = [{ holderId: row.holderId, texts }]
  const [opened] = await openBatch(kernel, actor, { applicationId, purpose: 'erasure_search', cases })
  if (opened === undefined) throw new Refusal('vault.person_erased')
  const [secret] = opened.texts
  return subjectOfCase(kernel, installed(kernel, applicationId), { payload, secret: secret ?? null })
}
