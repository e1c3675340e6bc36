/**
 * Check 2: every combination of class, purpose, office, backend and redaction is asked of the policies in force, and what they
 * allow is held against principles that no institution may give up. The principles are stated here a second time, apart from
 * policies and floor.
 */
import { classifications, type LegalBasisKind } from '@khudi/sdk'
import { roles } from '../access/roles.ts'
import type { StandingBackend } from '../backends/backend.ts'
import { backendsOf } from '../backends/backends.ts'
import {
  type ConsentState,
  type PolicyAction,
  type PolicyRequest,
  type PrincipalKind,
  policyActions,
} from '../policy/policy.ts'
import { Purpose } from '../registers/purpose.ts'
import type { Found, Subject } from './check.ts'

const elsewhere: readonly PolicyAction[] = ['process', 'transfer']
const aboutCases = policyActions.filter((action) => !elsewhere.includes(action))

interface Asker {
  readonly kind: PrincipalKind
  readonly roles: readonly string[]
  readonly purposes?: readonly Purpose[]
}

const askers: readonly Asker[] = [
  ...Object.keys(roles).map((role): Asker => ({ kind: 'person', roles: [role] })),
  { kind: 'operator', roles: ['administrator'] },
  { kind: 'operator', roles: ['engineer', 'model_owner', 'administrator', 'data_protection_officer'] },
  { kind: 'machine', roles: ['machine'] },
  { kind: 'machine', roles: ['machine'], purposes: ['service'] },
  { kind: 'job', roles: [] },
]

interface Lawful {
  readonly legalBasis: LegalBasisKind
  readonly consent: ConsentState
  readonly isObjected: boolean
}

const situations: readonly Lawful[] = [
  { legalBasis: 'law', consent: 'not_needed', isObjected: false },
  { legalBasis: 'public_task', consent: 'not_needed', isObjected: true },
  { legalBasis: 'consent', consent: 'given', isObjected: false },
  { legalBasis: 'consent', consent: 'missing', isObjected: false },
  { legalBasis: 'consent', consent: 'withdrawn', isObjected: false },
]

/** Asked in every lawful situation; the others where the law itself permits. */
const searching: readonly string[] = ['officer', 'machine', 'model_owner']

function situationsOf({ roles }: Asker): readonly Lawful[] {
  const [first] = roles
  const isSearching = roles.length === 0 || (first !== undefined && searching.includes(first))
  return isSearching ? situations : situations.slice(0, 1)
}

function* requests(backends: readonly StandingBackend[]): Generator<PolicyRequest, void, void> {
  for (const principal of askers)
    for (const classification of classifications)
      for (const purpose of Purpose.options)
        for (const lawful of situationsOf(principal)) {
          const applicationId = 'any'
          for (const action of aboutCases)
            yield {
              principal,
              action,
              resource: { classification, applicationId },
              context: { purpose, isRedacted: false, ...lawful },
            }
          for (const { kind, jurisdiction, keyHolder } of places(backends))
            for (const isRedacted of [true, false])
              yield {
                principal,
                action: jurisdiction === 'foreign' ? 'transfer' : 'process',
                resource: { classification, applicationId, backend: { kind, jurisdiction, keyHolder } },
                context: { purpose, isRedacted, ...lawful },
              }
        }
}

type Place = Pick<StandingBackend, 'kind' | 'jurisdiction' | 'keyHolder'>

/** Those that are registered, and a foreign one that might be tomorrow. Alike to policy, they are asked about once. */
function places(backends: readonly StandingBackend[]): readonly Place[] {
  const stranger: Place = { kind: 'model_runtime', jurisdiction: 'foreign', keyHolder: 'foreign' }
  const all = [...backends.filter(({ isWithdrawn }) => !isWithdrawn), stranger]
  return [
    ...new Map(all.map((one) => [`${one.kind} ${one.jurisdiction} ${one.keyHolder}`, one] as const)).values(),
  ]
}

/** What serves the person, or controls the institution, goes on whatever the person took back. */
const goesOn: readonly Purpose[] = ['audit', 'subject_request', 'erasure_search']

/** The principle that allowing it would break; `undefined` where institutions may decide. */
export function principleBroken({ principal, action, resource, context }: PolicyRequest): string | undefined {
  const { classification, backend } = resource
  const { purpose, legalBasis, consent, isObjected, isRedacted } = context
  if (backend?.jurisdiction === 'foreign') {
    if (classification === 'sensitive') return 'sensitive data abroad'
    if (classification === 'personal' && !isRedacted) return 'personal data abroad'
    if (classification === 'official') return 'official data abroad'
  }
  if (backend?.keyHolder === 'foreign' && classification === 'sensitive')
    return 'keys of sensitive data abroad'
  const isAboutCases = aboutCases.includes(action)
  if (isAboutCases && principal.roles.length > 0 && principal.roles.every((role) => role === 'administrator'))
    return 'an administrator has cases'
  if (principal.purposes !== undefined && !principal.purposes.includes(purpose))
    return 'a key beyond its purposes'
  if (goesOn.includes(purpose)) return undefined
  if (legalBasis === 'consent' && (consent === 'missing' || consent === 'withdrawn')) return 'without consent'
  if (isObjected && (purpose === 'training' || purpose === 'evaluation')) return 'against an objection'
  return undefined
}

/** Questions between two breaths of the event loop. */
const breath = 500
/** Of those that break no principle, one in so many is asked. */
const sampled = 97

interface Answers {
  readonly combinations: number
  readonly asked: number
  readonly allowed: number
  /** How often each principle was broken. */
  readonly wrong: ReadonlyMap<string, number>
}

async function ask(
  { policies, actor }: Pick<Subject, 'policies' | 'actor'>,
  backends: readonly StandingBackend[],
): Promise<Answers> {
  const wrong = new Map<string, number>()
  let combinations = 0
  let asked = 0
  let allowed = 0
  for (const request of requests(backends)) {
    combinations += 1
    const broken = principleBroken(request)
    // What breaks no principle may be allowed or not; a few of these show that the policies allow anything at all.
    if (broken === undefined && combinations % sampled !== 0) continue
    const { isAllowed } = await policies.decide(actor.institutionId, request)
    asked += 1
    if (asked % breath === 0) await new Promise((resolve) => setImmediate(resolve))
    if (!isAllowed) continue
    allowed += 1
    if (broken !== undefined) wrong.set(broken, (wrong.get(broken) ?? 0) + 1)
  }
  return { combinations, asked, allowed, wrong }
}

export async function policiesKeepPrinciples(subject: Subject): Promise<Found> {
  const { kernel, policies, actor } = subject
  const backends = await backendsOf(kernel, actor.institutionId)
  const { digest, version } = await policies.inForce(actor.institutionId)
  const { combinations, asked, allowed, wrong } = await ask(subject, backends)
  const seen = { count: combinations, digest: Buffer.from(digest).toString('hex') }
  if (allowed === 0)
    return {
      ...seen,
      state: 'red',
      says: { en: 'The policies allow nothing at all', ur: 'پالیسیاں کسی چیز کی اجازت نہیں دیتیں' },
    }
  if (wrong.size > 0) {
    const list = [...wrong].map(([principle, times]) => `${principle} (${times})`).join(', ')
    return { ...seen, state: 'red', says: { en: `Wrongly allowed: ${list}`, ur: `غلط اجازت: ${list}` } }
  }
  return {
    ...seen,
    state: 'green',
    says: {
      en: `${combinations} combinations at ${backends.length} backends; version ${version} of the policies was asked the ${asked} that could be allowed wrongly, and a sample of the rest; none was allowed wrongly`,
      ur: `${backends.length} مقامات پر ${combinations} صورتیں؛ جن ${asked} میں غلط اجازت ممکن تھی وہ اور باقی کا نمونہ پالیسیوں کے نسخہ ${version} سے پوچھا گیا؛ کوئی غلط اجازت نہیں`,
    },
  }
}
