/** What requests of the API may name and carry, in the world of `test/scopes.ts`. */
import type { AnyOperation } from '../kernel/operation.ts'
import { type Furnished, personName } from './institution.ts'
import { backendBody } from './institution-backends.ts'
import { permit } from './kernel.ts'

export const applicationIds = ['permits', 'parcels'] as const
const absentId = '01900000-0000-7000-8000-000000000000'
/** Of another address than the one that each furnished institution has. */
const drawnIssuer = (backendId: string) => ({
  issuer: {
    issuer: 'https://drawn.example.gov.pk',
    clientId: 'khudi',
    title: { en: 'As drawn', ur: 'قرعے کے مطابق' },
    backendId,
    isFactorTrusted: false,
    rules: [{ claim: 'groups', operator: 'contains', value: 'drawn', role: 'auditor' }],
  },
  secret: 'as drawn',
})
/** Of what is named in the body and not in the address: bodies that name what does not exist. */
const absentBodies: Readonly<Record<string, unknown>> = {
  'proposals.propose': { kind: 'nothing', body: null },
  'units.add': { code: 'A', kind: 'nothing', title: { en: 'New', ur: 'نیا' }, parent: null },
  'issuers.propose': drawnIssuer('nowhere'),
  'glasses.break': { role: 'nobody', minutes: 5, reason: 'An emergency that was drawn by lot.' },
  'rights.receive': { kind: 'access', name: 'nobody' },
  'rights.hold': { kind: 'legal', applicationId: 'nowhere', basis: 'As drawn.' },
  'breaches.open': {
    what: 'As drawn.',
    foundAt: '2100-01-01T00:00:00.000Z',
    happenedAt: null,
    cells: [{ category: 'Names', persons: 1, records: 1 }],
    consequences: 'None.',
    measures: 'None.',
  },
  'backends.register': { ...backendBody('01'), endpoint: 'nowhere' },
  'backends.set_home': { country: 'nowhere' },
  'keys.issue': { label: 'drawn', applicationId: 'nowhere', expiresAt: '2026-06-01T00:00:00Z' },
}

/** Where all callers are, and what none of them may see or change. */
export interface Institutions {
  readonly home: Furnished
  readonly abroad: Furnished
}

/** What an address may name; `applicationId` is the application that it belongs to. */
export interface Target {
  readonly params: Readonly<Record<string, string>>
  readonly applicationId: string | undefined
  /** Set where what a request carries depends on the institution. */
  readonly body?: unknown
  /** The version that whoever edits it has seen; the first unless given. */
  readonly version?: number
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
      if (operation.id in absentBodies)
        return {
          own: [
            { ...target(''), ...(operation.id === 'proposals.propose' && { body: home.duties.proposal }) },
          ],
          abroad: [],
          absent: { ...target(''), body: absentBodies[operation.id] },
        }
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
    case 'proposalId':
      return {
        // Only its own proposer takes one back, and by then others have approved or rejected the rest.
        own: (operation.id === 'proposals.withdraw'
          ? home.duties.withdrawableIds
          : home.duties.proposalIds
        ).map((id) => target(id)),
        abroad: abroad.duties.proposalIds.map((id) => target(id)),
        absent: target(absentId),
      }
    case 'glassId':
      return {
        own: [target(home.duties.glassId)],
        abroad: [target(abroad.duties.glassId)],
        absent: target(absentId),
      }
    case 'keyId':
      return {
        own: [target(home.duties.keyId)],
        abroad: [target(abroad.duties.keyId)],
        absent: target('0'.repeat(64)),
      }
    case 'unitCode':
      return {
        own: [target(home.units.unitCode)],
        abroad: [],
        absent: target('NOWHERE'),
      }
    case 'accountId': {
      const of = ({ units }: Furnished): Target => ({
        params: { accountId: units.officer.accountId, grantId: units.grantId },
        applicationId: undefined,
      })
      const params = { accountId: absentId, grantId: absentId }
      return { own: [of(home)], abroad: [of(abroad)], absent: { params, applicationId: undefined } }
    }
    case 'requestId': {
      const ids = ({ rights }: Furnished) => Object.values(rights.requests)
      const seen = (id: string): Target => ({ ...target(id), version: 2 })
      const correction = ({ rights }: Furnished) => ({
        caseId: rights.correctable,
        fields: [{ field: 'applicantName', value: 'As drawn' }],
        statement: 'As drawn.',
      })
      const body = operation.id === 'rights.correct' ? { body: correction(home) } : {}
      const of = (id: string): Target => ({ ...seen(id), ...body })
      return { own: ids(home).map(of), abroad: ids(abroad).map(of), absent: of(absentId) }
    }
    case 'holdId':
      return {
        own: [target(home.rights.holdId)],
        abroad: [target(abroad.rights.holdId)],
        absent: target(absentId),
      }
    case 'breachId': {
      const one = operation.id === 'breaches.notify' ? 'toNotify' : 'toInform'
      const key = operation.id === 'breaches.notify' || operation.id === 'breaches.inform' ? one : 'opened'
      const of = (id: string): Target => ({ ...target(id), version: key === 'opened' ? 1 : 2 })
      return {
        own: [of(home.rights.breaches[key])],
        abroad: [of(abroad.rights.breaches[key])],
        absent: of(absentId),
      }
    }
    case 'backendId': {
      const id = operation.id === 'backends.withdraw' ? home.backends.withdrawable : home.backends.own
      return { own: [target(id)], abroad: [target(abroad.backends.only)], absent: target('nowhere') }
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
export function bodyOf({ id }: AnyOperation, { applicationId, body }: Target): unknown {
  const parcel = { parcelNumber: permit().permitNumber, sentOn: '2026-02-01', weightKg: 2, contents: 'books' }
  if (body !== undefined) return body
  switch (id) {
    case 'units.add':
      return (
        body ?? { code: permit().permitNumber, kind: 'office', title: { en: 'New', ur: 'نیا' }, parent: null }
      )
    case 'units.rename':
      return { title: { en: 'As drawn', ur: 'قرعے کے مطابق' } }
    case 'units.move':
      return { parent: 'KHI' }
    case 'accounts.grant':
      return { role: 'permits.inspector', unit: 'KHI' }
    case 'units.close':
    case 'accounts.revoke':
    case 'accounts.disable':
    case 'accounts.reset_factors':
      return undefined
    case 'decisions.submit':
    case 'decisions.stream':
      return applicationId === 'parcels' ? parcel : permit({ answer: 'check' })
    case 'outcomes.record':
      return { finding: applicationId === 'parcels' ? 'harmless' : 'right' }
    case 'reviews.complete':
      return { recommendation: 'check', reason: 'As drawn.' }
    case 'persons.find':
      return { name: personName }
    case 'consents.record':
      return {
        applicationId: 'parcels',
        use: 'decision',
        event: 'objected',
        channel: 'written',
        evidence: 'A letter, as drawn.',
      }
    case 'issuers.propose':
      return drawnIssuer('sign-in')
    case 'persons.erase':
      return { reason: 'request' }
    case 'proposals.propose':
      return absentBodies[id]
    case 'proposals.reject':
      return { reason: 'As drawn.' }
    case 'glasses.break':
      return { role: 'permits.clerk', minutes: 5, reason: 'An emergency that was drawn by lot.' }
    case 'glasses.review':
      return { finding: 'As drawn.' }
    case 'keys.issue':
      return { label: 'drawn', expiresAt: '2026-06-01T00:00:00Z' }
    case 'backends.register':
      return backendBody(permit().permitNumber.toLowerCase())
    case 'backends.amend':
      return { location: 'PK' }
    case 'backends.set_home':
      return { country: 'PK' }
    case 'backends.withdraw':
      return undefined
    case 'rights.receive':
      return { name: personName, kind: 'access' }
    case 'rights.decide':
      return { verdict: 'granted', reason: 'As drawn.' }
    case 'rights.archive':
      return { version: 2 }
    case 'rights.hold':
      return { kind: 'legal', applicationId: 'parcels', basis: 'As drawn.' }
    case 'rights.lift':
      return { basis: 'As drawn.' }
    case 'breaches.open':
      return {
        what: 'As drawn.',
        foundAt: '2026-03-01T00:00:00.000Z',
        happenedAt: null,
        cells: [{ category: 'Names', persons: 1, records: 1 }],
        consequences: 'None.',
        measures: 'None.',
      }
    case 'breaches.assess':
      return { risk: 'likely', why: 'As drawn.' }
    case 'breaches.notify':
      return {
        authority: 'Commission',
        reference: 'N',
        notifiedAt: '2026-03-02T05:30:00.000Z',
        lateReason: null,
      }
    case 'breaches.inform':
      return { persons: 1, how: 'By letter.', whyNot: null }
    case 'rights.execute':
    case 'keys.revoke':
    case 'proposals.approve':
    case 'proposals.withdraw':
    case 'jobs.requeue':
    case 'persons.export':
      return undefined
    default:
      throw new Error(`${id}: a body that it takes is not known here; say it in test/scope-requests.ts`)
  }
}
