/**
 * Keys of connected systems: bound to an application, to purposes and to networks, good for a year at most. A key is shown once;
 * only its hash is kept, and names it from then on.
 */

import { requireKnownRoles, requireScope } from '../access/access.ts'
import type { Actor } from '../access/roles.ts'
import { newToken } from '../access/tokens.ts'
import { canonicalJson } from '../canonical.ts'
import { personOf } from '../duties/persons.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { Purpose } from '../registers/purpose.ts'
import { requireFresh } from '../sign-in/fresh.ts'
import { readNetworks } from './addresses.ts'
import { insertKey, type KeyRow, keyByHash, listKeys, revokeKeyRow, type UsedKeyRow } from './store.ts'

export type { UsedKeyRow } from './store.ts'

const dayMs = 86_400_000
const mostDays = 366

export interface NewKey {
  /** What the key is for, as the log and the list name it. */
  readonly label: string
  readonly roles: readonly string[]
  /** The only application that it has to do with; any where undefined. */
  readonly applicationId: string | undefined
  /** What it may read sealed data for; whatever its roles may where absent. */
  readonly purposes?: readonly string[] | undefined
  /** The networks that it is good from, in CIDR notation; any where absent. */
  readonly addresses?: readonly string[] | undefined
  readonly expiresAt: Date
}

type Issuing = Pick<Kernel, 'db' | 'clock' | 'applications' | 'signIn'>

/**
 * Issues a key to a connected system. It is shown this once; only its hash is kept.
 *
 * @throws Refusal `key.label_invalid`, `key.lifetime_invalid`, `key.address_invalid`, `key.addresses_many`,
 *   `key.purpose_unknown`, `access.scope_missing`, `access.proof_stale`, `access.role_unknown`, `application.not_installed`, `duty.person_needed`
 */
export async function issueKey(kernel: Issuing, actor: Actor, key: NewKey): Promise<string> {
  // A key that issued keys would outlive its own revocation.
  personOf(actor)
  requireScope(actor, 'key.manage')
  requireFresh(kernel, actor)
  const at = kernel.clock()
  const row = { ...readKey(kernel, key, at), createdAt: at }
  const { token, hash } = newToken(actor.institutionId)
  await kernel.db.transaction(actor.institutionId, async (tx) => {
    await tx.run(insertKey, [
      tx.institutionId,
      hash,
      row.label,
      row.roles,
      row.applicationId,
      row.purposes,
      row.addresses,
      row.createdAt,
      row.expiresAt,
    ])
    await append(tx, { actor: actor.name, at }, [
      { kind: 'key.issued', caseId: null, recordId: keyIdOf(hash), record: issueRecord(row) },
    ])
  })
  return token
}

/** What the log names a key by: SHA-256 of its bytes, in hexadecimal digits. */
export function keyIdOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex')
}

type Binding = Pick<KeyRow, 'label' | 'roles' | 'applicationId' | 'purposes' | 'addresses' | 'expiresAt'>

function readKey({ applications }: Issuing, key: NewKey, at: Date): Binding {
  const { applicationId, expiresAt } = key
  const label = key.label.trim()
  if (label === '' || label.length > 80 || /\p{Cc}/u.test(label))
    throw new Refusal('key.label_invalid', { most: 80 })
  const lifeMs = expiresAt.getTime() - at.getTime()
  if (!(lifeMs > 0 && lifeMs <= mostDays * dayMs))
    throw new Refusal('key.lifetime_invalid', { days: mostDays })
  if (applicationId !== undefined && !applications.has(applicationId))
    throw new Refusal('application.not_installed', { application: applicationId.slice(0, 40) })
  requireKnownRoles(applications, key.roles)
  const addresses = key.addresses === undefined ? null : [...readNetworks(key.addresses)]
  return {
    label,
    roles: [...key.roles],
    applicationId: applicationId ?? null,
    purposes: key.purposes === undefined ? null : readPurposes(key.purposes),
    // Nothing given to choose from binds to nothing; a key that is good from nowhere is nobody's wish.
    addresses: addresses?.length === 0 ? null : addresses,
    expiresAt,
  }
}

function readPurposes(given: readonly string[]): Purpose[] | null {
  const known = new Set(given).values().map((text) => {
    const read = Purpose.safeParse(text)
    if (!read.success)
      throw new Refusal('key.purpose_unknown', {
        purpose: text.slice(0, 40),
        known: Purpose.options.join(', '),
      })
    return read.data
  })
  const purposes = [...known].sort()
  return purposes.length === 0 ? null : purposes
}

/** Bonds that a key has not are left out, as they are of keys issued before there were any. */
function issueRecord({ label, roles, applicationId, purposes, addresses, expiresAt }: Binding): string {
  return canonicalJson({
    ...(addresses !== null && { addresses }),
    application: applicationId,
    expiresAt: expiresAt.toISOString(),
    label,
    ...(purposes !== null && { purposes }),
    roles,
  })
}

/** Every key, newest first, the revoked and expired ones included. @throws Refusal `access.scope_missing` */
export async function keysOf({ db }: Pick<Kernel, 'db'>, actor: Actor): Promise<readonly UsedKeyRow[]> {
  requireScope(actor, 'key.read')
  const all = await db.transaction(actor.institutionId, (tx) => tx.rows(listKeys, [actor.institutionId]), {
    isReadOnly: true,
  })
  // To a key that is bound to an application those of the others are hidden.
  return all.filter(
    ({ applicationId }) => actor.applicationId === undefined || actor.applicationId === applicationId,
  )
}

/**
 * Revokes a key: at once in this process, within a second in others, without any network. Revoking it again changes nothing.
 *
 * @throws Refusal `key.not_found`, `access.scope_missing`, `duty.person_needed`
 */
export async function revokeKey(
  { db, clock, keyRing }: Pick<Kernel, 'db' | 'clock' | 'keyRing'>,
  actor: Actor,
  keyId: string,
): Promise<KeyRow> {
  personOf(actor)
  requireScope(actor, 'key.manage')
  const hash = Buffer.from(keyId, 'hex')
  if (!/^[0-9a-f]{64}$/.test(keyId)) throw new Refusal('key.not_found')
  const revoked = await db.transaction(actor.institutionId, async (tx) => {
    const at = clock()
    const changed = await tx.run(revokeKeyRow, [tx.institutionId, hash, at])
    const row = await tx.maybe(keyByHash, [tx.institutionId, hash])
    if (row === undefined) throw new Refusal('key.not_found')
    if (changed > 0) {
      const record = canonicalJson({ key: keyId, revokedAt: at.toISOString() })
      await append(tx, { actor: actor.name, at }, [
        { kind: 'key.revoked', caseId: null, recordId: keyId, record },
      ])
    }
    return row
  })
  keyRing.forget(keyId)
  return revoked
}
