/**
 * What the default policies are to allow, written from the sentences of docs/decisions/0015-policy.md and from nothing else: a
 * second statement of the same rules, in another form, by which the Cedar files are judged.
 */
import type { PolicyRequest } from '../kernel/policy/policy.ts'

/** Who may do what for what: by action and purpose the roles, one of which is enough. */
const offices: Readonly<Record<string, readonly string[]>> = {
  'open_case intake': ['officer', 'machine', 'engineer'],
  'decide decision': ['officer', 'machine', 'engineer', 'data_protection_officer'],
  'read decision': ['engineer'],
  'read review': ['officer', 'supervisor'],
  'read correction': ['officer', 'machine'],
  'read service': ['machine', 'officer', 'supervisor', 'auditor', 'data_protection_officer'],
  'read audit': ['auditor', 'data_protection_officer'],
  'export audit': ['auditor', 'data_protection_officer'],
  'read subject_request': ['data_protection_officer'],
  'export subject_request': ['data_protection_officer'],
  'read erasure_search': ['data_protection_officer'],
  'read import': ['engineer'],
  'train training': ['model_owner'],
  'evaluate evaluation': ['model_owner', 'supervisor', 'auditor'],
}

/** Action and purpose of what somebody may do at all. */
export const listedPairs = Object.keys(offices)

/** The one purpose of a backend that has one. */
const onlyPurpose: Readonly<Record<string, string>> = {
  mail: 'notice',
  sms: 'notice',
  identity: 'sign_in',
  witness: 'witnessing',
  time: 'timekeeping',
}
const neverOnCases = ['sign_in', 'witnessing', 'timekeeping']

/** What serves the person, or controls the institution, goes on whatever the person took back. */
const goesOn = ['audit', 'subject_request', 'erasure_search']

/** The facts of a backend as far as they count. */
export interface ExpectedPlace {
  readonly isHome: boolean
  readonly areKeysHome: boolean
}

export interface Expected {
  readonly request: PolicyRequest
  /** `undefined` where it is not asked where. */
  readonly place: ExpectedPlace | undefined
}

export function isExpected(given: Expected): boolean {
  return isSomebodysWork(given.request) && isRightPlace(given) && isLawful(given.request)
}

function isSomebodysWork({ principal, action, resource, context }: PolicyRequest): boolean {
  const { purpose } = context
  if (principal.kind === 'machine' && principal.purposes !== undefined)
    if (!principal.purposes.includes(purpose)) return false
  if (action !== 'process' && action !== 'transfer')
    return (offices[`${action} ${purpose}`] ?? []).some((role) => principal.roles.includes(role))
  const only = onlyPurpose[resource.backend?.kind ?? '']
  return only === undefined ? !neverOnCases.includes(purpose) : only === purpose
}

function isRightPlace({ request: { resource, context }, place }: Expected): boolean {
  if (place === undefined) return true
  const { isHome, areKeysHome } = place
  switch (resource.classification) {
    case 'open':
      return true
    case 'official':
      return isHome
    case 'personal': {
      if (!context.isRedacted) return isHome && areKeysHome
      return isHome || context.purpose === 'decision' || context.purpose === 'review'
    }
    case 'sensitive':
      return isHome && areKeysHome
  }
}

function isLawful({ resource, context }: PolicyRequest): boolean {
  const { purpose, legalBasis, consent, isObjected } = context
  const isAboutPersons = resource.classification === 'personal' || resource.classification === 'sensitive'
  if (legalBasis === 'consent' && consent !== 'given' && consent !== 'not_needed')
    if (!goesOn.includes(purpose)) return false
  if (legalBasis === 'public_task' && isObjected)
    if (purpose === 'decision' || purpose === 'training' || purpose === 'evaluation') return false
  if (purpose === 'training' && isAboutPersons)
    if (legalBasis === 'contract' || legalBasis === 'vital_interest') return false
  if (resource.classification === 'sensitive' && !goesOn.includes(purpose))
    if (legalBasis === 'contract' || legalBasis === 'public_task') return false
  return true
}
