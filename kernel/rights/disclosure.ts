/**
 * Who holds what on a person, and who read it: applications with purpose, legal basis, kinds of data, how long and what follows;
 * where it lies; every read by office, purpose and time, never by the reader's name. Nothing sealed is opened for it, and nothing
 * of anybody else is in it.
 */
import { type BilingualText, describeFields, type LegalBasis, protectionPlan } from '@khudi/sdk'
import { requireScope } from '../access/access.ts'
import { type Actor, everywhere } from '../access/roles.ts'
import { backendsOf } from '../backends/backends.ts'
import type { Kernel } from '../kernel.ts'
import { classificationOf } from '../registers/classifications.ts'
import { holdingOf, readsOfPerson } from '../vault/disclosure.ts'
import type { ReadRow } from '../vault/reads.ts'
import { dayAt, deadlineRule } from './deadline.ts'
import { type Hold, holdsOf } from './holds.ts'
import { requireHandler } from './requests.ts'
import { type RetentionAfter, retentionPeriods } from './retention.ts'

/** What one application holds. */
export interface DisclosedApplication {
  readonly applicationId: string
  readonly cases: number
  readonly lastOccurredOn: string
  /** What an application that is not installed any more says is not known. */
  readonly declared: {
    readonly title: BilingualText
    readonly purpose: BilingualText
    readonly legalBasis: LegalBasis
    readonly classification: ReturnType<typeof classificationOf>
    /** The kinds of data that are sealed. */
    readonly sealedFields: readonly BilingualText[]
  } | null
  /** The day of the last case until which it is kept, and why; null where nothing says how long. */
  readonly keptUntil: { readonly day: string; readonly law: BilingualText } | null
  readonly after: RetentionAfter
}

export interface Disclosure {
  readonly holderId: string
  readonly madeAt: Date
  readonly erasedAt: Date | null
  readonly applications: readonly DisclosedApplication[]
  /** Everything that processes or stores for the institution. */
  readonly recipients: Awaited<ReturnType<typeof backendsOf>>
  readonly holds: readonly Hold[]
  /** Newest first. */
  readonly reads: readonly ReadRow[]
  /** Whether there are earlier reads than these; the archive has all of them. */
  readonly hasMoreReads: boolean
}

const mostReads = 500

/** @throws Refusal `access.scope_missing`, `access.application_foreign`, `vault.person_unknown` */
export async function disclose(kernel: Kernel, actor: Actor, holderId: string): Promise<Disclosure> {
  requireHandler(actor, 'right.read')
  requireScope(actor, 'person.read')
  const { institutionId } = actor
  const { erasedAt, held } = await holdingOf(kernel, institutionId, holderId)
  const reads = await readsOfPerson(kernel, institutionId, {
    holderId,
    after: undefined,
    size: mostReads + 1,
  })
  const recipients = await backendsOf(kernel, institutionId)
  const { holds, periods } = await kernel.db.transaction(
    institutionId,
    async (tx) => {
      const { timeZone } = await deadlineRule(tx)
      const periods = await retentionPeriods(kernel, tx, dayAt(kernel.clock(), timeZone))
      return { holds: await holdsOf(tx), periods }
    },
    { isReadOnly: true, units: everywhere },
  )
  return {
    holderId,
    madeAt: kernel.clock(),
    erasedAt,
    applications: held.map((one) => ({ ...one, ...declaredBy(kernel, one, periods) })),
    recipients: recipients.filter(({ isWithdrawn }) => !isWithdrawn),
    holds: holds.filter((one) => one.holderId === holderId),
    reads: reads.slice(0, mostReads),
    hasMoreReads: reads.length > mostReads,
  }
}

function declaredBy(
  kernel: Kernel,
  one: { readonly applicationId: string; readonly lastOccurredOn: string },
  periods: Awaited<ReturnType<typeof retentionPeriods>>,
): Pick<DisclosedApplication, 'declared' | 'keptUntil' | 'after'> {
  const application = kernel.applications.get(one.applicationId)?.application
  if (application === undefined) return { declared: null, keptUntil: null, after: 'keep' }
  const { title, purpose, legalBasis } = application
  const { protections } = protectionPlan(application.case, application.classification)
  const isSealed = (path: string) => (protections.get(path) ?? 'operational') !== 'operational'
  const described = describeFields(application.case)
  // A part is told by the fields in it.
  const fields = described.filter(({ path, kind }) => kind !== 'record' && kind !== 'list' && isSealed(path))
  const period = periods.find(({ applicationId }) => applicationId === application.id)
  const { years = null, law = null, after = 'keep' } = period ?? {}
  const until = years === null ? null : Temporal.PlainDate.from(one.lastOccurredOn).add({ years }).toString()
  return {
    declared: {
      title,
      purpose,
      legalBasis,
      classification: classificationOf(application),
      sealedFields: fields.map(({ meta }) => meta.label),
    },
    keptUntil: until === null || law === null ? null : { day: until, law },
    after,
  }
}
