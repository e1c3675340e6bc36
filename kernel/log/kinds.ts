import { z } from 'zod'

/** Everything that is recorded, in the past tense. */
export const LogKind = z.enum([
  'institution.founded',
  'account.created',
  'key.issued',
  'system.registered',
  'model.trained',
  'model.promoted',
  'case.opened',
  'decision.made',
  'review.completed',
  'outcome.recorded',
  'import.finished',
  'access.read',
  'person.erased',
  'wrapping_key.rotated',
  'wrapping_key.destroyed',
  'log_key.rotated',
  'log_policy.set',
])
export type LogKind = z.infer<typeof LogKind>
