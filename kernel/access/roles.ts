/**
 * Roles and what each may do. A role holds scopes; every operation names the scope it needs.
 *
 * An application's own roles (`customs.examiner`) hold no scope by themselves: they say whose cases an officer may
 * review, on top of the scope `case.review`.
 */
import type { BilingualText } from '@khudi/sdk'
import type { Purpose } from '../registers/purpose.ts'

/** Everything anybody may do. `noun.verb`. */
export const scopes = [
  'case.open',
  'case.read',
  'case.review',
  'outcome.record',
  'decision.read',
  'model.read',
  'model.train',
  'model.promote',
  'model.approve',
  'proposal.read',
  'system.read',
  'system.register',
  'import.run',
  'job.read',
  'job.requeue',
  'log.read',
  'log.manage',
  'person.read',
  'person.erase',
  'consent.record',
  'policy.propose',
  'policy.approve',
  'right.read',
  'right.handle',
  'breach.manage',
  'retention.manage',
  'account.read',
  'account.manage',
  'backend.read',
  'backend.manage',
  'unit.read',
  'unit.manage',
  'key.read',
  'key.manage',
  'glass.break',
  'glass.read',
  'glass.review',
] as const
export type Scope = (typeof scopes)[number]

interface RoleSpec {
  readonly label: BilingualText
  readonly scopes: readonly Scope[]
}

/** The roles of every institution. An administrator cannot read cases by being one. */
export const roles = {
  officer: {
    label: { en: 'Officer', ur: 'افسر' },
    scopes: [
      'case.open',
      'case.read',
      'case.review',
      'outcome.record',
      'decision.read',
      'consent.record',
      'unit.read',
    ],
  },
  supervisor: {
    label: { en: 'Supervisor', ur: 'نگران افسر' },
    scopes: [
      'case.read',
      'case.review',
      'decision.read',
      'model.read',
      'model.approve',
      'proposal.read',
      'glass.break',
      'system.read',
      'job.read',
      'unit.read',
    ],
  },
  auditor: {
    label: { en: 'Auditor', ur: 'آڈیٹر' },
    scopes: [
      'case.read',
      'decision.read',
      'model.read',
      'system.read',
      'job.read',
      'log.read',
      'account.read',
      'key.read',
      'proposal.read',
      'glass.read',
      'glass.review',
      'unit.read',
      'backend.read',
    ],
  },
  model_owner: {
    label: { en: 'Model owner', ur: 'ماڈل کا ذمہ دار' },
    scopes: [
      'decision.read',
      'model.read',
      'model.train',
      'model.promote',
      'model.approve',
      'proposal.read',
      'system.read',
    ],
  },
  engineer: {
    label: { en: 'Engineer', ur: 'انجینئر' },
    scopes: [
      'import.run',
      'job.read',
      'job.requeue',
      'system.read',
      'system.register',
      'model.read',
      'proposal.read',
      'glass.break',
      'unit.read',
      'backend.read',
    ],
  },
  data_protection_officer: {
    label: { en: 'Data-protection officer', ur: 'افسر تحفظِ معلومات' },
    scopes: [
      'case.read',
      'decision.read',
      'log.read',
      'person.read',
      'person.erase',
      'consent.record',
      'policy.propose',
      'policy.approve',
      'right.read',
      'right.handle',
      'breach.manage',
      'retention.manage',
      'system.read',
      'account.read',
      'proposal.read',
      'glass.break',
      'glass.read',
      'unit.read',
      'backend.read',
    ],
  },
  administrator: {
    label: { en: 'Administrator', ur: 'منتظم' },
    scopes: [
      'account.read',
      'account.manage',
      'key.read',
      'key.manage',
      'log.manage',
      'policy.propose',
      'policy.approve',
      'proposal.read',
      'glass.read',
      'system.read',
      'job.read',
      'unit.read',
      'unit.manage',
      'backend.read',
      'backend.manage',
    ],
  },
  council: {
    label: { en: 'Council', ur: 'کونسل' },
    scopes: ['system.read', 'model.read', 'backend.read'],
  },
  machine: {
    label: { en: 'Connected system', ur: 'منسلک نظام' },
    scopes: ['case.open', 'case.read', 'outcome.record', 'decision.read', 'consent.record'],
  },
} as const satisfies Record<string, RoleSpec>

export type Role = keyof typeof roles

/** Who acts: an account, a key of a connected system, or the platform itself at its own command line. */
export interface Actor {
  readonly institutionId: string
  /** `account:<uuid>`, `key:<label>` or `operator:<user of the operating system>`; goes into the log. */
  readonly name: string
  /** Set for people who signed in; only they may review. */
  readonly accountId: string | undefined
  /** Roles of the institution and of applications. */
  readonly roles: readonly string[]
  /** When a person last proved who they are; `undefined` for whoever is no person. */
  readonly verifiedAt?: Date
  /** Set where a key is bound to one application. */
  readonly applicationId: string | undefined
  /**
   * Where roles hold that do not hold in the whole institution: identifiers of units, those below included. A role that is
   * not in here holds everywhere in the institution.
   */
  readonly units?: ReadonlyMap<string, readonly string[]>
  /** Set where a key is bound to purposes: what it may read sealed data for. */
  readonly purposes?: readonly Purpose[]
  /** Identifier of the break-glass under which the actor acts. */
  readonly glass?: string
}

/** What of an actor says where it may do what. */
export type Holder = Pick<Actor, 'roles' | 'units'>

const isRole = (name: string): name is Role => Object.hasOwn(roles, name)

const holdsByRole = (name: string, scope: Scope): boolean =>
  isRole(name) && roles[name].scopes.some((held) => held === scope)

/**
 * What a role that was granted at a unit holds there. All else concerns the institution as a whole (its accounts, models,
 * imports, its log), so a role holds it only where it was granted at the institution.
 */
const scopesAtUnits: readonly Scope[] = [
  'case.open',
  'case.read',
  'case.review',
  'outcome.record',
  'decision.read',
  // For what a case of the unit may be opened by whoever audits it.
  'log.read',
  'unit.read',
]

/** Whether a role is an application's (`customs.examiner`): it says whose cases an officer may review. */
export function isOfficersRole(role: string): boolean {
  return !isRole(role)
}

/** Whether a role holds anything where it is granted at a unit; an application's roles do, for whose cases they review. */
export function holdsAtUnits(role: string): boolean {
  return (
    isOfficersRole(role) || scopesAtUnits.some((scope) => scope !== 'unit.read' && holdsByRole(role, scope))
  )
}

/** Every unit of the institution, and the institution itself: what `units` says where a transaction is not limited. */
export const everywhere = undefined

/**
 * Identifiers of the units at which the actor holds the scope; `everywhere` (undefined) where it holds it in the whole
 * institution, none where it does not hold it at all.
 */
export function unitsFor(actor: Holder, scope: Scope): readonly string[] | undefined {
  const units = new Set<string>()
  for (const role of actor.roles) {
    if (!holdsByRole(role, scope)) continue
    const at = actor.units?.get(role)
    if (at === undefined) return everywhere
    if (scopesAtUnits.includes(scope)) for (const unit of at) units.add(unit)
  }
  return [...units]
}

/** Whether the actor holds the scope somewhere: in the institution, or at a unit of it. */
export function holds(actor: Holder, scope: Scope): boolean {
  const units = unitsFor(actor, scope)
  return units === everywhere || units.length > 0
}

/** The actor with the roles that hold for a case of this unit; of none (null) where it is the institution's as a whole. */
export function actingAt<A extends Holder>(actor: A, unitId: string | null): A {
  const { units } = actor
  if (units === undefined || units.size === 0) return actor
  const inForce = actor.roles.filter((role) => {
    const at = units.get(role)
    return at === undefined || (unitId !== null && at.includes(unitId))
  })
  return { ...actor, roles: inForce }
}

/** The platform's operator at the command line of the machine: whoever may read its files may act. Named in the log. */
export function operatorActor(institutionId: string, osUser: string): Actor {
  return {
    institutionId,
    name: `operator:${osUser}`,
    accountId: undefined,
    roles: ['engineer', 'model_owner', 'administrator', 'data_protection_officer'],
    applicationId: undefined,
  }
}
