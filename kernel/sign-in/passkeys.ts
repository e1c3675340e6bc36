/**
 * Passkeys (W3C Web Authentication, level 3) by the library @simplewebauthn/server. A passkey counts as both factors: the authenticator
 * must verify its holder, by finger, face or PIN.
 */
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { z } from 'zod'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { begin, ceremonies, resume } from './ceremonies.ts'
import { type Enrolled, enrol, enrollingSession } from './enrolment.ts'
import { type FactorRow, factorsOf } from './factors.ts'
import { type Browser, openSession, type Session, type SignedIn, sessionOf } from './sessions.ts'
import { accountById, advanceFactor, factorByCredential, useUncounted } from './store.ts'

export type { PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON }

/** EdDSA, ES256 and RS256 (RFC 9053, RFC 8812): what authenticators have. ML-DSA is still an experiment of Node's. */
const supportedAlgorithmIDs = [-8, -7, -257]

/** The host that passkeys belong to (relying-party identifier). */
const hostOf = ({ signIn }: Pick<Kernel, 'signIn'>) => new URL(signIn.origin).hostname

/**
 * Whether a page at this origin can use passkeys: they belong to the one origin of the settings, and browsers have them nowhere
 * but over https or on the machine itself.
 */
export function hasPasskeysAt({ signIn }: Pick<Kernel, 'signIn'>, origin: string): boolean {
  return URL.canParse(origin) && new URL(origin).origin === new URL(signIn.origin).origin
}

/** @throws Refusal `access.passkey_elsewhere` */
export function requirePasskeysAt(kernel: Pick<Kernel, 'signIn'>, origin: string): void {
  if (!hasPasskeysAt(kernel, origin))
    throw new Refusal('access.passkey_elsewhere', { origin: new URL(kernel.signIn.origin).origin })
}

const Base64Url = z.string().regex(/^[A-Za-z0-9_-]{1,8192}$/)
const Transports = z.array(z.string().max(32)).max(10)
const Extensions = z.record(z.string(), z.unknown())

/** `PublicKeyCredential.toJSON()` of a registration; what else browsers put into it is passed over. */
const Registration = z
  .object({
    id: Base64Url,
    rawId: Base64Url,
    type: z.literal('public-key'),
    response: z.object({
      clientDataJSON: Base64Url,
      attestationObject: Base64Url,
      transports: Transports.optional(),
    }),
  })
  .transform(
    ({ response: { transports, ...response }, ...rest }): Read<RegistrationResponseJSON> => ({
      sent: { ...rest, response, clientExtensionResults: {} },
      transports: transports ?? [],
    }),
  )

const Authentication = z
  .object({
    id: Base64Url,
    rawId: Base64Url,
    type: z.literal('public-key'),
    response: z.object({
      clientDataJSON: Base64Url,
      authenticatorData: Base64Url,
      signature: Base64Url,
      userHandle: Base64Url.nullish(),
    }),
    clientExtensionResults: Extensions.optional(),
  })
  .transform(
    ({
      id,
      rawId,
      type,
      response: { clientDataJSON, authenticatorData, signature },
    }): AuthenticationResponseJSON => ({
      id,
      rawId,
      type,
      response: { clientDataJSON, authenticatorData, signature },
      clientExtensionResults: {},
    }),
  )

interface Read<T> {
  readonly sent: T
  readonly transports: readonly string[]
}

/** What a page's script sent. @throws Refusal `access.passkey_refused` for what is no reply of an authenticator */
function readReply<T>(schema: z.ZodType<T>, text: string): T {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Refusal('access.passkey_refused')
  }
  const read = schema.safeParse(json)
  if (!read.success) throw new Refusal('access.passkey_refused')
  return read.data
}

const idText = (id: Uint8Array | null) => Buffer.from(id ?? []).toString('base64url')

/**
 * Begins the registration of a passkey for whoever holds the session.
 *
 * @throws Refusal `access.not_signed_in`, `access.proof_stale`
 */
export async function beginRegistration(
  kernel: Kernel,
  token: string,
  { product }: { readonly product: string },
): Promise<{ readonly ceremony: string; readonly options: PublicKeyCredentialCreationOptionsJSON }> {
  const session = await enrollingSession(kernel, token)
  const { institutionId, accountId, username } = session
  const { passkeys } = await factorsOf(kernel, session)
  const options = await generateRegistrationOptions({
    rpName: product,
    rpID: hostOf(kernel),
    userName: username,
    userID: Uint8Array.from(Buffer.from(accountId.replaceAll('-', ''), 'hex')),
    attestationType: 'none',
    supportedAlgorithmIDs,
    excludeCredentials: passkeys.map(({ credentialId }) => ({ id: idText(credentialId) })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  const body = { accountId, challenge: options.challenge }
  const { passkeyRegistration: ceremony } = ceremonies
  return { ceremony: await begin(kernel, { institutionId, ceremony, body }), options }
}

/**
 * Registers the passkey that an authenticator made.
 *
 * @throws Refusal `access.not_signed_in`, `access.proof_stale`, `access.ceremony_over`, `access.passkey_refused`,
 *   `access.factor_present`
 */
export async function finishRegistration(
  kernel: Kernel,
  token: string,
  given: {
    readonly ceremony: string | undefined
    readonly reply: string
    readonly name: string
    readonly browser: Browser
  },
): Promise<Enrolled> {
  const session = await enrollingSession(kernel, token)
  const { begun, institutionId } = await resume(kernel, ceremonies.passkeyRegistration, given.ceremony)
  if (begun.accountId !== session.accountId || institutionId !== session.institutionId)
    throw new Refusal('access.ceremony_over')
  const { sent, transports } = readReply(Registration, given.reply)
  const verified = await verifyRegistrationResponse({
    response: sent,
    expectedChallenge: begun.challenge,
    expectedOrigin: new URL(kernel.signIn.origin).origin,
    expectedRPID: hostOf(kernel),
    requireUserVerification: true,
    supportedAlgorithmIDs,
  }).catch(refused)
  if (!verified.verified) throw new Refusal('access.passkey_refused')
  const { id, publicKey, counter } = verified.registrationInfo.credential
  const factor = {
    accountId: session.accountId,
    kind: 'passkey',
    name: given.name.trim().slice(0, 60),
    credentialId: Buffer.from(id, 'base64url'),
    material: publicKey,
    counter,
    transports,
  } as const
  return enrol(kernel, { session, token, factor, method: 'passkey', browser: given.browser })
}

/**
 * The library says by an error what is wrong with a reply: another origin or host, another challenge, no verification of its
 * holder, a counter that went back. The reader learns that it was refused; the cause is kept for the log.
 */
function refused(cause: unknown): never {
  throw new Refusal('access.passkey_refused', {}, { cause })
}

/**
 * Begins signing in by passkey: with a session by the account's own, without one by any that the authenticator holds for this
 * host.
 *
 * @throws Refusal `access.not_signed_in` where the session is over
 */
export async function beginPasskey(
  kernel: Kernel,
  given: { readonly institutionId: string } | { readonly token: string },
): Promise<{ readonly ceremony: string; readonly options: PublicKeyCredentialRequestOptionsJSON }> {
  const session = 'token' in given ? await sessionWith(kernel, given.token) : undefined
  const passkeys = session === undefined ? [] : (await factorsOf(kernel, session)).passkeys
  const options = await generateAuthenticationOptions({
    rpID: hostOf(kernel),
    userVerification: 'required',
    allowCredentials: passkeys.map(({ credentialId, transports }) => ({
      id: idText(credentialId),
      transports,
    })),
  })
  const institutionId = 'token' in given ? (session?.institutionId ?? '') : given.institutionId
  const body = { challenge: options.challenge, ...(session && { accountId: session.accountId }) }
  return { ceremony: await begin(kernel, { institutionId, ceremony: ceremonies.passkey, body }), options }
}

async function sessionWith(kernel: Kernel, token: string): Promise<Session> {
  const session = await sessionOf(kernel, token)
  if (session === undefined) throw new Refusal('access.not_signed_in')
  return session
}

/**
 * Opens a full session for whom a passkey belongs to, in the place of the one it was begun with. No allowance is taken off: there is
 * nothing to guess.
 *
 * @throws Refusal `access.ceremony_over`, `access.passkey_refused`
 */
export async function signInByPasskey(
  kernel: Kernel,
  given: {
    readonly ceremony: string | undefined
    readonly reply: string
    readonly browser: Browser
    /** Token of the session it was begun with. */
    readonly token?: string | undefined
  },
): Promise<SignedIn> {
  const { institutionId, begun } = await resume(kernel, ceremonies.passkey, given.ceremony)
  const { accountId, challenge } = begun
  const sent = readReply(Authentication, given.reply)
  const credentialId = Buffer.from(sent.id, 'base64url')
  const factor = await kernel.db.transaction(
    institutionId,
    (tx) => tx.maybe(factorByCredential, [institutionId, credentialId]),
    { isReadOnly: true },
  )
  const isOther = accountId !== undefined && factor?.accountId !== accountId
  if (factor === undefined || isOther) throw new Refusal('access.passkey_refused')
  const counter = await counterOf(kernel, { factor, sent, challenge })
  return kernel.db.transaction(institutionId, (tx) => enter(tx, kernel, { ...given, factor, counter }))
}

interface Verified {
  readonly factor: FactorRow
  readonly counter: number
  readonly browser: Browser
  readonly token?: string | undefined
}

/**
 * Takes the counter on and opens the session. An authenticator that counts is one that was copied if it does not count on; zero
 * stands for one that does not count.
 */
async function enter(
  tx: Transaction,
  kernel: Pick<Kernel, 'clock' | 'signIn'>,
  { factor: { factorId, accountId }, counter, browser, token }: Verified,
): Promise<SignedIn> {
  const at = kernel.clock()
  const used =
    counter === 0
      ? await tx.run(useUncounted, [tx.institutionId, factorId, at])
      : await tx.run(advanceFactor, [tx.institutionId, factorId, counter, at])
  const account = await tx.maybe(accountById, [tx.institutionId, accountId])
  if (used !== 1 || account === undefined || account.disabledAt !== null)
    throw new Refusal('access.passkey_refused')
  const { language } = account
  const opened = { accountId, language, stage: 'full', method: 'passkey', browser, replaces: token } as const
  return openSession(tx, kernel, opened)
}

/** The signature counter of a good reply. @throws Refusal `access.passkey_refused` */
async function counterOf(
  kernel: Pick<Kernel, 'signIn'>,
  given: {
    readonly factor: FactorRow
    readonly sent: AuthenticationResponseJSON
    readonly challenge: string
  },
): Promise<number> {
  const { factor, sent, challenge } = given
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: sent,
    expectedChallenge: challenge,
    expectedOrigin: new URL(kernel.signIn.origin).origin,
    expectedRPID: hostOf(kernel),
    credential: {
      id: idText(factor.credentialId),
      publicKey: Uint8Array.from(factor.material),
      counter: factor.counter,
    },
    requireUserVerification: true,
  }).catch(refused)
  if (!verified) throw new Refusal('access.passkey_refused')
  return authenticationInfo.newCounter
}
