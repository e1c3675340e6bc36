import type { Application } from '@khudi/sdk'
import type { CaseEvent } from '../cases/states.ts'
import { unreachable } from '../errors.ts'
import { hmacSha256 } from '../hmac.ts'
import type { ReviewKind } from './store.ts'

/** How a recommendation takes effect, and which role looks at it first. */
export interface Review {
  readonly review: ReviewKind
  /** Qualified by the application, `customs.examiner`; `null` where nobody has to look. */
  readonly reviewRole: string | null
}

/**
 * Applies the review rule that the application declares for a recommendation. `null` as recommendation means that a model
 * failed: an officer then decides unaided.
 *
 * @param draw number in [0, 1) of this case's draw, see `drawOf`
 */
export function reviewOf(application: Application, recommendation: string | null, draw: number): Review {
  const qualified = (role: string) => `${application.id}.${role}`
  const spec = recommendation === null ? undefined : application.recommendations[recommendation]
  if (spec === undefined) return { review: 'unaided', reviewRole: qualified(application.fallback.role) }
  const { role, sample } = spec.review
  if (sample === undefined) return { review: 'required', reviewRole: qualified(role) }
  return draw < sample
    ? { review: 'sampled', reviewRole: qualified(role) }
    : { review: 'automatic', reviewRole: null }
}

/** What the decision does to its case. */
export function eventOf(review: ReviewKind): CaseEvent {
  switch (review) {
    case 'automatic':
      return 'decision.took_effect'
    case 'sampled':
    case 'required':
    case 'unaided':
      return 'decision.needs_review'
    default:
      return unreachable(review)
  }
}

/**
 * The draw of a case: HMAC-SHA-256 under the institution's secret over application and reference, its first 48 bits as a
 * fraction. Uniform, the same at every replay, and not to be foreseen by whoever chooses the reference.
 */
export function drawOf(samplingKey: Uint8Array, applicationId: string, reference: string): number {
  const mac = hmacSha256(samplingKey, `${applicationId}\n${reference}`)
  return mac.readUIntBE(0, 6) / 2 ** 48
}
