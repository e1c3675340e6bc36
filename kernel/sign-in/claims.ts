/** Which claims of an issuer give which roles, where: rules kept as data. */
import { z } from 'zod'

export const ClaimRule = z.strictObject({
  /** Names from the outside in, with dots between: `realm_access.roles`. */
  claim: z.string().min(1).max(200),
  /**
   * `equals`: the claim is the value. `contains`: it is a list that has it. `matches`: it, or one in its list, has the form of the
   * value, in which `*` stands for anything.
   */
  operator: z.enum(['equals', 'contains', 'matches']),
  value: z.string().min(1).max(200),
  role: z.string().min(1).max(100),
  /** Code of a unit; the whole institution where it is left out. */
  unit: z.string().max(40).optional(),
})
export type ClaimRule = z.infer<typeof ClaimRule>

export const ClaimRules = z.array(ClaimRule).min(1).max(200)

export interface ClaimedGrant {
  readonly role: string
  readonly unit: string | undefined
}

/** What the claims give: each role at each place once. */
export function grantsOfClaims(rules: readonly ClaimRule[], claims: unknown): readonly ClaimedGrant[] {
  const grants = new Map<string, ClaimedGrant>()
  for (const rule of rules)
    if (applies(rule, claimAt(claims, rule.claim)))
      grants.set(`${rule.role} ${rule.unit ?? ''}`, { role: rule.role, unit: rule.unit })
  return [...grants.values()]
}

/** A claim whose own name has dots in it, as an address has, is found under that name first. */
function claimAt(claims: unknown, path: string): unknown {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return undefined
  const own = new Map<string, unknown>(Object.entries(claims))
  if (own.has(path)) return own.get(path)
  const dots = [...path.matchAll(/\./g)].map(({ index }) => index)
  for (const dot of dots) {
    const found = claimAt(own.get(path.slice(0, dot)), path.slice(dot + 1))
    if (found !== undefined) return found
  }
  return undefined
}

function applies({ operator, value }: ClaimRule, claim: unknown): boolean {
  const list: readonly unknown[] = Array.isArray(claim) ? claim : []
  switch (operator) {
    case 'equals':
      return textOf(claim) === value
    case 'contains':
      return list.some((one) => textOf(one) === value)
    case 'matches':
      return (Array.isArray(claim) ? list : [claim]).some((one) => hasForm(textOf(one), value))
  }
}

/** Texts, numbers and truth values as they are written; nothing else is compared. */
function textOf(claim: unknown): string | undefined {
  if (typeof claim === 'string') return claim
  return typeof claim === 'number' || typeof claim === 'boolean' ? String(claim) : undefined
}

/** In time proportional to both: a rule is no regular expression, whose author could stop the process with it. */
function hasForm(text: string | undefined, form: string): boolean {
  if (text === undefined) return false
  const [first = '', ...rest] = form.split('*')
  const last = rest.pop()
  if (last === undefined) return text === form
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0 || found + part.length > text.length - last.length) return false
    at = found + part.length
  }
  return true
}
