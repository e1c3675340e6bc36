/**
 * Sessions of people. A session is as good as what its holder has proved: until the second factor is there it opens nothing
 * but the page that asks for it. Each step up is a new session with a new token; the one before ends with it.
 */
import type { Language } from '@khudi/sdk'
import type { Actor } from '../access/roles.ts'
import { newToken, readToken } from '../access/tokens.ts'
import type { Transaction } from '../db/database.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { actorOfAccount } from './actor.ts'
import { deviceMs, rememberDevice } from './devices.ts'
import {
  type AddressClass,
  deleteEndedSessions,
  deleteOldDevices,
  deleteOtherSessions,
  deletePastAllowances,
  deletePastCeremonies,
  deleteSession,
  deleteSessionOf,
  insertSession,
  type Method,
  type SessionRow,
  type Stage,
  sessionByToken,
  sessionsOfAccount,
  touchSession,
} from './store.ts'

export type { AddressClass, Method, SessionRow, Stage } from './store.ts'

type Store = Pick<Kernel, 'db' | 'clock' | 'signIn'>

/** What a browser says of itself, and the secret by which it is known again. */
export interface Browser {
  readonly addressClass: AddressClass
  /** `Chromium on Linux`; at most 80 characters. */
  readonly name: string
  /** The device's secret from its cookie. */
  readonly device?: string | undefined
}

/** Where nothing is known of the browser: at the command line, in tests. */
export const unknownBrowser: Browser = { addressClass: 'unknown', name: '' }

export interface SignedIn {
  readonly token: string
  readonly accountId: string
  readonly expiresAt: Date
  readonly language: Language
  readonly stage: Stage
  /** Secret by which the browser is known again; set where the session is a full one. */
  readonly device: string | undefined
}

export interface NewSession {
  readonly accountId: string
  readonly language: Language
  readonly stage: Stage
  readonly method: Method
  readonly browser: Browser
  /** When they proved who they are; now, unless it was elsewhere and before. */
  readonly verifiedAt?: Date | undefined
  /** The session that this one takes the place of. */
  readonly replaces?: string | undefined
}

/** Opens a session inside the caller's transaction, and clears away what has ended. */
export async function openSession(
  tx: Transaction,
  { clock, signIn }: Pick<Store, 'clock' | 'signIn'>,
  given: NewSession,
): Promise<SignedIn> {
  const { institutionId } = tx
  const { accountId, language, stage, method, browser, replaces } = given
  const at = clock()
  const { token, hash } = newToken(institutionId)
  const expiresAt = new Date(at.getTime() + signIn.sessionMs)
  const idleSince = new Date(at.getTime() - signIn.idleMs)
  const before = replaces === undefined ? undefined : readToken(replaces)
  if (before !== undefined) await tx.run(deleteSession, [institutionId, before.hash])
  await tx.run(deleteEndedSessions, [institutionId, at, idleSince])
  await tx.run(deletePastAllowances, [institutionId, at])
  await tx.run(deletePastCeremonies, [institutionId, at])
  await tx.run(deleteOldDevices, [institutionId, new Date(at.getTime() - deviceMs)])
  const { addressClass, name } = browser
  const about = [institutionId, hash, newId(), accountId, stage, method]
  await tx.run(insertSession, [
    ...about,
    given.verifiedAt ?? at,
    at,
    expiresAt,
    addressClass,
    name.slice(0, 80),
  ])
  const device = stage === 'full' ? await rememberDevice(tx, browser.device, { accountId, at }) : undefined
  return { token, accountId, expiresAt, language, stage, device }
}

export interface Session {
  readonly institutionId: string
  readonly sessionId: string
  readonly accountId: string
  readonly username: string
  readonly language: Language
  readonly stage: Stage
  readonly method: Method
  readonly verifiedAt: Date
}

/** How long after it was last written down a use of a session is written down again, in ms. */
const touchMs = 30_000

/** The session behind a token, whatever its stage; `undefined` where it is not good any more. */
export async function sessionOf({ db, clock, signIn }: Store, token: string): Promise<Session | undefined> {
  const read = readToken(token)
  if (read === undefined) return undefined
  const { institutionId, hash } = read
  const now = clock()
  const idleSince = new Date(now.getTime() - signIn.idleMs)
  const found = await db.transaction(
    institutionId,
    (tx) => tx.maybe(sessionByToken, [institutionId, hash, now, idleSince]),
    { isReadOnly: true },
  )
  if (found === undefined) return undefined
  if (now.getTime() - found.lastSeenAt.getTime() >= touchMs)
    await db.transaction(institutionId, (tx) => tx.run(touchSession, [institutionId, hash, now]), {
      waitsForDisk: false,
    })
  const { lastSeenAt: _, createdAt: __, expiresAt: ___, ...session } = found
  return { institutionId, ...session }
}

export interface SignedInPerson {
  readonly actor: Actor & { readonly accountId: string }
  readonly sessionId: string
  readonly username: string
  readonly language: Language
}

/** The person behind a session's token; `undefined` where it is not good any more, or wants a second factor first. */
export async function actorOfSession(kernel: Store, token: string): Promise<SignedInPerson | undefined> {
  const session = await sessionOf(kernel, token)
  if (session?.stage !== 'full') return undefined
  const { institutionId, accountId, sessionId, username, language, verifiedAt } = session
  const actor = await actorOfAccount(kernel, institutionId, accountId)
  return { actor: { ...actor, verifiedAt }, sessionId, username, language }
}

export async function signOut({ db }: Pick<Store, 'db'>, token: string): Promise<void> {
  const read = readToken(token)
  if (read === undefined) return
  await db.transaction(read.institutionId, (tx) => tx.run(deleteSession, [read.institutionId, read.hash]))
}

/** Sessions of the actor's own account, the one used last first. */
export async function sessionsOf({ db, clock, signIn }: Store, actor: Actor): Promise<readonly SessionRow[]> {
  const { institutionId, accountId } = actor
  if (accountId === undefined) return []
  const now = clock()
  const idleSince = new Date(now.getTime() - signIn.idleMs)
  const parameters = [institutionId, accountId, now, idleSince]
  return db.transaction(institutionId, (tx) => tx.rows(sessionsOfAccount, parameters), { isReadOnly: true })
}

/** Ends one session of the actor's own account. Where it has ended already, nothing happens. */
export async function endSession(
  { db }: Pick<Store, 'db'>,
  { institutionId, accountId }: Actor,
  sessionId: string,
): Promise<void> {
  await db.transaction(institutionId, (tx) => tx.run(deleteSessionOf, [institutionId, accountId, sessionId]))
}

/** Ends every session of the actor's own account but this one. */
export async function endOtherSessions(
  { db }: Pick<Store, 'db'>,
  { institutionId, accountId }: Actor,
  sessionId: string,
): Promise<void> {
  const parameters = [institutionId, accountId, sessionId]
  await db.transaction(institutionId, (tx) => tx.run(deleteOtherSessions, parameters))
}
