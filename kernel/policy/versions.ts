/** Versions of an institution's policies: only ever added to, the last one is in force, and each is in the log. */
import { z } from 'zod'
import { canonicalJson, sha256 } from '../canonical.ts'
import type { Database, Transaction } from '../db/database.ts'
import { append, type Recorded } from '../log/log.ts'
import { canonicalFiles } from './files.ts'
import type { PoliciesInForce, PolicyFile } from './policy.ts'
import { insertVersion, latestVersion, listVersions, type PolicyVersionRow } from './store.ts'

export type { PolicyVersionRow } from './store.ts'

const Files = z.array(z.strictObject({ name: z.string(), text: z.string() }))

/** Policies as they are stored. */
export type StoredPolicies = Omit<PoliciesInForce, 'policies'>

const storedOf = ({ version, digest, files }: PolicyVersionRow): StoredPolicies => ({
  version,
  digest,
  files: Files.parse(JSON.parse(files)),
})

/** `undefined` where nothing was put in force so far. */
export async function latestPolicies(
  db: Database,
  institutionId: string,
): Promise<StoredPolicies | undefined> {
  const row = await db.transaction(institutionId, (tx) => tx.maybe(latestVersion, [institutionId]), {
    isReadOnly: true,
  })
  return row && storedOf(row)
}

/** What is in force, in a transaction that puts something else in its place. */
export async function versionInForce(tx: Transaction): Promise<StoredPolicies> {
  return storedOf(await tx.one(latestVersion, [tx.institutionId]))
}

/** What the platform comes with becomes the first version, unless somebody else has just made one. */
export async function adoptPolicies(
  db: Database,
  institutionId: string,
  { files, at }: { readonly files: readonly PolicyFile[]; readonly at: Date },
): Promise<StoredPolicies> {
  return db.transaction(institutionId, async (tx) => {
    const recorded = await addVersion(tx, { version: 1, files, proposedBy: 'platform', approvedBy: null, at })
    if (recorded !== undefined) await append(tx, { actor: 'platform', at }, [recorded])
    return storedOf(await tx.one(latestVersion, [institutionId]))
  })
}

export interface NewVersion {
  readonly version: number
  readonly files: readonly PolicyFile[]
  readonly proposedBy: string
  readonly approvedBy: string | null
  readonly at: Date
}

/** Adds a version; returns what the log is to record of it, `undefined` where that version is there already. */
export async function addVersion(tx: Transaction, given: NewVersion): Promise<Recorded | undefined> {
  const { version, proposedBy, approvedBy, at } = given
  const files = canonicalFiles(given.files)
  const digest = sha256(files)
  const row: PolicyVersionRow = { version, digest, files, proposedBy, approvedBy, setAt: at }
  if (
    (await tx.run(insertVersion, [tx.institutionId, version, digest, files, proposedBy, approvedBy, at])) ===
    0
  )
    return undefined
  return { kind: 'policy.set', caseId: null, recordId: String(version), record: policyRecord(row) }
}

/** What the log commits to when policies are put in force. */
export function policyRecord(row: PolicyVersionRow): string {
  return canonicalJson({
    approvedBy: row.approvedBy,
    digest: Buffer.from(row.digest).toString('hex'),
    proposedBy: row.proposedBy,
    setAt: row.setAt.toISOString(),
    version: row.version,
  })
}

/** Every version, newest first. */
export async function policyVersions(
  db: Database,
  institutionId: string,
): Promise<readonly PolicyVersionRow[]> {
  return db.transaction(institutionId, (tx) => tx.rows(listVersions, [institutionId]), { isReadOnly: true })
}
