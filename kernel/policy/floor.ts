/**
 * What no policy can allow: hard-coded, asked before any policy, and held against every set of policies before it is put in
 * force. Two invariants, small enough to be read whole:
 *
 * - sensitive data is never at a foreign backend (critical data only in Pakistan, Personal Data Protection Bill 2023);
 * - whoever is an administrator and nothing else has no case, whatever for.
 */
import { roles } from '../access/roles.ts'
import type { NamedPolicy, PolicyRequest } from './policy.ts'

const sensitiveAbroad: NamedPolicy = {
  id: 'floor-sensitive-stays-home',
  sentence: {
    en: 'Sensitive data is never at a foreign backend; no policy can allow it.',
    ur: 'حساس معلومات کبھی غیر ملکی مقام پر نہیں جاتیں؛ کوئی پالیسی اس کی اجازت نہیں دے سکتی۔',
  },
}

const administratorReads: NamedPolicy = {
  id: 'floor-administrators-have-no-cases',
  sentence: {
    en: 'An administrator has nothing to do with cases by being one; no policy can allow it.',
    ur: 'منتظم کا محض منتظم ہونے سے مقدمات سے کوئی تعلق نہیں؛ کوئی پالیسی اس کی اجازت نہیں دے سکتی۔',
  },
}

/** The invariant that forbids this; `undefined` where policies may decide. */
export function floorRefusing({ principal, action, resource }: PolicyRequest): NamedPolicy | undefined {
  if (resource.classification === 'sensitive' && resource.backend?.jurisdiction === 'foreign')
    return sensitiveAbroad
  const isAboutCases = action !== 'process' && action !== 'transfer'
  if (isAboutCases && isAdministratorOnly(principal.roles)) return administratorReads
  return undefined
}

/** Roles of applications hold nothing by themselves. */
function isAdministratorOnly(held: readonly string[]): boolean {
  const offices = held.filter((role) => Object.hasOwn(roles, role))
  return offices.length > 0 && offices.every((role) => role === 'administrator')
}
