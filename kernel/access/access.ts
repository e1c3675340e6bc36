/**
 * Who acts: accounts of people with password and session, keys of connected systems. First form; identity providers,
 * passkeys and units follow.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Language } from '@khudi/sdk'
import { canonicalJson, sha256 } from '../canonical.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { hashPassword, isPassword } from './password.ts'
import { type Actor, holds, roles, type Scope } from './roles.ts'
import {
  type AccountRow,
  accountByUsername,
  accountNames,
  accountOfSession,
  deleteExpiredSessions,
  deleteSession,
  insertAccount,
  insertKey,
  insertSession,
  keyByHash,
  listAccounts,
} from './store.ts'

type Store = Pick<Kernel, 'db' | 'clock'>

/** A working day; the officer signs in again the next morning. */
const sessionMs = 12 * 3_600_000

/** @throws Refusal `access.scope_missing` */
export function requireScope(actor: Actor, scope: Scope): void {
  if (!holds(actor, scope)) throw new Refusal('access.scope_missing', { scope })
}

/** Whether the actor may have to do with an application: a key may be bound to one, and the others are then hidden from it. */
export function mayUse(actor: Pick<Actor, 'applicationId'>, applicationId: string): boolean {
  return actor.applicationId === undefined || actor.applicationId === applicationId
}

/** @throws Refusal `access.application_foreign` where the actor is bound to another application */
export function requireApplication(actor: Actor, applicationId: string): void {
  if (!mayUse(actor, applicationId)) throw new Refusal('access.application_foreign')
}

export interface NewAccount {
  readonly username: string
  readonly password: string
  readonly roles: readonly string[]
  readonly language: Language
}

/** Opens an account. @throws Refusal `access.account_exists`, `access.role_unknown` */
export async function createAccount(
  { db, clock, applications }: Store & Pick<Kernel, 'applications'>,
  actor: Actor,
  account: NewAccount,
): Promise<void> {
  requireKnownRoles(applications, account.roles)
  const { username, roles, language } = account
  const passwordHash = await hashPassword(account.password)
  const accountId = newId()
  const at = clock()
  await db.transaction(actor.institutionId, async (tx) => {
    const row = [tx.institutionId, accountId, username, roles, passwordHash, language, at]
    if ((await tx.run(insertAccount, row)) === 0) throw new Refusal('access.account_exists', { username })
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
  })
}

function requireKnownRoles(applications: Kernel['applications'], given: readonly string[]): void {
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

/**
 * A token names its institution, so that the row it stands for is looked up inside that institution only:
 * 16 bytes of the institution's UUID and 32 random bytes, base64url. Only its SHA-256 is stored.
 */
function newToken(institutionId: string): { readonly token: string; readonly hash: Uint8Array } {
  const bytes = Buffer.concat([Buffer.from(institutionId.replaceAll('-', ''), 'hex'), randomBytes(32)])
  return { token: bytes.toString('base64url'), hash: createHash('sha256').update(bytes).digest() }
}

function readToken(token: string): { readonly institutionId: string; readonly hash: Uint8Array } | undefined {
  if (!/^[A-Za-z0-9_-]{64}$/.test(token)) return undefined
  const bytes = Buffer.from(token, 'base64url')
  const id = bytes.toString('hex', 0, 16)
  const institutionId = [
    id.slice(0, 8),
    id.slice(8, 12),
    id.slice(12, 16),
    id.slice(16, 20),
    id.slice(20),
  ].join('-')
  return { institutionId, hash: createHash('sha256').update(bytes).digest() }
}

export interface SignedIn {
  readonly token: string
  readonly expiresAt: Date
  readonly language: Language
}

/**
 * Signs a person in. An unknown name costs the same time as a wrong password, so that names cannot be found out.
 *
 * @throws Refusal `access.sign_in_failed`
 */
export async function signIn(
  { db, clock }: Store,
  given: { readonly institutionId: string; readonly username: string; readonly password: string },
): Promise<SignedIn> {
  const { institutionId, username, password } = given
  const account = await db.transaction(
    institutionId,
    (tx) => tx.maybe(accountByUsername, [institutionId, username]),
    {
      isReadOnly: true,
    },
  )
  const matches = await isPassword(password, account?.passwordHash ?? (await someHash()))
  if (account === undefined || account.disabledAt !== null || !matches)
    throw new Refusal('access.sign_in_failed')
  const { token, hash } = newToken(institutionId)
  const at = clock()
  const expiresAt = new Date(at.getTime() + sessionMs)
  await db.transaction(institutionId, async (tx) => {
    await tx.run(deleteExpiredSessions, [institutionId, at])
    await tx.run(insertSession, [institutionId, hash, account.accountId, at, expiresAt])
  })
  return { token, expiresAt, language: account.language }
}

/** Made once: what an unknown name is compared with. */
let madeHash: Promise<string> | undefined
function someHash(): Promise<string> {
  madeHash ??= hashPassword(randomBytes(16).toString('hex'))
  return madeHash
}

export async function signOut({ db }: Pick<Store, 'db'>, token: string): Promise<void> {
  const read = readToken(token)
  if (read === undefined) return
  await db.transaction(read.institutionId, (tx) => tx.run(deleteSession, [read.institutionId, read.hash]))
}

/** The person behind a session's token, and the language they read; `undefined` where it is not good any more. */
export async function actorOfSession(
  { db, clock }: Store,
  token: string,
): Promise<{ readonly actor: Actor; readonly username: string; readonly language: Language } | undefined> {
  const read = readToken(token)
  if (read === undefined) return undefined
  const { institutionId, hash } = read
  const account = await db.transaction(
    institutionId,
    (tx) => tx.maybe(accountOfSession, [institutionId, hash, clock()]),
    { isReadOnly: true },
  )
  if (account === undefined) return undefined
  const { accountId, roles, username, language } = account
  return {
    actor: { institutionId, name: `account:${accountId}`, accountId, roles, applicationId: undefined },
    username,
    language,
  }
}

export interface NewKey {
  /** What the key is for, as the log and the list name it. */
  readonly label: string
  readonly roles: readonly string[]
  readonly applicationId: string | undefined
  readonly expiresAt: Date
}

/** Issues a key to a connected system. It is shown this once; only its hash is kept. */
export async function issueKey({ db, clock }: Store, actor: Actor, key: NewKey): Promise<string> {
  const { token, hash } = newToken(actor.institutionId)
  const { label, roles, applicationId, expiresAt } = key
  const at = clock()
  await db.transaction(actor.institutionId, async (tx) => {
    await tx.run(insertKey, [tx.institutionId, hash, label, roles, applicationId, at, expiresAt])
    const record = canonicalJson({
      application: applicationId ?? null,
      expiresAt: expiresAt.toISOString(),
      label,
      roles,
    })
    await append(tx, { actor: actor.name, at }, [
      { kind: 'key.issued', caseId: null, recordId: Buffer.from(hash).toString('hex'), record },
    ])
  })
  return token
}

/** The connected system behind a key; `undefined` where the key is unknown, expired or revoked. */
export async function actorOfKey({ db, clock }: Store, token: string): Promise<Actor | undefined> {
  const read = readToken(token)
  if (read === undefined) return undefined
  const { institutionId, hash } = read
  const key = await db.transaction(
    institutionId,
    (tx) => tx.maybe(keyByHash, [institutionId, hash, clock()]),
    {
      isReadOnly: true,
    },
  )
  if (key === undefined) return undefined
  return {
    institutionId,
    name: `key:${key.label}`,
    accountId: undefined,
    roles: key.roles,
    applicationId: key.applicationId ?? undefined,
  }
}
