/** Duties that no account has together. */
import { incompatible } from '../duties/separation.ts'
import { Refusal } from '../errors.ts'
import { holds, isOfficersRole, type Scope } from './roles.ts'

/** By these a case, or what was decided on it, is seen. */
const caseScopes: readonly Scope[] = incompatible
  .filter(({ one }) => one === 'account.manage')
  .map(({ other }) => other)

/**
 * Who manages accounts sees no case: not by their own hand, and not by another's.
 *
 * @throws Refusal `grant.duties_conflict`
 */
export function requireSeparateDuties(held: readonly string[]): void {
  const seesCases = (role: string) =>
    isOfficersRole(role) || caseScopes.some((scope) => holds({ roles: [role] }, scope))
  const managing = held.find((role) => holds({ roles: [role] }, 'account.manage'))
  const seeing = held.find(seesCases)
  if (managing !== undefined && seeing !== undefined)
    throw new Refusal('grant.duties_conflict', { role: managing, other: seeing })
}
