/**
 * Half a ceremony: what must be known again when a browser comes back from an authenticator, an app with codes or an issuer.
 * Its token goes with the browser; each is used once, and for ten minutes.
 */
import { z } from 'zod'
import { newToken, readToken } from '../access/tokens.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { openSecret, sealSecret } from './sealing.ts'
import { insertCeremony, takeCeremony } from './store.ts'

const lifeMs = 10 * 60_000

/** What is kept of one. */
export interface Ceremony<Body extends z.ZodType> {
  readonly kind: string
  readonly body: Body
}

export const ceremonies = {
  /** The secret that is being enrolled, in base32. */
  totp: ceremony('totp', { accountId: z.uuid(), secret: z.string() }),
  passkeyRegistration: ceremony('passkey_registration', { accountId: z.uuid(), challenge: z.string() }),
  /** `accountId` where it is known who is to answer. */
  passkey: ceremony('passkey', { accountId: z.uuid().optional(), challenge: z.string() }),
  issuer: ceremony('issuer', {
    issuerId: z.uuid(),
    state: z.string(),
    nonce: z.string(),
    codeVerifier: z.string(),
    next: z.string(),
  }),
} as const

function ceremony<Shape extends z.ZodRawShape>(
  kind: string,
  shape: Shape,
): Ceremony<z.ZodObject<Shape, z.core.$strict>> {
  return { kind, body: z.strictObject(shape) }
}

const placeOf = (kind: string, hash: Uint8Array) =>
  `sign-in/ceremonies/${kind}/${Buffer.from(hash).toString('hex')}`

/** Begins a ceremony; answers the token by which it goes on. */
export async function begin<Body extends z.ZodType>(
  kernel: Kernel,
  given: {
    readonly institutionId: string
    readonly ceremony: Ceremony<Body>
    readonly body: z.input<Body>
  },
): Promise<string> {
  const {
    institutionId,
    ceremony: { kind },
    body,
  } = given
  const { token, hash } = newToken(institutionId)
  const text = JSON.stringify(body)
  const sealed = await sealSecret(kernel, institutionId, { place: placeOf(kind, hash), text })
  const expiresAt = new Date(kernel.clock().getTime() + lifeMs)
  await kernel.db.transaction(institutionId, (tx) =>
    tx.run(insertCeremony, [institutionId, hash, kind, sealed, expiresAt]),
  )
  return token
}

/**
 * Goes on with a ceremony and ends it: the same token is good for nothing a second time, whatever came of it.
 *
 * @throws Refusal `access.ceremony_over` where there is none of this token, or its time is up
 */
export async function resume<Body extends z.ZodType>(
  kernel: Kernel,
  { kind, body }: Ceremony<Body>,
  token: string | undefined,
): Promise<{ readonly institutionId: string; readonly begun: z.output<Body> }> {
  const read = readToken(token ?? '')
  if (read === undefined) throw new Refusal('access.ceremony_over')
  const { institutionId, hash } = read
  const found = await kernel.db.transaction(institutionId, (tx) =>
    tx.maybe(takeCeremony, [institutionId, hash, kind]),
  )
  if (found === undefined || found.expiresAt <= kernel.clock()) throw new Refusal('access.ceremony_over')
  const place = placeOf(kind, hash)
  const text = await openSecret(kernel, institutionId, { place, sealed: found.sealed })
  return { institutionId, begun: body.parse(JSON.parse(text)) }
}
