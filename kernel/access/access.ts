/**
 * Who acts: accounts of people with password and session, keys of connected systems. First form; identity providers,
 * passkeys and units follow.
 */
import type { Language } from '@khudi/sdk'
import { canonicalJson, sha256 } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { personOf } from '../duties/persons.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { hashPassword } from '../sign-in/password.ts'
import { type Actor, holds, roles, type Scope } from './roles.ts'
import { requireSeparateDuties } from './separate-duties.ts'
import { type AccountRow, accountNames, insertAccount, insertFirstGrants, listAccounts } from './store.ts'

type Store = Pick<Kernel, 'db' | 'clock'>

/** @throws Refusal `access.scope_missing` */
export function requireScope(actor: Actor, scope: Scope): void {
  if (!holds(actor, scope)) throw new Refusal('access.scope_missing', { scope })
}

/**
 * A key may be bound to one application, and the others are then hidden from it.
 *
 * @throws Refusal `access.application_foreign` where the actor is bound to another application
 */
export function requireApplication(actor: Actor, applicationId: string): void {
  if (actor.applicationId !== undefined && actor.applicationId !== applicationId)
    throw new Refusal('access.application_foreign')
}

export interface NewAccount {
  readonly username: string
  readonly password: string
  readonly roles: readonly string[]
  readonly language: Language
}

/** Opens an account. @throws Refusal `access.account_exists`, `access.role_unknown`, `duty.person_needed` */
export async function createAccount(
  { db, clock, applications }: Store & Pick<Kernel, 'applications'>,
  actor: Actor,
  account: NewAccount,
): Promise<void> {
  // Whoever opens an account stands behind it where two persons are asked for: a key would hide them.
  personOf(actor)
  requireKnownRoles(applications, account.roles)
  requireSeparateDuties(account.roles)
  const { username, roles, language } = account
  const passwordHash = await hashPassword(account.password)
  const accountId = newId()
  const at = clock()
  const opened = { accountId, username, roles, language, passwordHash, at }
  await db.transaction(actor.institutionId, async (tx) => {
    if (!(await writeAccount(tx, actor, opened))) throw new Refusal('access.account_exists', { username })
  })
}

export interface WrittenAccount extends Omit<NewAccount, 'password'> {
  readonly accountId: string
  /** PHC string of Argon2id. */
  readonly passwordHash: string
  readonly at: Date
}

/** Writes a new account with its entry, in the caller's transaction; false where its user name is taken. */
export async function writeAccount(
  tx: Transaction,
  actor: Pick<Actor, 'name'>,
  { accountId, username, roles, language, passwordHash, at }: WrittenAccount,
): Promise<boolean> {
  const row = [tx.institutionId, accountId, username, roles, passwordHash, language, at]
  if ((await tx.run(insertAccount, row)) === 0) return false
  await tx.run(insertFirstGrants, [tx.institutionId, accountId, roles, at])
  const record = canonicalJson({
    account: accountId,
    createdAt: at.toISOString(),
    language,
    passwordHash: sha256(passwordHash).toString('hex'),
    roles,
    username,
  })
  await append(tx, { actor: actor.name, at }, [
    { kind: 'account.created', caseId: null, recordId: accountId, record },
  ])
  return true
}

/** @throws Refusal `access.role_unknown` */
export function requireKnownRoles(applications: Kernel['applications'], given: readonly string[]): void {
  const officers = [...applications.values()].flatMap(({ application: { id, roles: own } }) =>
    Object.keys(own).map((role) => `${id}.${role}`),
  )
  const known = [...Object.keys(roles), ...officers]
  const unknown = given.find((role) => !known.includes(role))
  if (unknown !== undefined)
    throw new Refusal('access.role_unknown', { role: unknown.slice(0, 60), known: known.join(', ') })
}

export async function accountsOf(
  { db }: Pick<Store, 'db'>,
  institutionId: string,
): Promise<readonly AccountRow[]> {
  return db.transaction(institutionId, (tx) => tx.rows(listAccounts, [institutionId]), { isReadOnly: true })
}

/** User names of these accounts, by account; those that do not exist are left out. */
export async function namesOfAccounts(
  { db }: Pick<Store, 'db'>,
  institutionId: string,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (accountIds.length === 0) return new Map()
  const rows = await db.transaction(
    institutionId,
    (tx) => tx.rows(accountNames, [institutionId, accountIds]),
    {
      isReadOnly: true,
    },
  )
  return new Map(rows.map(({ accountId, username }) => [accountId, username]))
}
