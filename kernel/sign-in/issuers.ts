/** OpenID Connect issuers that people of an institution may sign in with. */
import { BilingualText } from '@khudi/sdk'
import { z } from 'zod'
import { requireKnownRoles, requireScope } from '../access/access.ts'
import type { Actor } from '../access/roles.ts'
import { backendNamed } from '../backends/backends.ts'
import { canonicalJson, sha256 } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append, type Recorded } from '../log/log.ts'
import { type ClaimRule, ClaimRules } from './claims.ts'
import { openSecret, sealSecret } from './sealing.ts'
import { type IssuerRow, insertIssuer, issuerById, issuersInUse, removeIssuerRow } from './store.ts'

export const NewIssuer = z.strictObject({
  /** As the issuer names itself, `https://id.example.gov.pk/realms/staff`. */
  issuer: z.string().min(1).max(500),
  clientId: z.string().min(1).max(200),
  title: BilingualText,
  /** The registered backend that answers there. */
  backendId: z.string(),
  /** Whether the issuer's own second factor counts as ours. */
  isFactorTrusted: z.boolean(),
  rules: ClaimRules,
})
export type NewIssuer = z.infer<typeof NewIssuer>

export interface Issuer extends NewIssuer {
  readonly issuerId: string
  readonly addedAt: Date
}

function issuerOf({
  issuerId,
  issuer,
  clientId,
  titleEn,
  titleUr,
  backendId,
  isFactorTrusted,
  rules,
  addedAt,
}: IssuerRow): Issuer {
  const title = { en: titleEn, ur: titleUr }
  return {
    issuerId,
    issuer,
    clientId,
    title,
    backendId,
    isFactorTrusted,
    rules: ClaimRules.parse(JSON.parse(rules)),
    addedAt,
  }
}

export async function issuersOf(
  { db }: Pick<Kernel, 'db'>,
  institutionId: string,
): Promise<readonly Issuer[]> {
  const rows = await db.transaction(institutionId, (tx) => tx.rows(issuersInUse, [institutionId]), {
    isReadOnly: true,
  })
  return rows.map(issuerOf)
}

/** An issuer with its client's secret. @throws Refusal `issuer.not_found` */
export async function issuerWithSecret(
  kernel: Kernel,
  institutionId: string,
  issuerId: string,
): Promise<{ readonly issuer: Issuer; readonly secret: string | undefined }> {
  const find = (tx: Transaction) => tx.maybe(issuerById, [institutionId, issuerId])
  const row = await kernel.db.transaction(institutionId, find, { isReadOnly: true })
  if (row === undefined) throw new Refusal('issuer.not_found')
  const { sealedSecret: sealed } = row
  const secret =
    sealed === null
      ? undefined
      : await openClientSecret(kernel, institutionId, { issuer: row.issuer, sealed })
  return { issuer: issuerOf(row), secret }
}

const placeOf = (issuer: string) => `sign-in/issuers/${issuer}`

/** Seals a client's secret for the issuer it is of. */
export function sealClientSecret(
  kernel: Kernel,
  institutionId: string,
  { issuer, secret }: { readonly issuer: string; readonly secret: string },
): Promise<Buffer> {
  return sealSecret(kernel, institutionId, { place: placeOf(issuer), text: secret })
}

/** @throws Error where it was sealed for another issuer, or is no sealed text */
export function openClientSecret(
  kernel: Kernel,
  institutionId: string,
  { issuer, sealed }: { readonly issuer: string; readonly sealed: Uint8Array },
): Promise<string> {
  return openSecret(kernel, institutionId, { place: placeOf(issuer), sealed })
}

/** By https only; by http on the machine itself, where nobody is in between. */
function requireIssuerUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLocal = url !== undefined && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
  const isGood = url !== undefined && (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal))
  if (!isGood || url.search !== '' || url.hash !== '' || url.username !== '')
    throw new Refusal('issuer.url_invalid', { issuer: text.slice(0, 100) })
}

/**
 * What must hold of an issuer before it is written.
 *
 * @throws Refusal `issuer.url_invalid`, `access.role_unknown`, `backend.not_found`, `issuer.backend_unfit`
 */
export async function checkIssuer(kernel: Kernel, institutionId: string, given: NewIssuer): Promise<void> {
  requireIssuerUrl(given.issuer)
  requireKnownRoles(
    kernel.applications,
    given.rules.map(({ role }) => role),
  )
  const { backend } = await backendNamed(kernel, institutionId, given.backendId)
  if (backend.kind !== 'identity' || backend.isWithdrawn)
    throw new Refusal('issuer.backend_unfit', { backend: given.backendId })
}

/** Writes an issuer inside the caller's transaction; answers what the log is to record. @throws Refusal `issuer.exists` */
export async function writeIssuer(
  tx: Transaction,
  given: NewIssuer & { readonly sealedSecret: Uint8Array | undefined },
  at: Date,
): Promise<Recorded> {
  const { issuer, clientId, title, backendId, isFactorTrusted, sealedSecret } = given
  const issuerId = newId()
  const rules = canonicalJson(given.rules)
  const row = [tx.institutionId, issuerId, issuer, clientId, sealedSecret, title.en, title.ur, backendId]
  if ((await tx.run(insertIssuer, [...row, isFactorTrusted, rules, at])) === 0)
    throw new Refusal('issuer.exists', { issuer: issuer.slice(0, 100) })
  const record = canonicalJson({
    addedAt: at.toISOString(),
    backend: backendId,
    clientId,
    id: issuerId,
    isFactorTrusted,
    issuer,
    rules: sha256(rules).toString('hex'),
    secret: sealedSecret === undefined ? null : sha256(sealedSecret).toString('hex'),
    title,
  })
  return { kind: 'issuer.added', caseId: null, recordId: issuerId, record }
}

/** Removes one inside the caller's transaction. @throws Refusal `issuer.not_found` */
export async function writeRemoval(tx: Transaction, issuerId: string, at: Date): Promise<Recorded> {
  if ((await tx.run(removeIssuerRow, [tx.institutionId, issuerId, at])) === 0)
    throw new Refusal('issuer.not_found')
  const record = canonicalJson({ id: issuerId, removedAt: at.toISOString() })
  return { kind: 'issuer.removed', caseId: null, recordId: issuerId, record }
}

/** The operator at the command line adds one alone; everywhere else it takes two people. Refuses as {@link checkIssuer} does. */
export async function addIssuer(
  kernel: Kernel,
  operator: Actor,
  given: NewIssuer & { readonly secret: string | undefined },
): Promise<void> {
  requireScope(operator, 'account.manage')
  const { secret, ...issuer } = given
  const { institutionId, name } = operator
  await checkIssuer(kernel, institutionId, issuer)
  const sealedSecret =
    secret === undefined
      ? undefined
      : await sealClientSecret(kernel, institutionId, { issuer: issuer.issuer, secret })
  const at = kernel.clock()
  await kernel.db.transaction(institutionId, async (tx) => {
    await append(tx, { actor: name, at }, [await writeIssuer(tx, { ...issuer, sealedSecret }, at)])
  })
}

/** @throws Refusal `issuer.not_found`, `access.scope_missing` */
export async function removeIssuer(
  { db, clock }: Pick<Kernel, 'db' | 'clock'>,
  operator: Actor,
  issuerId: string,
): Promise<void> {
  requireScope(operator, 'account.manage')
  const at = clock()
  await db.transaction(operator.institutionId, async (tx) => {
    await append(tx, { actor: operator.name, at }, [await writeRemoval(tx, issuerId, at)])
  })
}

export type { ClaimRule }
