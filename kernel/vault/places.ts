/**
 * Where sealed texts stand, and whose key seals them.
 *
 * A place is additional data of a sealing, so that a text moved to another row does not open there.
 */
import type { Place } from './seal.ts'

/** A case by what it is known by outside; its identifier is drawn only when it is stored. */
export interface NamedCase {
  readonly applicationId: string
  readonly reference: string
}

/** Whose key: the person whom the case is about, or the case itself where its application names nobody. */
export const holderNameOf = (
  { applicationId, reference }: NamedCase,
  subject: string | null | undefined,
): string => subject ?? `case:${applicationId}:${reference}`

/** Whose key seals the refused rows of an import. */
export const holderNameOfImport = (importId: string): string => `import:${importId}`

/** Whose key seals what signing in keeps secret of everybody's accounts: it is no person, and nobody may erase it. */
export const signInHolder = 'sign-in:secrets'

/** The sealed fields of a case. */
export const casePlace = ({ applicationId, reference }: NamedCase): Place =>
  `cases/${applicationId}/${reference}`

/** The reasons of its decisions in full. */
export const reasonsPlace = ({ applicationId, reference }: NamedCase): Place =>
  `decisions/${applicationId}/${reference}`

/** The sealed fields of one revision of its outcome. */
export const outcomePlace = ({ applicationId, reference }: NamedCase, outcomeId: string): Place =>
  `outcomes/${applicationId}/${reference}/${outcomeId}`

/** An officer's words. */
export const reviewPlace = (reviewId: string): Place => `reviews/${reviewId}`

/** A refused row, by its number in the file. */
export const refusalPlace = (importId: string, record: number): Place => `imports/${importId}/${record}`

/** Where the evidence of a consent or an objection is. */
export const consentPlace = (consentId: string): Place => `consents/${consentId}`

/** A reply that is kept for an idempotency key of this actor. */
export const replyPlace = (actor: string, key: string): Place => `idempotency/${actor}/${key}`
