/** Second factors and passkeys of accounts: what there is, adding, removing, and an administrator's reset. */
import { requireScope } from '../access/access.ts'
import type { Actor } from '../access/roles.ts'
import { canonicalJson, sha256 } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append, type Recorded } from '../log/log.ts'
import { requireFresh } from './fresh.ts'
import { newRecoveryCodes } from './recovery-codes.ts'
import { secondFactorIn } from './rules.ts'
import {
  accountById,
  deleteDevicesOf,
  deleteOtherSessions,
  type FactorKind,
  type FactorRow,
  factorsOfAccount,
  insertFactor,
  lockAccount,
  removeFactor,
} from './store.ts'

export type { FactorRow } from './store.ts'

export interface Factors {
  readonly totp: FactorRow | undefined
  readonly passkeys: readonly FactorRow[]
  readonly recoveryCodes: FactorRow | undefined
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

export async function factorsIn(tx: Transaction, accountId: string): Promise<Factors> {
  const rows = await tx.rows(factorsOfAccount, [tx.institutionId, accountId])
  return {
    totp: rows.find(({ kind }) => kind === 'totp'),
    passkeys: rows.filter(({ kind }) => kind === 'passkey'),
    recoveryCodes: rows.find(({ kind }) => kind === 'recovery_codes'),
  }
}

export async function factorsOf(
  { db }: Pick<Kernel, 'db'>,
  { institutionId, accountId }: { readonly institutionId: string; readonly accountId: string },
): Promise<Factors> {
  return db.transaction(institutionId, (tx) => factorsIn(tx, accountId), { isReadOnly: true })
}

/** Recovery codes alone are none: they are for when it is lost. */
export const hasSecondFactor = ({ totp, passkeys }: Factors): boolean =>
  totp !== undefined || passkeys.length > 0

export interface NewFactor {
  readonly accountId: string
  readonly kind: FactorKind
  readonly name?: string
  readonly credentialId?: Uint8Array
  readonly material: Uint8Array
  readonly counter?: number
  readonly transports?: readonly string[]
}

/** Adds a factor inside the caller's transaction; `undefined` where there is one of its kind or credential already. */
export async function addFactor(tx: Transaction, factor: NewFactor, at: Date): Promise<Recorded | undefined> {
  const { accountId, kind, name = '', credentialId, material, counter = 0, transports = [] } = factor
  const factorId = newId()
  const row = [tx.institutionId, factorId, accountId, kind, name, credentialId, material]
  if ((await tx.run(insertFactor, [...row, counter, transports, at])) === 0) return undefined
  const record = canonicalJson({
    account: accountId,
    addedAt: at.toISOString(),
    credential: credentialId === undefined ? null : hex(credentialId),
    factor: factorId,
    kind,
    material: sha256(material).toString('hex'),
  })
  return { kind: 'factor.added', caseId: null, recordId: factorId, record }
}

async function remove(
  tx: Transaction,
  { accountId, factorId }: Pick<FactorRow, 'accountId' | 'factorId'>,
  at: Date,
): Promise<Recorded | undefined> {
  if ((await tx.run(removeFactor, [tx.institutionId, accountId, factorId, at])) === 0) return undefined
  const record = canonicalJson({ account: accountId, factor: factorId, removedAt: at.toISOString() })
  return { kind: 'factor.removed', caseId: null, recordId: factorId, record }
}

/** Ten new recovery codes in the place of those before; they are shown this once. In the caller's transaction. */
export async function renewCodes(
  tx: Transaction,
  accountId: string,
  at: Date,
): Promise<{ readonly codes: readonly string[]; readonly recorded: readonly Recorded[] }> {
  const { codes, hashes } = newRecoveryCodes()
  const { recoveryCodes } = await factorsIn(tx, accountId)
  const removed = recoveryCodes && (await remove(tx, recoveryCodes, at))
  const added = await addFactor(tx, { accountId, kind: 'recovery_codes', material: hashes }, at)
  return { codes, recorded: [removed, added].filter((one) => one !== undefined) }
}

type Own = Actor & { readonly accountId: string }

/** Ten new recovery codes of the actor's own account. @throws Refusal `access.proof_stale` */
export async function renewRecoveryCodes(
  kernel: Pick<Kernel, 'db' | 'clock' | 'signIn'>,
  actor: Own,
): Promise<readonly string[]> {
  requireFresh(kernel, actor)
  const at = kernel.clock()
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    await tx.run(lockAccount, [tx.institutionId, actor.accountId])
    const { codes, recorded } = await renewCodes(tx, actor.accountId, at)
    await append(tx, { actor: actor.name, at }, recorded)
    return codes
  })
}

/**
 * Removes a factor of the actor's own account; with the last second factor the recovery codes go too.
 *
 * @throws Refusal `access.proof_stale`, `access.factor_unknown`, `access.factor_last` where the institution requires one
 */
export async function removeOwnFactor(
  kernel: Pick<Kernel, 'db' | 'clock' | 'signIn'>,
  actor: Own,
  factorId: string,
): Promise<void> {
  requireFresh(kernel, actor)
  const { accountId } = actor
  const at = kernel.clock()
  await kernel.db.transaction(actor.institutionId, async (tx) => {
    await tx.run(lockAccount, [tx.institutionId, accountId])
    const before = await factorsIn(tx, accountId)
    const removable = [before.totp, ...before.passkeys].filter((one) => one !== undefined)
    const factor = removable.find((one) => one.factorId === factorId)
    if (factor === undefined) throw new Refusal('access.factor_unknown')
    const isLast = removable.length === 1
    if (isLast && (await secondFactorIn(tx)) === 'required') throw new Refusal('access.factor_last')
    const going = isLast ? [factor, before.recoveryCodes] : [factor]
    const recorded: Recorded[] = []
    for (const one of going) {
      const entry = one && (await remove(tx, one, at))
      if (entry !== undefined) recorded.push(entry)
    }
    await append(tx, { actor: actor.name, at }, recorded)
  })
}

/**
 * Takes another's factors away, so that they can enrol anew with their password, and ends their sessions. Whoever does it learns
 * nothing by which to sign in as them.
 *
 * @throws Refusal `access.scope_missing`, `access.proof_stale`, `access.account_unknown`, `access.account_own`
 */
export async function resetFactors(
  kernel: Pick<Kernel, 'db' | 'clock' | 'signIn'>,
  actor: Actor,
  accountId: string,
): Promise<void> {
  requireScope(actor, 'account.manage')
  requireFresh(kernel, actor)
  if (accountId === actor.accountId) throw new Refusal('access.account_own')
  const at = kernel.clock()
  await kernel.db.transaction(actor.institutionId, async (tx) => {
    if ((await tx.maybe(accountById, [tx.institutionId, accountId])) === undefined)
      throw new Refusal('access.account_unknown')
    await tx.run(lockAccount, [tx.institutionId, accountId])
    const recorded: Recorded[] = []
    for (const factor of await tx.rows(factorsOfAccount, [tx.institutionId, accountId])) {
      const entry = await remove(tx, factor, at)
      if (entry !== undefined) recorded.push(entry)
    }
    await tx.run(deleteOtherSessions, [tx.institutionId, accountId, null])
    await tx.run(deleteDevicesOf, [tx.institutionId, accountId])
    await append(tx, { actor: actor.name, at }, recorded)
  })
}
