/** Names of purposes, on their own: what an actor may be bound to. What each is and needs is in purposes.ts. */
import { z } from 'zod'

export const Purpose = z.enum([
  'intake',
  'decision',
  'review',
  'correction',
  'service',
  'audit',
  'subject_request',
  'erasure_search',
  'import',
  'training',
  'evaluation',
  'notice',
  'sign_in',
  'witnessing',
  'timekeeping',
])
export type Purpose = z.infer<typeof Purpose>
