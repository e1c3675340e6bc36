/** What requests of the API may name and carry, in the world of `test/scopes.ts`. */
import type { AnyOperation } from '../kernel/operation.ts'
import { type Furnished, personName } from './institution.ts'
import { permit } from './kernel.ts'

export const applicationIds = ['permits', 'parcels'] as const
const absentId = '01900000-0000-7000-8000-000000000000'

/** Where all callers are, and what none of them may see or change. */
export interface Institutions {
  readonly home: Furnished
  readonly abroad: Furnished
}

/** What an address may name; `applicationId` is the application that it belongs to. */
export interface Target {
  readonly params: Readonly<Record<string, string>>
  readonly applicationId: string | undefined
}

export interface Targets {
  readonly own: readonly Target[]
  readonly abroad: readonly Target[]
  readonly absent: Target
}

/** By the parameter of the path that an operation takes. */
export function targetsOf(operation: AnyOperation, { home, abroad }: Institutions): Targets {
  const name = /\{(\w+)\}/.exec(operation.path)?.[1]
  const target = (value: string, applicationId?: string): Target => ({
    params: name === undefined ? {} : { [name]: value },
    applicationId,
  })
  if (operation.path.includes('{entryIndex}')) return receipts()
  switch (name) {
    case undefined:
      return { own: [target('')], abroad: [], absent: target('') }
    case 'applicationId':
      return { own: applicationIds.map((id) => target(id, id)), abroad: [], absent: target('nowhere') }
    case 'caseId':
      return { own: casesOf(home).map(named), abroad: casesOf(abroad).map(named), absent: target(absentId) }
    case 'decisionId': {
      const ids = ({ decisionId, parcel }: Furnished): [string, string][] => [
        [decisionId, 'permits'],
        [parcel.decisionId, 'parcels'],
      ]
      return { own: ids(home).map(named), abroad: ids(abroad).map(named), absent: target(absentId) }
    }
    case 'personId':
      return {
        own: [target(home.person.personId)],
        abroad: [target(abroad.person.personId)],
        absent: target(absentId),
      }
    case 'jobId':
      return { own: [target(home.deadJobId)], abroad: [target(abroad.deadJobId)], absent: target(absentId) }
    default:
      throw new Error(
        `${operation.id}: what {${name}} names is not known here; say it in test/scope-requests.ts`,
      )
  }
  function receipts(): Targets {
    const of = ({ receipt: { caseId, entryIndex } }: Pick<Furnished, 'receipt'>): Target => ({
      params: { caseId, entryIndex: String(entryIndex) },
      applicationId: 'permits',
    })
    const nowhere = of({ receipt: { caseId: absentId, entryIndex: 0 } })
    return { own: [of(home)], abroad: [of(abroad)], absent: nowhere }
  }
  function named([value, applicationId]: readonly [string, string]): Target {
    return target(value, applicationId)
  }
}

function casesOf({ cases, parcel, person }: Furnished): [string, string][] {
  return [
    ...Object.values(cases).map((caseId): [string, string] => [caseId, 'permits']),
    [parcel.caseId, 'parcels'],
    [person.caseId, 'permits'],
  ]
}

/** A body that the operation takes. */
export function bodyOf({ id }: AnyOperation, { applicationId }: Target): unknown {
  const parcel = { parcelNumber: permit().permitNumber, sentOn: '2026-02-01', weightKg: 2, contents: 'books' }
  switch (id) {
    case 'decisions.submit':
    case 'decisions.stream':
      return applicationId === 'parcels' ? parcel : permit({ answer: 'check' })
    case 'outcomes.record':
      return { finding: applicationId === 'parcels' ? 'harmless' : 'right' }
    case 'reviews.complete':
      return { recommendation: 'check', reason: 'As drawn.' }
    case 'persons.find':
      return { name: personName }
    case 'persons.erase':
      return { reason: 'request' }
    case 'jobs.requeue':
    case 'persons.export':
      return undefined
    default:
      throw new Error(`${id}: a body that it takes is not known here; say it in test/scope-requests.ts`)
  }
}
