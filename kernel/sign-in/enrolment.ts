/**
 * Enrolling a second factor: by who signed in with a password and must have one, and by who wants one. It is the account's
 * only once its holder has shown that it works.
 */
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { append, type Recorded } from '../log/log.ts'
import { begin, ceremonies, resume } from './ceremonies.ts'
import { addFactor, factorsIn, hasSecondFactor, type NewFactor, renewCodes } from './factors.ts'
import { requireFreshSession } from './fresh.ts'
import { sealSecret } from './sealing.ts'
import { type Browser, openSession, type Session, type SignedIn, sessionOf } from './sessions.ts'
import { totpPlace } from './sign-in.ts'
import { lockAccount, type Method } from './store.ts'
import { newTotpSecret, stepOfCode, totpAddress } from './totp.ts'

/** The session of somebody who may enrol a factor. @throws Refusal `access.not_signed_in`, `access.proof_stale` */
export async function enrollingSession(kernel: Kernel, token: string): Promise<Session> {
  const session = await sessionOf(kernel, token)
  if (session === undefined || session.stage === 'second_factor') throw new Refusal('access.not_signed_in')
  if (session.stage === 'full') requireFreshSession(kernel, session)
  return session
}

export interface TotpEnrolment {
  /** By which it goes on. */
  readonly ceremony: string
  /** Base32, for typing into an app. */
  readonly secret: string
  /** `otpauth://totp/…`, for a QR code. */
  readonly address: string
}

/** Begins with a new secret, or once more with one whose code was mistyped. */
export async function beginTotp(
  kernel: Kernel,
  session: Session,
  given: { readonly product: string; readonly secret?: string },
): Promise<TotpEnrolment> {
  const { institutionId, accountId, username } = session
  const secret = given.secret ?? newTotpSecret()
  const body = { accountId, secret }
  const ceremony = await begin(kernel, { institutionId, ceremony: ceremonies.totp, body })
  return { ceremony, secret, address: totpAddress(secret, { issuer: given.product, label: username }) }
}

export interface Enrolled {
  readonly isEnrolled: true
  readonly session: SignedIn
  /** Recovery codes, shown this once; `undefined` where the account had some. */
  readonly codes: readonly string[] | undefined
}

/**
 * Ends it with the first code of the app. A wrong one leaves everything as it was and answers the secret, to try again.
 *
 * @throws Refusal `access.not_signed_in`, `access.proof_stale`, `access.ceremony_over`, `access.factor_present`
 */
export async function finishTotp(
  kernel: Kernel,
  token: string,
  given: { readonly ceremony: string | undefined; readonly code: string; readonly browser: Browser },
): Promise<Enrolled | { readonly isEnrolled: false; readonly secret: string }> {
  const session = await enrollingSession(kernel, token)
  const { institutionId, accountId } = session
  const { begun, institutionId: at } = await resume(kernel, ceremonies.totp, given.ceremony)
  if (begun.accountId !== accountId || at !== institutionId) throw new Refusal('access.ceremony_over')
  const { secret } = begun
  const step = stepOfCode(secret, given.code, { now: kernel.clock(), after: 0 })
  if (step === undefined) return { isEnrolled: false, secret }
  const material = await sealSecret(kernel, institutionId, { place: totpPlace(accountId), text: secret })
  // The code that proved it is used up with it.
  const factor = { accountId, kind: 'totp', material, counter: step } as const
  return enrol(kernel, { session, token, factor, method: 'password_totp', browser: given.browser })
}

/** Adds the factor, makes recovery codes where there are none, and opens a full session in the place of the one before. */
export async function enrol(
  kernel: Kernel,
  given: {
    readonly session: Session
    readonly token: string
    readonly factor: NewFactor
    readonly method: Method
    readonly browser: Browser
  },
): Promise<Enrolled> {
  const { session, token, factor, browser } = given
  const method = session.method === 'issuer' ? 'issuer' : given.method
  const { institutionId, accountId, language } = session
  const at = kernel.clock()
  return kernel.db.transaction(institutionId, async (tx) => {
    await tx.run(lockAccount, [institutionId, accountId])
    await requireStillFirst(tx, session)
    const added = await addFactor(tx, factor, at)
    if (added === undefined) throw new Refusal('access.factor_present')
    const { recoveryCodes } = await factorsIn(tx, accountId)
    const fresh = recoveryCodes === undefined ? await renewCodes(tx, accountId, at) : undefined
    const recorded: readonly Recorded[] = [added, ...(fresh?.recorded ?? [])]
    await append(tx, { actor: `account:${accountId}`, at }, recorded)
    const opened = { accountId, language, stage: 'full', method, browser, replaces: token } as const
    return {
      isEnrolled: true,
      session: await openSession(tx, kernel, opened),
      codes: fresh?.codes,
    }
  })
}

/**
 * Who came with the password alone may only enrol the first factor: meanwhile its holder may have enrolled one in another browser,
 * and a second one would then be a way around it.
 */
async function requireStillFirst(tx: Transaction, { stage, accountId }: Session): Promise<void> {
  if (stage === 'enrolment' && hasSecondFactor(await factorsIn(tx, accountId)))
    throw new Refusal('access.factor_present')
}
