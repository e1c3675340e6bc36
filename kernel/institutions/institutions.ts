/** Institutions: the tenants of a node. Their names are public; everything else of theirs is their own. */
import { randomBytes } from 'node:crypto'
import type { BilingualText } from '@khudi/sdk'
import type { Actor } from '../access/roles.ts'
import { canonicalJson, sha256 } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import {
  type InstitutionRow,
  insertInstitution,
  insertSamplingKey,
  institutionById,
  institutionBySlug,
  listInstitutions,
  samplingKeyById,
} from './store.ts'

export type { InstitutionRow } from './store.ts'

type Store = Pick<Kernel, 'db' | 'clock'>

const Slug = /^[a-z][a-z0-9-]{1,62}$/

/**
 * Founds an institution, with the secret of its draws.
 *
 * @throws Refusal `institution.slug_invalid`, `institution.exists`
 */
export async function foundInstitution(
  { db, clock }: Store,
  actor: Pick<Actor, 'name'>,
  { slug, title }: { readonly slug: string; readonly title: BilingualText },
): Promise<InstitutionRow> {
  if (!Slug.test(slug)) throw new Refusal('institution.slug_invalid', { institution: slug.slice(0, 40) })
  const institutionId = newId()
  const at = clock()
  return db.transaction(institutionId, async (tx) => {
    if ((await tx.run(insertInstitution, [institutionId, slug, title.en, title.ur, at])) === 0)
      throw new Refusal('institution.exists', { institution: slug })
    const samplingKey = randomBytes(32)
    await tx.run(insertSamplingKey, [institutionId, samplingKey])
    const record = canonicalJson({
      createdAt: at.toISOString(),
      institution: institutionId,
      samplingKey: sha256(samplingKey).toString('hex'),
      slug,
      title,
    })
    await append(tx, { actor: actor.name, at }, [
      { kind: 'institution.founded', caseId: null, recordId: institutionId, record },
    ])
    return tx.one(institutionById, [institutionId])
  })
}

export async function institutions({ db }: Pick<Store, 'db'>): Promise<readonly InstitutionRow[]> {
  return db.platform((tx) => tx.rows(listInstitutions, []))
}

/** @throws Refusal `institution.not_found` */
export async function institutionNamed({ db }: Pick<Store, 'db'>, slug: string): Promise<InstitutionRow> {
  const found = await db.platform((tx) => tx.maybe(institutionBySlug, [slug]))
  if (found === undefined) throw new Refusal('institution.not_found', { institution: slug })
  return found
}

/** @throws Error where there is none: an actor's institution exists */
export async function institutionOf(
  { db }: Pick<Store, 'db'>,
  institutionId: string,
): Promise<InstitutionRow> {
  return db.transaction(institutionId, (tx) => tx.one(institutionById, [institutionId]), { isReadOnly: true })
}

/** Secret of the draws of the transaction's institution, 32 bytes. It never leaves the kernel. */
export async function samplingKeyOf(tx: Transaction): Promise<Uint8Array> {
  return (await tx.one(samplingKeyById, [tx.institutionId])).samplingKey
}
