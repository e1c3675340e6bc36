/**
 * Roles and what each may do. A role holds scopes; every operation names the scope it needs.
 *
 * An application's own roles (`customs.examiner`) hold no scope by themselves: they say whose cases an officer may
 * review, on top of the scope `case.review`.
 */
import type { BilingualText } from '@khudi/sdk'

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
  'system.read',
  'system.register',
  'import.run',
  'job.read',
  'job.requeue',
  'log.read',
  'log.manage',
  'person.read',
  'person.erase',
  'account.read',
  'account.manage',
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
    scopes: ['case.open', 'case.read', 'case.review', 'outcome.record', 'decision.read'],
  },
  supervisor: {
    label: { en: 'Supervisor', ur: 'نگران افسر' },
    scopes: ['case.read', 'case.review', 'decision.read', 'model.read', 'system.read', 'job.read'],
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
    ],
  },
  model_owner: {
    label: { en: 'Model owner', ur: 'ماڈل کا ذمہ دار' },
    scopes: ['decision.read', 'model.read', 'model.train', 'model.promote', 'system.read'],
  },
  engineer: {
    label: { en: 'Engineer', ur: 'انجینئر' },
    scopes: ['import.run', 'job.read', 'job.requeue', 'system.read', 'system.register', 'model.read'],
  },
  data_protection_officer: {
    label: { en: 'Data-protection officer', ur: 'افسر تحفظِ معلومات' },
    scopes: [
      'case.read',
      'decision.read',
      'log.read',
      'person.read',
      'person.erase',
      'system.read',
      'account.read',
    ],
  },
  administrator: {
    label: { en: 'Administrator', ur: 'منتظم' },
    scopes: ['account.read', 'account.manage', 'log.manage', 'system.read', 'job.read'],
  },
  council: {
    label: { en: 'Council', ur: 'کونسل' },
    scopes: ['system.read', 'model.read'],
  },
  machine: {
    label: { en: 'Connected system', ur: 'منسلک نظام' },
    scopes: ['case.open', 'case.read', 'outcome.record', 'decision.read'],
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
  /** Set where a key is bound to one application. */
  readonly applicationId: string | undefined
}

const isRole = (name: string): name is Role => Object.hasOwn(roles, name)

/** Whether one of the actor's roles holds the scope. */
export function holds(actor: Pick<Actor, 'roles'>, scope: Scope): boolean {
  return actor.roles.some((name) => isRole(name) && roles[name].scopes.some((held) => held === scope))
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
