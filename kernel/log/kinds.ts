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
])
export type LogKind = z.infer<typeof LogKind>
