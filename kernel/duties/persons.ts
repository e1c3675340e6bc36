/** Who counts as one person, where two are asked for. */
import type { Actor } from '../access/roles.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { openersOf } from './store.ts'

/**
 * The person who acts, as the log names them: an account, or a user of the operating system at the command line. A key
 * of a connected system is nobody: whoever keeps it may also be the one who proposed.
 *
 * @throws Refusal `duty.person_needed`
 */
export function personOf({ name }: Pick<Actor, 'name'>): string {
  if (isPerson(name)) return name
  throw new Refusal('duty.person_needed')
}

/** Whether a name of the log is that of a person, and not of a key or of the platform's own jobs. */
function isPerson(name: string): boolean {
  return name.startsWith('account:') || name.startsWith('operator:')
}

/**
 * Whether two are one person as far as is known: the same account or user, or an account that the other one opened,
 * directly or through others. An identity of an issuer is linked to one account (kernel/sign-in), so two accounts are never
 * known to be one identity. Who opens the accounts of an institution at the command line stands behind all of them and
 * is left out: those who work there would otherwise all be one.
 */
export async function areOnePerson(tx: Transaction, one: string, other: string): Promise<boolean> {
  if (one === other) return true
  const [behindOne, behindOther] = await Promise.all(
    [one, other].map((person) => tx.rows(openersOf, [tx.institutionId, person])),
  )
  const isBehind = (person: string, openers: typeof behindOne) =>
    person.startsWith('account:') && openers?.some((opener) => opener.person === person) === true
  return isBehind(one, behindOther) || isBehind(other, behindOne)
}
