/** Requests that stand for all that the floor forbids: whatever set of policies is put in force is asked them first. */
import { roles } from '../access/roles.ts'
import { BackendKind } from '../backends/facts.ts'
import { Purpose } from '../registers/purpose.ts'
import { type PolicyAction, type PolicyRequest, policyActions, principalKinds } from './policy.ts'

const aboutCases = policyActions.filter((action) => action !== 'process' && action !== 'transfer')
const everyRole = Object.keys(roles)

/** One on which everything may be done, and one that asks the person. */
const bases = ['law', 'consent'] as const

/**
 * Every kind of asker and purpose, with the facts that let most through: consent given, no objection, every role
 * (for what the floor refuses to everybody). A policy that would allow only under stranger facts passes here, and the floor itself
 * still refuses it whenever it is asked.
 */
export function* requestsBelowFloor(): Generator<PolicyRequest, void, void> {
  for (const kind of principalKinds)
    for (const purpose of Purpose.options)
      for (const legalBasis of bases) {
        const context = {
          purpose,
          legalBasis,
          isRedacted: true,
          consent: 'given',
          isObjected: false,
        } as const
        yield* administrators({ kind, context })
        yield* abroad({ kind, context })
      }
}

type Common = { readonly kind: (typeof principalKinds)[number] } & Pick<PolicyRequest, 'context'>

function* administrators({ kind, context }: Common): Generator<PolicyRequest, void, void> {
  const principal = { kind, roles: ['administrator'] }
  for (const action of aboutCases)
    yield { principal, action, resource: { classification: 'personal', applicationId: 'any' }, context }
}

function* abroad({ kind, context }: Common): Generator<PolicyRequest, void, void> {
  const principal = { kind, roles: everyRole }
  const actions: readonly PolicyAction[] = ['process', 'transfer']
  for (const action of actions)
    for (const backendKind of BackendKind.options) {
      const backend = { kind: backendKind, jurisdiction: 'foreign', keyHolder: 'institution' } as const
      yield {
        principal,
        action,
        resource: { classification: 'sensitive', applicationId: 'any', backend },
        context,
      }
    }
}
