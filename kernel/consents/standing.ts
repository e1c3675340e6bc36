/** What persons have said, as policy is asked about it. */
import type { Application } from '@khudi/sdk'
import type { Transaction } from '../db/database.ts'
import type { Kernel } from '../kernel.ts'
import { type Standing, unaffected } from '../policy/ask.ts'
import { legalBases } from '../registers/legal-bases.ts'
import type { ConsentEvent, ConsentUse } from './events.ts'
import { latestOfHolders, saidOfApplication } from './store.ts'

/** Whether what a person says counts at all: where the application stands on consent or allows an objection. */
export function asksPersons({ legalBasis }: Pick<Application, 'legalBasis'>): boolean {
  const { needsConsent, allowsObjection } = legalBases[legalBasis.kind]
  return needsConsent || allowsObjection
}

/** How much has been said about an application so far. Nothing changes in what persons said while it stays the same. */
export interface Said {
  readonly number: number
  /** Whether anybody who is asked about may stand otherwise than others. */
  readonly matters: boolean
}

export async function saidOf(
  tx: Transaction,
  { id, legalBasis }: Pick<Application, 'id' | 'legalBasis'>,
  use: ConsentUse,
): Promise<Said> {
  const { needsConsent, allowsObjection } = legalBases[legalBasis.kind]
  const { number, hasObjections } = await tx.one(saidOfApplication, [tx.institutionId, id, use])
  return { number, matters: needsConsent || (allowsObjection && hasObjections) }
}

/** Somebody of whom the application knows, and who has said nothing. */
export function silent({ legalBasis }: Pick<Application, 'legalBasis'>): Standing {
  return legalBases[legalBasis.kind].needsConsent ? { ...unaffected, consent: 'missing' } : unaffected
}

/** How each of these persons stands; who has said nothing is left out ({@link silent}). */
export async function standingsOf(
  tx: Transaction,
  { id, legalBasis }: Pick<Application, 'id' | 'legalBasis'>,
  { use, holderIds }: { readonly use: ConsentUse; readonly holderIds: readonly string[] },
): Promise<ReadonlyMap<string, Standing>> {
  const unique = [...new Set(holderIds)]
  if (unique.length === 0) return new Map()
  const rows = await tx.rows(latestOfHolders, [tx.institutionId, id, use, unique])
  const events = Map.groupBy(rows, ({ holderId }) => holderId)
  return new Map(
    [...events].map(([holderId, said]) => [
      holderId,
      standingBy(
        { legalBasis },
        said.map(({ event }) => event),
      ),
    ]),
  )
}

function standingBy(
  { legalBasis }: Pick<Application, 'legalBasis'>,
  said: readonly ConsentEvent[],
): Standing {
  const { needsConsent, allowsObjection } = legalBases[legalBasis.kind]
  const agreed = said.includes('given') ? 'given' : said.includes('withdrawn') ? 'withdrawn' : 'missing'
  return {
    consent: needsConsent ? agreed : 'not_needed',
    isObjected: allowsObjection && said.includes('objected'),
  }
}

/** How one person stands; nobody (null) is unaffected. */
export async function standingOf(
  { db, applications }: Pick<Kernel, 'db' | 'applications'>,
  institutionId: string,
  given: { readonly applicationId: string; readonly holderId: string | null; readonly use: ConsentUse },
): Promise<Standing> {
  const { applicationId, holderId, use } = given
  const application = applications.get(applicationId)?.application
  if (holderId === null || application === undefined || !asksPersons(application)) return unaffected
  const standings = await db.transaction(
    institutionId,
    (tx) => standingsOf(tx, application, { use, holderIds: [holderId] }),
    { isReadOnly: true },
  )
  return standings.get(holderId) ?? silent(application)
}
