/**
 * Grants: roles that an account holds, in the whole institution or at a unit and below it. Whoever grants has them not from
 * themself: nobody grants or revokes anything of their own account, and who manages accounts holds no role by which cases are
 * seen, so that no other administrator can give them one.
 */
import { canonicalJson } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { requireFresh } from '../sign-in/fresh.ts'
import { openUnitId } from '../units/units.ts'
import { requireKnownRoles, requireScope } from './access.ts'
import { type Actor, holdsAtUnits } from './roles.ts'
import { requireSeparateDuties } from './separate-duties.ts'
import {
  type AccountRow,
  accountById,
  accountsAfter,
  disableAccount as disable,
  endSessions,
  type GrantRow,
  grantsInForce,
  insertGrant,
  lockAccount,
  revokeGrant,
  rightsOfAccount,
} from './store.ts'

export type { AccountRow, GrantRow } from './store.ts'

type Store = Pick<Kernel, 'db' | 'clock' | 'applications' | 'signIn'>

/** What an account may do and where, for whoever knows who has signed in. */
export async function rightsOf(tx: Transaction, accountId: string): Promise<Pick<Actor, 'roles' | 'units'>> {
  const rows = await tx.rows(rightsOfAccount, [tx.institutionId, accountId])
  const roles = rows.map(({ role }) => role)
  const atUnits = rows.filter(({ isEverywhere }) => !isEverywhere)
  if (atUnits.length === 0) return { roles }
  return { roles, units: new Map(atUnits.map(({ role, unitIds }) => [role, unitIds])) }
}

/** An account with the roles that it holds now. */
export interface Account {
  readonly row: AccountRow
  readonly grants: readonly GrantRow[]
}

/** A page of accounts by user name. */
export async function findAccounts(
  { db }: Pick<Store, 'db'>,
  institutionId: string,
  { after, size }: { readonly after: string | undefined; readonly size: number },
): Promise<readonly Account[]> {
  return db.transaction(
    institutionId,
    async (tx) => {
      const rows = await tx.rows(accountsAfter, [institutionId, after, size])
      const ids = rows.map(({ accountId }) => accountId)
      const grants = ids.length === 0 ? [] : await tx.rows(grantsInForce, [institutionId, ids])
      return rows.map((row) => ({
        row,
        grants: grants.filter(({ accountId }) => accountId === row.accountId),
      }))
    },
    { isReadOnly: true },
  )
}

/** @throws Refusal `access.account_unknown` */
export async function getAccount(
  { db }: Pick<Store, 'db'>,
  institutionId: string,
  accountId: string,
): Promise<Account> {
  return db.transaction(
    institutionId,
    async (tx) => {
      const row = await tx.maybe(accountById, [institutionId, accountId])
      if (row === undefined) throw new Refusal('access.account_unknown')
      return { row, grants: await tx.rows(grantsInForce, [institutionId, [accountId]]) }
    },
    { isReadOnly: true },
  )
}

export interface NewGrant {
  readonly accountId: string
  readonly role: string
  /** Code of a unit; `undefined` for the whole institution. */
  readonly unit: string | undefined
}

/**
 * Grants a role.
 *
 * @throws Refusal `access.scope_missing`, `access.role_unknown`, `grant.own_account`, `grant.role_not_at_units`,
 *   `grant.duties_conflict`, `grant.exists`, `access.account_unknown`, `access.account_disabled`, `unit.unknown`, `unit.closed`
 */
export async function grantRole(kernel: Store, actor: Actor, given: NewGrant): Promise<GrantRow> {
  requireScope(actor, 'account.manage')
  requireFresh(kernel, actor)
  requireKnownRoles(kernel.applications, [given.role])
  const { accountId, role, unit } = given
  if (unit !== undefined && !holdsAtUnits(role)) throw new Refusal('grant.role_not_at_units', { role })
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    await takeOther(tx, actor, accountId)
    const held = await tx.rows(grantsInForce, [tx.institutionId, [accountId]])
    requireSeparateDuties([...held.map((one) => one.role), role])
    const unitId = unit === undefined ? null : await openUnitId(tx, unit)
    const row = await writeGrant(tx, actor, { accountId, role, unitId, givenAt: kernel.clock() })
    if (row === undefined) throw new Refusal('grant.exists', { role })
    return row
  })
}

/** Grants in force of one account, for whoever changes them in the same transaction. */
export async function grantsHeld(tx: Transaction, accountId: string): Promise<readonly GrantRow[]> {
  return tx.rows(grantsInForce, [tx.institutionId, [accountId]])
}

/** Writes a grant with its entry, in the caller's transaction; `undefined` where the account has the role there already. */
export async function writeGrant(
  tx: Transaction,
  actor: Pick<Actor, 'name'>,
  given: Omit<GrantRow, 'grantId'>,
): Promise<GrantRow | undefined> {
  const row: GrantRow = { grantId: newId(), ...given }
  const { grantId, accountId, role, unitId, givenAt } = row
  if ((await tx.run(insertGrant, [tx.institutionId, grantId, accountId, role, unitId, givenAt])) === 0)
    return undefined
  const record = canonicalJson({
    account: accountId,
    givenAt: givenAt.toISOString(),
    grant: grantId,
    role,
    unit: unitId,
  })
  await append(tx, { actor: actor.name, at: givenAt }, [
    { kind: 'grant.given', caseId: null, recordId: grantId, record },
  ])
  return row
}

/** Takes a grant back with its entry, in the caller's transaction; false where it is not in force. */
export async function writeRevocation(
  tx: Transaction,
  actor: Pick<Actor, 'name'>,
  { accountId, grantId, at }: Pick<GrantRow, 'accountId' | 'grantId'> & { readonly at: Date },
): Promise<boolean> {
  if ((await tx.run(revokeGrant, [tx.institutionId, accountId, grantId, at])) === 0) return false
  const record = canonicalJson({ grant: grantId, revokedAt: at.toISOString() })
  await append(tx, { actor: actor.name, at }, [
    { kind: 'grant.revoked', caseId: null, recordId: grantId, record },
  ])
  return true
}

/**
 * Takes a role back. Sessions go on with what is left.
 *
 * @throws Refusal `access.scope_missing`, `access.proof_stale`, `grant.own_account`, `grant.not_found`, `access.account_unknown`, `access.account_disabled`
 */
export async function revokeRole(
  kernel: Store,
  actor: Actor,
  { accountId, grantId }: { readonly accountId: string; readonly grantId: string },
): Promise<void> {
  requireScope(actor, 'account.manage')
  requireFresh(kernel, actor)
  await kernel.db.transaction(actor.institutionId, async (tx) => {
    await takeOther(tx, actor, accountId)
    const at = kernel.clock()
    if (!(await writeRevocation(tx, actor, { accountId, grantId, at }))) throw new Refusal('grant.not_found')
  })
}

/**
 * Disables an account for good: its sessions end now, and nobody signs in to it again.
 *
 * @throws Refusal `access.scope_missing`, `access.proof_stale`, `grant.own_account`, `access.account_unknown`, `access.account_disabled`
 */
export async function disableAccount(
  kernel: Store,
  actor: Actor,
  { accountId }: { readonly accountId: string },
): Promise<void> {
  requireScope(actor, 'account.manage')
  requireFresh(kernel, actor)
  await kernel.db.transaction(actor.institutionId, async (tx) => {
    await takeOther(tx, actor, accountId)
    const at = kernel.clock()
    await tx.run(disable, [tx.institutionId, accountId, at])
    await tx.run(endSessions, [tx.institutionId, accountId])
    const record = canonicalJson({ account: accountId, disabledAt: at.toISOString() })
    await append(tx, { actor: actor.name, at }, [
      { kind: 'account.disabled', caseId: null, recordId: accountId, record },
    ])
  })
}

/** Locks an account that is somebody else's and in use. @throws Refusal `grant.own_account`, `access.account_unknown`, `access.account_disabled` */
async function takeOther(tx: Transaction, actor: Actor, accountId: string): Promise<void> {
  if (actor.accountId === accountId) throw new Refusal('grant.own_account')
  const account = await tx.maybe(lockAccount, [tx.institutionId, accountId])
  if (account === undefined) throw new Refusal('access.account_unknown')
  if (account.disabledAt !== null) throw new Refusal('access.account_disabled')
}
