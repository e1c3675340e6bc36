/**
 * Signing in with an issuer: OpenID Connect's authorization code flow with PKCE, state and nonce, by the library openid-client. All
 * that is sent to the issuer leaves by the platform's one way out.
 */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type ClientAuth,
  ClientSecretBasic,
  type Configuration,
  type CustomFetchOptions,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { begin, ceremonies, resume } from './ceremonies.ts'
import { enterByIssuer } from './identities.ts'
import { type Issuer, issuerWithSecret } from './issuers.ts'
import type { Browser, SignedIn } from './sessions.ts'
import { issuerOfAccount } from './store.ts'

const timeoutSeconds = 10

/** As long as a session here lives at most, one at the issuer may have lived before it. */
const longestSeconds = ({ signIn }: Pick<Kernel, 'signIn'>) => Math.floor(signIn.sessionMs / 1_000)

/** Where issuers send browsers back to. */
export const callbackPath = '/sign-in/issuer/callback'
const callbackOf = ({ signIn }: Pick<Kernel, 'signIn'>) => new URL(callbackPath, signIn.origin).href

interface Client {
  readonly issuer: Issuer
  readonly configuration: Configuration
}

/**
 * The issuer as it describes itself now. Signatures of identity tokens are checked, although they come from the issuer's own
 * connection: whoever sits in between learns nothing by which to make one.
 */
async function clientOf(kernel: Kernel, institutionId: string, issuerId: string): Promise<Client> {
  const { issuer, secret } = await issuerWithSecret(kernel, institutionId, issuerId)
  const url = new URL(issuer.issuer)
  const authentication: ClientAuth = secret === undefined ? None() : ClientSecretBasic(secret)
  const isLocal = url.protocol === 'http:'
  const configuration = await discovery(url, issuer.clientId, undefined, authentication, {
    timeout: timeoutSeconds,
    [customFetch]: fetchFor(kernel, institutionId, issuer),
    execute: [enableNonRepudiationChecks, ...(isLocal ? [allowInsecureRequests] : [])],
  })
  return { issuer, configuration }
}

/** The library's requests by the one way out, to the issuer's registered backend and nowhere else. */
function fetchFor({ egress }: Pick<Kernel, 'egress'>, institutionId: string, { backendId }: Issuer) {
  const outgoing = {
    institutionId,
    backendId,
    classification: 'personal',
    purpose: 'sign_in',
    isRedacted: false,
  } as const
  return (url: string, { method, headers, body, signal }: CustomFetchOptions): Promise<Response> =>
    egress.fetch(outgoing, url, {
      method,
      headers,
      ...(typeof body === 'string' || body instanceof URLSearchParams ? { body } : {}),
      ...(signal !== undefined && { signal }),
    })
}

/** Our own refusals as they are, whatever the library wrapped them in; its own errors as one that tells the reader no more. */
function refused(error: unknown): never {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof Refusal) throw cause
  throw new Refusal('issuer.refused', {}, { cause: error })
}

/**
 * Begins: the address at the issuer to send the browser to, and the ceremony that its cookie keeps.
 *
 * @throws Refusal `issuer.not_found`, `issuer.refused`, and whatever the way out refuses with
 */
export async function beginIssuer(
  kernel: Kernel,
  given: {
    readonly institutionId: string
    readonly issuerId: string
    readonly next: string
    /** Has the issuer ask the person anew, whoever is signed in there. */
    readonly isAgain?: boolean
  },
): Promise<{ readonly ceremony: string; readonly address: string }> {
  const { institutionId, issuerId, next, isAgain = false } = given
  const { configuration } = await clientOf(kernel, institutionId, issuerId).catch(refused)
  const body = {
    issuerId,
    state: randomState(),
    nonce: randomNonce(),
    codeVerifier: randomPKCECodeVerifier(),
    next,
  }
  const address = buildAuthorizationUrl(configuration, {
    redirect_uri: callbackOf(kernel),
    scope: 'openid profile email',
    state: body.state,
    nonce: body.nonce,
    code_challenge: await calculatePKCECodeChallenge(body.codeVerifier),
    code_challenge_method: 'S256',
    // With it the issuer must say when the person last showed who they are.
    max_age: String(longestSeconds(kernel)),
    ...(isAgain && { prompt: 'login' }),
  })
  return {
    ceremony: await begin(kernel, { institutionId, ceremony: ceremonies.issuer, body }),
    address: address.href,
  }
}

/**
 * Ends: takes what the issuer sent the browser back with, has the issuer say who it is, and opens a session for them.
 *
 * @param given.query the query of the address that the browser came back to, `code=…&state=…`
 * @throws Refusal `access.ceremony_over`, `issuer.refused`, `issuer.no_role`, `grant.duties_conflict`, and whatever the way out
 *   refuses with
 */
export async function finishIssuer(
  kernel: Kernel,
  given: { readonly ceremony: string | undefined; readonly query: string; readonly browser: Browser },
): Promise<{ readonly session: SignedIn; readonly next: string }> {
  const { institutionId, begun } = await resume(kernel, ceremonies.issuer, given.ceremony)
  const client = await clientOf(kernel, institutionId, begun.issuerId).catch(refused)
  const { subject, claims } = await claimsOf(kernel, client, { ...begun, query: given.query }).catch(refused)
  const { issuer } = client
  const entering = { institutionId, issuer, subject, claims, browser: given.browser }
  return { session: await enterByIssuer(kernel, entering), next: begun.next }
}

interface CameBack {
  readonly query: string
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

/** What the issuer says of whoever came back: of its user, where it has more to say there, then of the token itself. */
async function claimsOf(kernel: Kernel, { configuration }: Client, cameBack: CameBack) {
  const { query, state, nonce, codeVerifier } = cameBack
  const url = new URL(`${callbackOf(kernel)}?${query}`)
  const tokens = await authorizationCodeGrant(configuration, url, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
    maxAge: longestSeconds(kernel),
  })
  const token = tokens.claims()
  if (token === undefined) throw new Error('an identity token was asked for')
  const hasMore = configuration.serverMetadata().userinfo_endpoint !== undefined
  const user = hasMore ? await fetchUserInfo(configuration, tokens.access_token, token.sub) : {}
  return { subject: token.sub, claims: { ...user, ...token } }
}

/**
 * The issuer in use that an account is of; `undefined` for local accounts.
 */
export async function issuerOfHolder(
  { db }: Pick<Kernel, 'db'>,
  { institutionId, accountId }: { readonly institutionId: string; readonly accountId: string },
): Promise<string | undefined> {
  const find = (tx: Transaction) => tx.maybe(issuerOfAccount, [institutionId, accountId])
  return (await db.transaction(institutionId, find, { isReadOnly: true }))?.issuerId
}

/**
 * The address at which a browser signs out at the issuer too (OpenID Connect RP-Initiated Logout 1.0); `undefined` where the issuer
 * has none.
 *
 * @throws Refusal `issuer.not_found`, `issuer.refused`, and whatever the way out refuses with
 */
export async function signOutAddress(
  kernel: Kernel,
  { institutionId, issuerId }: { readonly institutionId: string; readonly issuerId: string },
): Promise<string | undefined> {
  const { configuration } = await clientOf(kernel, institutionId, issuerId).catch(refused)
  if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined
  const back = new URL('/sign-in', kernel.signIn.origin).href
  return buildEndSessionUrl(configuration, { post_logout_redirect_uri: back }).href
}
