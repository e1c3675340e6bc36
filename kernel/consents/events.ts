/** What a person may say about being processed, and how. */
import { z } from 'zod'
import type { Purpose } from '../registers/purpose.ts'

/** What it is about: being decided about with all that belongs to it, or that models learn from it (GDPR recital 43: asked apart). */
export const ConsentUse = z.enum(['decision', 'training'])
export type ConsentUse = z.infer<typeof ConsentUse>

export const ConsentEvent = z.enum(['given', 'withdrawn', 'objected', 'lifted'])
export type ConsentEvent = z.infer<typeof ConsentEvent>

/** How it was said, for whoever must show it (GDPR article 7(1)). */
export const ConsentChannel = z.enum(['written', 'electronic', 'in_person', 'representative'])
export type ConsentChannel = z.infer<typeof ConsentChannel>

/** Of which use something for this purpose is. */
export const useOf = (purpose: Purpose): ConsentUse =>
  purpose === 'training' || purpose === 'evaluation' ? 'training' : 'decision'
