/**
 * Whom an issuer means. An account that an issuer's word opened holds what its claims give and nothing else: at each sign-in its
 * grants are made to be just that, and the log has what changed.
 */
import { createHash, randomBytes } from 'node:crypto'
import { writeAccount } from '../access/access.ts'
import { grantsHeld, writeGrant, writeRevocation } from '../access/grants.ts'
import { requireSeparateDuties } from '../access/separate-duties.ts'
import { canonicalJson } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { openUnitId } from '../units/units.ts'
import { type ClaimedGrant, grantsOfClaims } from './claims.ts'
import { factorsIn } from './factors.ts'
import type { Issuer } from './issuers.ts'
import { hashPassword } from './password.ts'
import { secondFactorIn } from './rules.ts'
import { type Browser, openSession, type SignedIn } from './sessions.ts'
import { stageAfterPassword } from './sign-in.ts'
import {
  type Account,
  accountById,
  deleteOtherSessions,
  identityBySubject,
  insertIdentity,
  lockAccount,
  lockSubject,
} from './store.ts'

export interface Entering {
  readonly institutionId: string
  readonly issuer: Issuer
  /** The issuer's own name for the person; never reused (OpenID Connect Core, section 2). */
  readonly subject: string
  readonly claims: Readonly<Record<string, unknown>>
  readonly browser: Browser
}

/**
 * Opens a session for whom the issuer means; the first time an account, if its claims give a role.
 *
 * @throws Refusal `issuer.no_role` where they give none, or the account is disabled, `grant.duties_conflict`, `unit.unknown`,
 *   `unit.closed`
 */
export async function enterByIssuer(kernel: Kernel, entering: Entering): Promise<SignedIn> {
  const { institutionId, issuer, claims, browser } = entering
  const wanted = grantsOfClaims(issuer.rules, claims)
  requireSeparateDuties(wanted.map(({ role }) => role))
  // Nobody knows it: the account is entered by the issuer, or by passkeys of its own.
  const passwordHash = await hashPassword(randomBytes(32).toString('base64url'))
  const entered = await kernel.db.transaction(institutionId, async (tx) => {
    const account = await accountFor(tx, kernel, { ...entering, wanted, passwordHash })
    if (account === undefined) return undefined
    await setGrants(tx, kernel, { accountId: account.accountId, issuer, wanted })
    if (account.disabledAt !== null) return undefined
    if (wanted.length === 0) {
      await tx.run(deleteOtherSessions, [institutionId, account.accountId, null])
      return undefined
    }
    const { accountId, language } = account
    const stage = isTrusted(issuer, claims)
      ? 'full'
      : stageAfterPassword(await factorsIn(tx, accountId), await secondFactorIn(tx))
    const verifiedAt = verifiedWhen(claims, kernel.clock())
    return openSession(tx, kernel, { accountId, language, stage, method: 'issuer', browser, verifiedAt })
  })
  if (entered === undefined) throw new Refusal('issuer.no_role')
  return entered
}

/** When they showed the issuer who they are, which may be hours ago; its clock may be ahead of ours. */
function verifiedWhen({ auth_time: seconds }: Entering['claims'], now: Date): Date {
  return typeof seconds === 'number' ? new Date(Math.min(seconds * 1_000, now.getTime())) : new Date(0)
}

/** Where the issuer says that it was the password alone, that was no second factor (RFC 8176). */
function isTrusted({ isFactorTrusted }: Issuer, { amr }: Entering['claims']): boolean {
  const isPasswordAlone = Array.isArray(amr) && amr.every((one) => one === 'pwd')
  return isFactorTrusted && !(isPasswordAlone && amr.length > 0)
}

interface Wanted extends Entering {
  readonly wanted: readonly ClaimedGrant[]
  readonly passwordHash: string
}

/** The account of the subject, opened where there is none and its claims give a role. */
async function accountFor(
  tx: Transaction,
  { clock }: Pick<Kernel, 'clock'>,
  { issuer, subject, claims, wanted, passwordHash }: Wanted,
): Promise<Account | undefined> {
  const { institutionId } = tx
  const subjectHash = createHash('sha256').update(`${issuer.issuer}\n${subject}`).digest()
  await tx.one(lockSubject, [subjectHash.toString('hex')])
  const known = await tx.maybe(identityBySubject, [institutionId, subjectHash])
  if (known !== undefined) {
    await tx.run(lockAccount, [institutionId, known.accountId])
    return tx.one(accountById, [institutionId, known.accountId])
  }
  if (wanted.length === 0) return undefined
  const at = clock()
  const actor = { name: `issuer:${issuer.issuerId}` }
  const accountId = newId()
  const language = String(claims.locale ?? '').startsWith('ur') ? 'ur' : 'en'
  await openAccount(tx, actor, {
    names: usernamesOf(claims),
    account: { accountId, roles: [], language, passwordHash, at },
  })
  const identityId = newId()
  await tx.run(insertIdentity, [institutionId, identityId, issuer.issuer, subjectHash, accountId, at])
  const record = canonicalJson({
    account: accountId,
    identity: identityId,
    issuer: issuer.issuer,
    linkedAt: at.toISOString(),
    subject: subjectHash.toString('hex'),
  })
  await append(tx, { actor: actor.name, at }, [
    { kind: 'identity.linked', caseId: null, recordId: identityId, record },
  ])
  return tx.one(accountById, [institutionId, accountId])
}

interface Opening {
  readonly names: Iterable<string>
  readonly account: Omit<Parameters<typeof writeAccount>[2], 'username'>
}

/** Under the first of the names that is free; a name that is taken is somebody else's, however alike. */
async function openAccount(
  tx: Transaction,
  actor: { readonly name: string },
  { names, account }: Opening,
): Promise<void> {
  for (const username of names) if (await writeAccount(tx, actor, { ...account, username })) return
  throw new Error('a name with random letters is free')
}

/** What the issuer calls the person, as a user name here; then the same with a number; then one that is free for sure. */
function* usernamesOf(claims: Entering['claims']): Generator<string> {
  const { preferred_username: preferred, email, name } = claims
  const said = [preferred, email, name].find((one) => typeof one === 'string' && one !== '')
  const plain = String(said ?? '')
    .replace(/@.*$/s, '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z]+|[^a-z0-9]+$/g, '')
    .slice(0, 40)
  const base = plain.length >= 2 ? plain : 'person'
  yield base
  for (let number = 2; number < 10; number++) yield `${base}-${number}`
  yield `${base}-${randomBytes(6).toString('hex')}`
}

/** Makes the account's grants just those that its claims give. */
async function setGrants(
  tx: Transaction,
  { clock }: Pick<Kernel, 'clock'>,
  given: { readonly accountId: string; readonly issuer: Issuer; readonly wanted: readonly ClaimedGrant[] },
): Promise<void> {
  const { accountId, issuer } = given
  const actor = { name: `issuer:${issuer.issuerId}` }
  const at = clock()
  const wanted: { readonly role: string; readonly unitId: string | null }[] = []
  for (const { role, unit } of given.wanted)
    wanted.push({ role, unitId: unit === undefined ? null : await openUnitId(tx, unit) })
  const held = await grantsHeld(tx, accountId)
  const isSame = (a: { role: string; unitId: string | null }, b: { role: string; unitId: string | null }) =>
    a.role === b.role && a.unitId === b.unitId
  for (const grant of held)
    if (!wanted.some((one) => isSame(one, grant)))
      await writeRevocation(tx, actor, { accountId, grantId: grant.grantId, at })
  for (const grant of wanted)
    if (!held.some((one) => isSame(one, grant)))
      await writeGrant(tx, actor, { accountId, ...grant, givenAt: at })
}
