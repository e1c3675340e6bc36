/**
 * The four facts about whatever processes or stores: where it stands, under whose law its operator is, under whose law its
 * ultimate owner is, and who holds the keys. Where a machine stands says little by itself: a foreign operator or owner can be
 * compelled by their own law, and whoever holds the keys can read.
 *
 * What is not known, or was known once and has expired, is foreign.
 */
import { type Classification, classifications } from '@khudi/sdk'
import { z } from 'zod'
import { isCountry } from './countries.ts'

/** What a backend is used for. */
export const BackendKind = z.enum([
  'database',
  'objects',
  'model_runtime',
  'mail',
  'sms',
  'time',
  'identity',
  'witness',
])
export type BackendKind = z.infer<typeof BackendKind>

/** ISO 3166-1 alpha-2. */
export const Country = z.string().refine(isCountry)

/** A country, or that it is not known. */
export const Law = z.union([Country, z.literal('unknown')])
export type Law = z.infer<typeof Law>

/** The institution itself, somebody under the law of a country, or that it is not known. */
export const KeyHolder = z.union([Law, z.literal('institution')])
export type KeyHolder = z.infer<typeof KeyHolder>

export const Evidence = z.strictObject({
  /** What the facts rest on: contract, certificate, visit. */
  text: z.string().min(1).max(2_000),
  /** SHA-256 of the document in hexadecimal digits; `null` where there is none. */
  documentDigest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
})
export type Evidence = z.infer<typeof Evidence>

export interface BackendFacts {
  readonly location: Law
  readonly operatorLaw: Law
  readonly ownerLaw: Law
  readonly keyHolder: KeyHolder
  readonly evidence: Evidence
  /** From then on the facts count as unknown. Only what the platform itself brings is good for as long as it is installed. */
  readonly expiresAt: Date | 'while_installed'
}

export const jurisdictions = ['domestic', 'foreign'] as const
export type Jurisdiction = (typeof jurisdictions)[number]

/** Domestic only where all four facts are known, good at `now` and of the home country. */
export function jurisdictionOf(
  facts: Omit<BackendFacts, 'evidence'>,
  homeCountry: string,
  now: Date,
): Jurisdiction {
  const { location, operatorLaw, ownerLaw, keyHolder, expiresAt } = facts
  // Written so that what cannot be compared (an invalid date) is expired.
  const isGood = expiresAt === 'while_installed' || now.getTime() < expiresAt.getTime()
  const isHome = [location, operatorLaw, ownerLaw].every((law) => law === homeCountry)
  const isKeyHome = keyHolder === 'institution' || keyHolder === homeCountry
  return isGood && isHome && isKeyHome && isCountry(homeCountry) ? 'domestic' : 'foreign'
}

/** Who holds the keys, as policies see it: expired facts say nothing any more. */
export function keyHolderOf(
  facts: Pick<BackendFacts, 'keyHolder' | 'expiresAt'>,
  homeCountry: string,
  now: Date,
): 'institution' | Jurisdiction {
  const { keyHolder, expiresAt } = facts
  if (expiresAt !== 'while_installed' && !(now.getTime() < expiresAt.getTime())) return 'foreign'
  if (keyHolder === 'institution') return 'institution'
  return keyHolder === homeCountry ? 'domestic' : 'foreign'
}

/** The stricter of two: what is together with personal data is personal data. */
export function strictest(given: readonly Classification[]): Classification {
  return given.reduce<Classification>(
    (most, one) => (classifications.indexOf(one) > classifications.indexOf(most) ? one : most),
    'open',
  )
}
