/** Adds a version of a backend and its entry in the log, in the caller's transaction. */
import { canonicalJson } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { type Act, append } from '../log/log.ts'
import type { Backend } from './backend.ts'
import { type BackendRow, insertBackend } from './store.ts'

/** What is said about a backend, apart from which it is. */
export type Stated = Pick<
  Backend,
  'kind' | 'title' | 'endpoint' | 'addresses' | 'classifications' | 'facts' | 'isBuiltIn'
>

interface Version extends Stated {
  readonly backendId: string
  /** The version that it follows; 0 for the first. */
  readonly version: number
  readonly change: BackendRow['change']
}

const kinds = {
  registered: 'backend.registered',
  amended: 'backend.amended',
  withdrawn: 'backend.withdrawn',
} as const satisfies Record<BackendRow['change'], string>

/** False where another has added the same version meanwhile; nothing is added then. */
export async function addVersion(tx: Transaction, act: Act, given: Version): Promise<boolean> {
  const { backendId, change, kind, title, endpoint, facts, isBuiltIn } = given
  const version = given.version + 1
  const [addresses, classifications] = [[...given.addresses], [...given.classifications]]
  const { location, operatorLaw, ownerLaw, keyHolder, evidence } = facts
  const expiresAt = facts.expiresAt === 'while_installed' ? null : facts.expiresAt
  const { scheme = null, host = null, port = null } = endpoint ?? {}
  const digest = evidence.documentDigest === null ? null : Buffer.from(evidence.documentDigest, 'hex')
  const added = await tx.run(insertBackend, [
    ...[
      tx.institutionId,
      backendId,
      version,
      change,
      kind,
      title.en,
      title.ur,
      scheme,
      host,
      port,
      addresses,
    ],
    ...[classifications, location, operatorLaw, ownerLaw, keyHolder, evidence.text, digest, expiresAt],
    ...[isBuiltIn, act.at],
  ])
  if (added === 0) return false
  const record = recordOf(given, act)
  const recordId = `${backendId}@${version}`
  await append(tx, act, [{ kind: kinds[change], caseId: null, recordId, record }])
  return true
}

function recordOf(given: Version, { at }: Act): string {
  const { facts, endpoint } = given
  const { scheme = null, host = null, port = null } = endpoint ?? {}
  return canonicalJson({
    addresses: given.addresses,
    backend: given.backendId,
    builtIn: given.isBuiltIn,
    changedAt: at.toISOString(),
    classifications: given.classifications,
    evidence: facts.evidence.text,
    evidenceDigest: facts.evidence.documentDigest,
    expiresAt: facts.expiresAt === 'while_installed' ? null : facts.expiresAt.toISOString(),
    host,
    keyHolder: facts.keyHolder,
    kind: given.kind,
    location: facts.location,
    operatorLaw: facts.operatorLaw,
    ownerLaw: facts.ownerLaw,
    port,
    scheme,
    titleEn: given.title.en,
    titleUr: given.title.ur,
    version: given.version + 1,
  })
}
