/** How the kernel asks policy about the cases of an application. */
import type { Application } from '@khudi/sdk'
import type { Actor } from '../access/roles.ts'
import type { Kernel } from '../kernel.ts'
import { classificationOf } from '../registers/classifications.ts'
import { legalBases } from '../registers/legal-bases.ts'
import type { Purpose } from '../registers/purpose.ts'
import type { PolicyAction, PolicyRequest, PrincipalKind, Verdict } from './policy.ts'

/** What the person concerned has said, as far as the legal basis lets it count. */
export type Standing = Pick<PolicyRequest['context'], 'consent' | 'isObjected'>

/** Where nobody is concerned, or the legal basis asks nobody. */
export const unaffected: Standing = { consent: 'not_needed', isObjected: false }

/** As if every person had agreed, for what is asked of many cases at once; those who have not are left out one by one. */
export function agreedStanding(
  { applications }: Pick<Kernel, 'applications'>,
  applicationId: string,
): Standing {
  const kind = applications.get(applicationId)?.application.legalBasis.kind
  return kind !== undefined && legalBases[kind].needsConsent
    ? { ...unaffected, consent: 'given' }
    : unaffected
}

/** What policy is asked about an actor. */
export type Asker = Pick<Actor, 'institutionId' | 'name' | 'roles' | 'purposes'>

export interface Question {
  readonly applicationId: string
  readonly action: PolicyAction
  readonly purpose: Purpose
  /** {@link unaffected} unless told. */
  readonly standing?: Standing
}

const kinds: ReadonlyMap<string, PrincipalKind> = new Map([
  ['account', 'person'],
  ['key', 'machine'],
  ['operator', 'operator'],
])

/** Sort of actor by its name in the log: `account:<uuid>`, `key:<label>`, `operator:<user>`; all else is the platform's own work. */
export function principalKindOf(name: string): PrincipalKind {
  return kinds.get(name.split(':', 1)[0] ?? '') ?? 'job'
}

/** The action that opening sealed data for a purpose is. */
export function actionOf(purpose: Purpose): PolicyAction {
  if (purpose === 'training') return 'train'
  return purpose === 'evaluation' ? 'evaluate' : 'read'
}

export function requestOf(
  { applications }: Pick<Kernel, 'applications'>,
  { name, roles, purposes }: Omit<Asker, 'institutionId'>,
  { applicationId, action, purpose, standing = unaffected }: Question,
): PolicyRequest {
  const { classification, legalBasis } = factsOf(applications.get(applicationId)?.application)
  return {
    principal: { kind: principalKindOf(name), roles, ...(purposes !== undefined && { purposes }) },
    action,
    resource: { classification, applicationId },
    context: { purpose, legalBasis, isRedacted: false, ...standing },
  }
}

/** Of an application that is not installed nothing is known, and the strictest is assumed: only what serves the person goes on. */
function factsOf(
  application: Application | undefined,
): Pick<PolicyRequest['resource'], 'classification'> & Pick<PolicyRequest['context'], 'legalBasis'> {
  if (application === undefined) return { classification: 'sensitive', legalBasis: 'contract' }
  return { classification: classificationOf(application), legalBasis: application.legalBasis.kind }
}

/** What must be allowed. @throws Refusal `policy.refused`, `policy.unavailable` */
export function requireAllowed(
  kernel: Pick<Kernel, 'applications' | 'policies'>,
  actor: Asker,
  question: Question,
): Promise<Verdict> {
  return kernel.policies.require(actor.institutionId, requestOf(kernel, actor, question))
}
