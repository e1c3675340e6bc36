/** What the platform registers by itself: what the installation brings, and witnesses that a policy of witnesses names. */
import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import type { Kernel } from '../kernel.ts'
import { type Backend, backendOf, builtInBackends, type Endpoint, inForce } from './backend.ts'
import { backendsIn } from './reading.ts'
import { endpointOf } from './spec.ts'
import { backendById } from './store.ts'
import { addVersion, type Stated } from './versions.ts'

type Store = Pick<Kernel, 'db' | 'clock' | 'installation'>

/** Who did it, in the log, where nobody asked for it. */
const itself = 'platform'

/**
 * Records what the installation brings where the register does not say so yet: at every start, so that a machine or a country
 * that changed is in the log. What people have stated about it stays.
 */
export async function stateBuiltIns(
  { db, clock, installation }: Store,
  institutionId: string,
): Promise<void> {
  for (const builtIn of builtInBackends(installation))
    await db.transaction(institutionId, async (tx) => {
      const row = await tx.maybe(backendById, [institutionId, builtIn.backendId])
      const stated = row === undefined ? undefined : backendOf(row)
      const next = inForce(builtIn, stated)
      if (stated !== undefined && said(stated) === said(next)) return
      const change = stated === undefined ? 'registered' : 'amended'
      // Another process that starts at the same moment says the same.
      await addVersion(tx, { actor: itself, at: clock() }, { ...next, change })
    })
}

/** Everything that a version records, in one text. */
function said({ kind, title, endpoint, addresses, classifications, facts }: Backend): string {
  return JSON.stringify([kind, title, endpoint, addresses, classifications, facts])
}

/**
 * The witness at this address as a backend, withdrawn or not. One that a policy of witnesses names and nobody has registered is
 * registered here: nothing is known of it, so it is foreign, and it is given what anybody may read.
 */
export async function witnessAt(
  { db, clock, installation }: Store,
  institutionId: string,
  url: string,
): Promise<string> {
  const endpoint = endpointOf(new URL(url).origin)
  const now = clock()
  return db.transaction(institutionId, async (tx) => {
    const all = await backendsIn(tx, { installation, now })
    const isThere = (one: Backend) => JSON.stringify(one.endpoint) === JSON.stringify(endpoint)
    const known = all.find((one) => one.kind === 'witness' && isThere(one))
    if (known !== undefined) return known.backendId
    const backendId = `witness-${createHash('sha256').update(JSON.stringify(endpoint)).digest('hex').slice(0, 12)}`
    const version = { ...unknownWitness(endpoint, now), backendId, version: 0, change: 'registered' } as const
    await addVersion(tx, { actor: itself, at: now }, version)
    return backendId
  })
}

const yearMs = 365 * 24 * 3_600_000

function unknownWitness(endpoint: Endpoint, now: Date): Stated {
  const { host } = endpoint
  return {
    kind: 'witness',
    title: { en: `Witness at ${host}`, ur: `گواہ ${host}` },
    endpoint,
    // An address that stands in the policy itself was stated by whoever set it; a name states none.
    addresses: isIP(host) === 0 ? [] : [host],
    classifications: ['open'],
    facts: {
      location: 'unknown',
      operatorLaw: 'unknown',
      ownerLaw: 'unknown',
      keyHolder: 'unknown',
      evidence: {
        text: 'Named by the policy of witnesses; nobody has stated its facts yet.',
        documentDigest: null,
      },
      expiresAt: new Date(now.getTime() + yearMs),
    },
    isBuiltIn: false,
  }
}
