/** Passwords of accounts: checked in constant time whoever asks, changed by their holder, set anew by the operator. */
import { randomBytes } from 'node:crypto'
import { requireScope } from '../access/access.ts'
import type { Actor } from '../access/roles.ts'
import { canonicalJson, sha256 } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { requireFresh } from './fresh.ts'
import { hashPassword, isPassword } from './password.ts'
import { requireGoodPassword } from './password-choice.ts'
import { type Account, accountById, deleteDevicesOf, deleteOtherSessions, insertPassword } from './store.ts'

/** Made once: what an unknown name is compared with. */
let madeHash: Promise<string> | undefined
function someHash(): Promise<string> {
  madeHash ??= hashPassword(randomBytes(16).toString('hex'))
  return madeHash
}

/** Whether this is the password of the account; of none it costs the same to say no. */
export async function isPasswordOf(
  account: Pick<Account, 'passwordHash'> | undefined,
  password: string,
): Promise<boolean> {
  const matches = await isPassword(password, account?.passwordHash ?? (await someHash()))
  return account !== undefined && matches
}

interface NewPassword {
  readonly accountId: string
  readonly passwordHash: string
  readonly at: Date
}

async function writePassword(
  tx: Transaction,
  actor: Pick<Actor, 'name'>,
  { accountId, passwordHash, at }: NewPassword,
): Promise<void> {
  const passwordId = newId()
  await tx.run(insertPassword, [tx.institutionId, passwordId, accountId, passwordHash, at])
  const record = canonicalJson({
    account: accountId,
    password: passwordId,
    passwordHash: sha256(passwordHash).toString('hex'),
    setAt: at.toISOString(),
  })
  await append(tx, { actor: actor.name, at }, [
    { kind: 'password.set', caseId: null, recordId: passwordId, record },
  ])
}

/**
 * Changes the password of the actor's own account, and ends their other sessions.
 *
 * @throws Refusal `access.proof_stale`, `access.password_wrong` (the old one), `access.password_short`, `access.password_long`,
 *   `access.password_common`
 */
export async function changePassword(
  kernel: Pick<Kernel, 'db' | 'clock' | 'signIn'>,
  actor: Actor & { readonly accountId: string },
  given: { readonly old: string; readonly fresh: string; readonly sessionId: string },
): Promise<void> {
  requireFresh(kernel, actor)
  const { institutionId, accountId } = actor
  const account = await kernel.db.transaction(
    institutionId,
    (tx) => tx.maybe(accountById, [institutionId, accountId]),
    { isReadOnly: true },
  )
  if (!(await isPasswordOf(account, given.old))) throw new Refusal('access.password_wrong')
  requireGoodPassword(given.fresh, [account?.username ?? ''])
  const passwordHash = await hashPassword(given.fresh)
  const at = kernel.clock()
  await kernel.db.transaction(institutionId, async (tx) => {
    await writePassword(tx, actor, { accountId, passwordHash, at })
    await tx.run(deleteOtherSessions, [institutionId, accountId, given.sessionId])
  })
}

/**
 * Sets a new password, which is answered this once, and ends the account's sessions. For the operator at the command line alone: an
 * administrator who could do it, and reset the factors too, could sign in as anybody.
 *
 * @throws Refusal `access.scope_missing`, `access.account_unknown`
 */
export async function resetPassword(
  kernel: Pick<Kernel, 'db' | 'clock'>,
  operator: Actor,
  accountId: string,
): Promise<string> {
  requireScope(operator, 'account.manage')
  if (!operator.name.startsWith('operator:')) throw new Refusal('access.scope_missing', { scope: 'operator' })
  const password = randomBytes(15).toString('base64url')
  const passwordHash = await hashPassword(password)
  const at = kernel.clock()
  await kernel.db.transaction(operator.institutionId, async (tx) => {
    if ((await tx.maybe(accountById, [tx.institutionId, accountId])) === undefined)
      throw new Refusal('access.account_unknown')
    await writePassword(tx, operator, { accountId, passwordHash, at })
    await tx.run(deleteOtherSessions, [tx.institutionId, accountId, null])
    await tx.run(deleteDevicesOf, [tx.institutionId, accountId])
  })
  return password
}
