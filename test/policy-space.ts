/** Everything that policy can be asked, as a product of closed sets: walked whole, or drawn from evenly by a seed. */
import { classifications, legalBasisKinds } from '@khudi/sdk'
import { roles } from '../kernel/access/roles.ts'
import { BackendKind, jurisdictionOf, keyHolderOf } from '../kernel/backends/facts.ts'
import {
  consentStates,
  type PolicyAction,
  type PolicyBackend,
  type PolicyRequest,
  policyActions,
} from '../kernel/policy/policy.ts'
import { Purpose } from '../kernel/registers/purpose.ts'
import { type Expected, type ExpectedPlace, listedPairs } from './policy-expected.ts'

type Principal = PolicyRequest['principal']

const home = 'PK'
const now = new Date('2026-11-24T00:00:00Z')
const laws = [home, 'US', 'unknown'] as const
const keyHolders = ['institution', ...laws] as const
const expiries = [new Date('2027-01-01T00:00:00Z'), new Date('2026-01-01T00:00:00Z')] as const

/** A backend's answer to all combinations of its four facts and their expiry that look the same to policy. */
export interface Place extends ExpectedPlace {
  readonly backend: Omit<PolicyBackend, 'kind'>
  /** How many combinations of facts. */
  readonly combinations: number
}

/** Every combination of the four facts and their expiry. Which look alike is the product's say, what is right is this file's. */
function placesOfFacts(): readonly Place[] {
  const found = new Map<string, Place>()
  for (const location of laws)
    for (const operatorLaw of laws)
      for (const ownerLaw of laws)
        for (const keyHolder of keyHolders)
          for (const expiresAt of expiries) {
            const isGood = expiresAt > now
            const areKeysHome = isGood && (keyHolder === 'institution' || keyHolder === home)
            const isHome = areKeysHome && [location, operatorLaw, ownerLaw].every((law) => law === home)
            const facts = { location, operatorLaw, ownerLaw, keyHolder, expiresAt }
            const backend = {
              jurisdiction: jurisdictionOf(facts, home, now),
              keyHolder: keyHolderOf(facts, home, now),
            }
            const key = JSON.stringify([backend, isHome, areKeysHome])
            const combinations = (found.get(key)?.combinations ?? 0) + 1
            found.set(key, { backend, isHome, areKeysHome, combinations })
          }
  return [...found.values()]
}

/** Where keys are foreign and all else is not: no facts come to this, and the policies are to say the right thing all the same. */
const madeUp: Place = {
  backend: { jurisdiction: 'domestic', keyHolder: 'foreign' },
  isHome: true,
  areKeysHome: false,
  combinations: 1,
}

export const places: readonly Place[] = [...placesOfFacts(), madeUp]

const everyRole = [...Object.keys(roles)]
const people: readonly Principal[] = [
  { kind: 'person', roles: [] },
  ...everyRole.map((role) => ({ kind: 'person', roles: [role] }) as const),
  { kind: 'person', roles: ['permits.inspector'] },
  { kind: 'person', roles: ['administrator', 'officer', 'permits.inspector'] },
  { kind: 'operator', roles: ['engineer', 'model_owner', 'administrator', 'data_protection_officer'] },
  { kind: 'job', roles: [] },
  { kind: 'job', roles: everyRole },
]

/** Keys of each role, bound to no purpose, to this one, to another. */
const machines = (purpose: Purpose): readonly Principal[] => {
  const another = purpose === 'review' ? 'audit' : 'review'
  return ['machine', 'officer', 'administrator', ...everyRole].flatMap((role) => [
    { kind: 'machine', roles: [role] } as const,
    { kind: 'machine', roles: [role], purposes: [purpose] } as const,
    { kind: 'machine', roles: [role], purposes: [another] } as const,
  ])
}

/** Whatever of a request is not who, what and what for. */
interface Facts {
  readonly classification: PolicyRequest['resource']['classification']
  readonly place: Place | undefined
  readonly kind: BackendKind
  readonly context: Omit<PolicyRequest['context'], 'purpose'>
}

const contexts = legalBasisKinds.flatMap((legalBasis) =>
  [false, true].flatMap((isRedacted) =>
    consentStates.flatMap((consent) =>
      [false, true].map((isObjected) => ({ legalBasis, isRedacted, consent, isObjected })),
    ),
  ),
)

function factsFor(action: PolicyAction, isListed: boolean): readonly Facts[] {
  const isAtBackend = action === 'process' || action === 'transfer'
  const kinds = isAtBackend ? BackendKind.options : (['database'] as const)
  const where = isAtBackend ? places : isListed ? [undefined, ...places] : [undefined]
  return classifications.flatMap((classification) =>
    where.flatMap((place) =>
      kinds.flatMap((kind) => contexts.map((context) => ({ classification, place, kind, context }))),
    ),
  )
}

export interface Combination extends Expected {
  /** How many combinations of facts this one stands for. */
  readonly combinations: number
}

/** All that is asked for one action and purpose. */
export interface Group {
  readonly action: PolicyAction
  readonly purpose: Purpose
  readonly principals: readonly Principal[]
  readonly facts: readonly Facts[]
  /** Whether somebody may do this at all. */
  readonly isListed: boolean
}

export const groups: readonly Group[] = policyActions.flatMap((action) =>
  Purpose.options.map((purpose) => {
    const isListed =
      action === 'process' || action === 'transfer' || listedPairs.includes(`${action} ${purpose}`)
    const all = [...people, ...machines(purpose)]
    const few: readonly Principal[] = [
      { kind: 'person', roles: [] },
      { kind: 'job', roles: everyRole },
      { kind: 'machine', roles: ['machine'] },
      { kind: 'machine', roles: ['machine'], purposes: [purpose] },
      { kind: 'machine', roles: ['machine'], purposes: [purpose === 'review' ? 'audit' : 'review'] },
    ]
    // At a backend, and for what nobody may do, roles are all one: nobody, everybody and keys stand for all.
    const isByRole = isListed && action !== 'process' && action !== 'transfer'
    return { action, purpose, principals: isByRole ? all : few, facts: factsFor(action, isListed), isListed }
  }),
)

export function combinationOf({ action, purpose }: Group, principal: Principal, facts: Facts): Combination {
  const { classification, place, kind, context } = facts
  return {
    request: {
      principal,
      action,
      resource: {
        classification,
        applicationId: 'permits',
        ...(place !== undefined && { backend: { kind, ...place.backend } }),
      },
      context: { purpose, ...context },
    },
    place,
    combinations: place?.combinations ?? 1,
  }
}

/** Everything. */
export function* everyCombination(): Generator<Combination, void, void> {
  for (const group of groups)
    for (const principal of group.principals)
      for (const facts of group.facts) yield combinationOf(group, principal, facts)
}

/** For each action, purpose, asker and class so many draws of the rest, more where somebody may do it. Same seed, same draws. */
export function* drawnCombinations(
  seed: number,
  draws: { readonly listed: number; readonly others: number },
) {
  let state = seed
  const next = (below: number) => {
    // Numerical Recipes' generator; its high bits are what is used.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  for (const group of groups)
    for (const principal of group.principals) {
      const byClass = Map.groupBy(group.facts, ({ classification }) => classification)
      for (const facts of byClass.values())
        for (let draw = 0; draw < (group.isListed ? draws.listed : draws.others); draw++) {
          const drawn = facts[next(facts.length)]
          if (drawn !== undefined) yield combinationOf(group, principal, drawn)
        }
    }
}
