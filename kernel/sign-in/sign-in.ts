/** Signing in: by password, then by second factor where there is one or must be one; and proving it once more. */
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { refund, spend } from './allowance.ts'
import { knownDeviceOf } from './devices.ts'
import { type Factors, factorsIn, hasSecondFactor } from './factors.ts'
import { isPasswordOf } from './passwords.ts'
import { bitOfCode } from './recovery-codes.ts'
import { secondFactorIn } from './rules.ts'
import { openSecret } from './sealing.ts'
import {
  type Browser,
  openSession,
  type Session,
  type SignedIn,
  sessionOf,
  unknownBrowser,
} from './sessions.ts'
import {
  type Account,
  accountByUsername,
  advanceFactor,
  type Method,
  type Stage,
  spendCode,
} from './store.ts'
import { stepOfCode } from './totp.ts'

export { actorOfSession, type SignedIn, signOut } from './sessions.ts'

type Store = Pick<Kernel, 'db' | 'clock' | 'signIn'>

/**
 * Signs a person in. An unknown name costs the same time as a wrong password, so that names cannot be found out. The session
 * is a full one only where neither the account nor the institution wants more.
 *
 * @throws Refusal `access.sign_in_failed`, `access.sign_in_slowed`
 */
export async function signIn(
  kernel: Store,
  given: {
    readonly institutionId: string
    readonly username: string
    readonly password: string
    readonly browser?: Browser
  },
): Promise<SignedIn> {
  const { institutionId, username, password, browser = unknownBrowser } = given
  const account = await passwordChecked(kernel, { institutionId, username, password, browser })
  return kernel.db.transaction(institutionId, async (tx) => {
    const { accountId, language } = account
    const factors = await factorsIn(tx, accountId)
    const stage = stageAfterPassword(factors, await secondFactorIn(tx))
    return openSession(tx, kernel, { accountId, language, stage, method: 'password', browser })
  })
}

/** What is wanted after the first factor. */
export function stageAfterPassword(factors: Factors, rule: 'required' | 'optional'): Stage {
  if (hasSecondFactor(factors)) return 'second_factor'
  return rule === 'required' ? 'enrolment' : 'full'
}

/** Whether somebody has signed in to the account of this name in this browser before. */
export async function isKnownBrowser(
  kernel: Pick<Store, 'db' | 'clock'>,
  given: { readonly institutionId: string; readonly username: string; readonly browser: Browser },
): Promise<boolean> {
  const { institutionId, username, browser } = given
  if (browser.device === undefined) return false
  const account = await accountNamed(kernel, institutionId, username)
  return account !== undefined && (await deviceOf(kernel, { institutionId, account, browser })) !== undefined
}

const accountNamed = ({ db }: Pick<Store, 'db'>, institutionId: string, username: string) =>
  db.transaction(institutionId, (tx) => tx.maybe(accountByUsername, [institutionId, username]), {
    isReadOnly: true,
  })

function deviceOf(
  kernel: Pick<Store, 'db' | 'clock'>,
  given: {
    readonly institutionId: string
    readonly account: Pick<Account, 'accountId'>
    readonly browser: Browser
  },
): Promise<Uint8Array | undefined> {
  const { institutionId, account, browser } = given
  return knownDeviceOf(kernel, { institutionId, accountId: account.accountId }, browser.device)
}

/** The account, where the password is its own and its allowance is not used up. */
async function passwordChecked(
  kernel: Store,
  given: {
    readonly institutionId: string
    readonly username: string
    readonly password: string
    readonly browser: Browser
  },
): Promise<Account> {
  const { institutionId, username, password, browser } = given
  const account = await accountNamed(kernel, institutionId, username)
  const device = account && (await deviceOf(kernel, { institutionId, account, browser }))
  const guess = { institutionId, what: 'password', username, device } as const
  await spend(kernel, guess)
  const matches = await isPasswordOf(account, password)
  if (account === undefined || account.disabledAt !== null || !matches)
    throw new Refusal('access.sign_in_failed')
  await refund(kernel, guess)
  return account
}

/**
 * Goes on from the password to a full session, by a code from an app or a recovery code.
 *
 * @throws Refusal `access.not_signed_in` where the session is over or wants no code, `access.code_wrong`,
 *   `access.sign_in_slowed`
 */
export async function answerSecondFactor(
  kernel: Kernel,
  token: string,
  { code, browser }: { readonly code: string; readonly browser: Browser },
): Promise<SignedIn> {
  const session = await sessionOf(kernel, token)
  if (session?.stage !== 'second_factor') throw new Refusal('access.not_signed_in')
  const checked = await codeChecked(kernel, session, { code, browser })
  const method = session.method === 'issuer' ? 'issuer' : checked
  const { accountId, language } = session
  return kernel.db.transaction(session.institutionId, (tx) =>
    openSession(tx, kernel, { accountId, language, stage: 'full', method, browser, replaces: token }),
  )
}

/** Takes a code of the account's, so that it is good for nothing again. */
async function codeChecked(
  kernel: Kernel,
  { institutionId, accountId, username }: Session,
  { code, browser }: { readonly code: string; readonly browser: Browser },
): Promise<Method> {
  const device = await deviceOf(kernel, { institutionId, account: { accountId }, browser })
  const guess = { institutionId, what: 'second_factor', username, device } as const
  await spend(kernel, guess)
  const factors = await kernel.db.transaction(institutionId, (tx) => factorsIn(tx, accountId), {
    isReadOnly: true,
  })
  const method =
    (await isTotpTaken(kernel, { institutionId, factors, code })) ??
    (await isCodeSpent(kernel, { institutionId, factors, code }))
  if (method === undefined) throw new Refusal('access.code_wrong')
  await refund(kernel, guess)
  return method
}

interface GivenCode {
  readonly institutionId: string
  readonly factors: Factors
  readonly code: string
}

/** Where the secret of an account's app is sealed. */
export const totpPlace = (accountId: string) => `sign-in/totp/${accountId}`

async function isTotpTaken(
  kernel: Kernel,
  { institutionId, factors: { totp }, code }: GivenCode,
): Promise<Method | undefined> {
  if (totp === undefined) return undefined
  const { factorId, accountId, material, counter } = totp
  const secret = await openSecret(kernel, institutionId, { place: totpPlace(accountId), sealed: material })
  const now = kernel.clock()
  const step = stepOfCode(secret, code, { now, after: counter })
  if (step === undefined) return undefined
  // Of two who send the same code at once, the database lets one through.
  const taken = await kernel.db.transaction(institutionId, (tx) =>
    tx.run(advanceFactor, [institutionId, factorId, step, now]),
  )
  return taken === 1 ? 'password_totp' : undefined
}

async function isCodeSpent(
  kernel: Pick<Kernel, 'db' | 'clock'>,
  { institutionId, factors: { recoveryCodes }, code }: GivenCode,
): Promise<Method | undefined> {
  if (recoveryCodes === undefined) return undefined
  const bit = bitOfCode(recoveryCodes.material, code)
  if (bit === undefined) return undefined
  const spent = await kernel.db.transaction(institutionId, (tx) =>
    tx.run(spendCode, [institutionId, recoveryCodes.factorId, bit, kernel.clock()]),
  )
  return spent === 1 ? 'password_recovery' : undefined
}

/**
 * Has the holder of a full session prove once more who they are, by password and, where there is one, second factor. The
 * session goes on under a new token.
 *
 * @throws Refusal `access.not_signed_in`, `access.password_wrong`, `access.code_wrong`, `access.sign_in_slowed`
 */
export async function proveAgain(
  kernel: Kernel,
  token: string,
  given: { readonly password: string; readonly code: string; readonly browser: Browser },
): Promise<SignedIn> {
  const session = await sessionOf(kernel, token)
  if (session?.stage !== 'full') throw new Refusal('access.not_signed_in')
  const { institutionId, accountId, username, language } = session
  const { password, code, browser } = given
  await passwordChecked(kernel, { institutionId, username, password, browser }).catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'access.sign_in_failed'
      ? new Refusal('access.password_wrong')
      : error
  })
  const factors = await kernel.db.transaction(institutionId, (tx) => factorsIn(tx, accountId), {
    isReadOnly: true,
  })
  const method = hasSecondFactor(factors) ? await codeChecked(kernel, session, { code, browser }) : 'password'
  return kernel.db.transaction(institutionId, (tx) =>
    openSession(tx, kernel, { accountId, language, stage: 'full', method, browser, replaces: token }),
  )
}
