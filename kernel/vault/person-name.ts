/** How people write the name of a person, made into the one that applications know them by. */
import { cnic, iban, mobile, ntn } from '@khudi/sdk'
import { Refusal } from '../errors.ts'

const label = { en: 'Identifier', ur: 'شناختی نمبر' }

/** The national identifiers, as their fields keep them. Those of other schemes are kept as they are written. */
export const identifiers = {
  cnic: cnic(label),
  ntn: ntn(label),
  mobile: mobile(label),
  iban: iban(label),
} as const

const isNational = (scheme: string): scheme is keyof typeof identifiers => Object.hasOwn(identifiers, scheme)

/**
 * `CNIC: ۳۵۲۰۲-۱۲۳۴۵۶۷-۱` becomes `cnic:3520212345671`.
 *
 * @throws Refusal `vault.person_unknown` for what can be nobody's name
 */
export function personName(written: string): string {
  const [, scheme = '', rest = ''] = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*:\s*(.*?)\s*$/s.exec(written) ?? []
  const known = scheme.toLowerCase()
  if (rest === '') throw new Refusal('vault.person_unknown')
  if (!isNational(known)) return `${known}:${rest}`
  const { data } = identifiers[known].safeParse(rest)
  if (data === undefined) throw new Refusal('vault.person_unknown')
  return `${known}:${data}`
}
