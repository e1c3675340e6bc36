/** Cedar: the language that policies are written in, evaluated by its own WebAssembly build. */
import type * as CedarModule from '@cedar-policy/cedar-wasm/nodejs'
import type { PolicyAction, PolicyRequest, PrincipalKind } from './policy.ts'

export type Cedar = typeof CedarModule

let loading: Promise<Cedar> | undefined

/** Loaded when it is first needed: 4 MB, about 40 ms, which most commands do without. */
export function loadCedar(): Promise<Cedar> {
  loading ??= import('@cedar-policy/cedar-wasm/nodejs')
  return loading
}

const principalTypes: Readonly<Record<PrincipalKind, string>> = {
  person: 'Person',
  machine: 'Machine',
  operator: 'Operator',
  job: 'Job',
}

/**
 * A request in Cedar's terms. Everything but who, what and which class stands in the context: a fact costs a few microseconds
 * there, and four times that as an entity.
 */
export function cedarCall({ principal, action, resource, context }: PolicyRequest) {
  const { backend } = resource
  return {
    principal: { type: principalTypes[principal.kind], id: '' },
    action: { type: 'Action', id: action },
    resource: { type: 'Data', id: resource.classification },
    context: {
      roles: [...principal.roles],
      ...(principal.purposes !== undefined && { purposes: [...principal.purposes] }),
      application: resource.applicationId,
      purpose: context.purpose,
      legalBasis: context.legalBasis,
      isRedacted: context.isRedacted,
      consent: context.consent,
      isObjected: context.isObjected,
      ...(backend !== undefined && { backend: { ...backend } }),
    },
    entities: [],
  }
}

/**
 * Of a set's policies those that an action can meet, parsed under a name of their own: each costs two microseconds, and of
 * twenty-two a dozen are about other actions.
 */
export const setNameOf = (setName: string, action: PolicyAction) => `${setName}/${action}`

/** What Cedar said: whether it allows, and the policies that decided, by identifier. */
export interface CedarAnswer {
  readonly isAllowed: boolean
  readonly decidedBy: readonly string[]
}

/**
 * Asks the set of policies that was parsed under this name.
 *
 * @throws Error where Cedar fails, or a policy errs: one that errs does not count for Cedar, and a `forbid` must count
 */
export function askCedar(cedar: Cedar, setName: string, request: PolicyRequest): CedarAnswer {
  const preparsedPolicySetId = setNameOf(setName, request.action)
  const answer = cedar.statefulIsAuthorized({ ...cedarCall(request), preparsedPolicySetId })
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '))
  const { decision, diagnostics } = answer.response
  const [error] = diagnostics.errors
  if (error !== undefined) throw new Error(`policy ${error.policyId}: ${error.error.message}`)
  return { isAllowed: decision === 'allow', decidedBy: diagnostics.reason }
}
