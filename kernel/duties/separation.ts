/**
 * Separation of duties, declared in one place: what no role holds together, and what no person does twice over. The test beside this
 * holds it against the roles; the functions below are what the kernel asks.
 */
import { type Holder, holds, type Scope } from '../access/roles.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import type { LogKind } from '../log/kinds.ts'
import { areOnePerson } from './persons.ts'

interface Incompatible {
  readonly one: Scope
  readonly other: Scope
  /** Whether break-glass may bring them together for an hour: then an auditor looks at it afterwards. */
  readonly byGlass: boolean
}

/** Scopes that no role of the institution holds together. The operator at the command line stands above this: theirs is the machine. */
export const incompatible: readonly Incompatible[] = [
  // Who lets people in reads no case, opens none and decides none: an administrator cannot read cases by being one.
  { one: 'account.manage', other: 'case.read', byGlass: false },
  { one: 'account.manage', other: 'case.open', byGlass: false },
  { one: 'account.manage', other: 'case.review', byGlass: false },
  { one: 'account.manage', other: 'decision.read', byGlass: false },
  { one: 'account.manage', other: 'outcome.record', byGlass: false },
  { one: 'account.manage', other: 'person.read', byGlass: false },
  { one: 'key.manage', other: 'case.read', byGlass: false },
  // Who may break the glass neither keeps what it gave by letting themselves in, nor says afterwards that it was right.
  { one: 'glass.break', other: 'account.manage', byGlass: false },
  { one: 'glass.break', other: 'key.manage', byGlass: false },
  { one: 'glass.break', other: 'log.manage', byGlass: false },
  { one: 'glass.break', other: 'glass.review', byGlass: false },
  // Who decides does not watch over deciding.
  { one: 'case.review', other: 'log.read', byGlass: true },
  { one: 'case.open', other: 'log.read', byGlass: true },
  { one: 'outcome.record', other: 'log.read', byGlass: true },
  // Who trains a model does not make up what it learns from.
  { one: 'model.train', other: 'outcome.record', byGlass: true },
  { one: 'model.train', other: 'case.open', byGlass: true },
]

interface Duty {
  /** What one person did, as the log names it. */
  readonly first: LogKind
  /** What that person does not do to the same thing. */
  readonly barred: readonly LogKind[]
  readonly refusal: 'glass.own' | 'proposal.own' | 'review.own_case'
}

/** What needs two persons. */
export const duties = {
  approval: {
    first: 'proposal.made',
    barred: ['proposal.approved', 'proposal.rejected'],
    refusal: 'proposal.own',
  },
  // Whoever types a case in and then decides it alone could have made it up. What systems send, nobody typed in.
  review: { first: 'case.opened', barred: ['review.completed'], refusal: 'review.own_case' },
  glass_review: { first: 'glass.broken', barred: ['glass.reviewed'], refusal: 'glass.own' },
} as const satisfies Readonly<Record<string, Duty>>

/** @throws Refusal of the duty where both are one person, as far as is known */
export async function requireAnother(
  tx: Transaction,
  duty: keyof typeof duties,
  { first, second }: { readonly first: string; readonly second: string },
): Promise<void> {
  if (await areOnePerson(tx, first, second)) throw new Refusal(duties[duty].refusal)
}

/** @throws Refusal `duty.incompatible` where break-glass would give its holder what they may not hold beside what they have */
export function requireCompatible(before: Holder, after: Holder): void {
  for (const { one, other, byGlass } of incompatible)
    if (!byGlass && holdsBoth(after, one, other) && !holdsBoth(before, one, other))
      throw new Refusal('duty.incompatible', { one, other })
}

const holdsBoth = (holder: Holder, one: Scope, other: Scope) => holds(holder, one) && holds(holder, other)
