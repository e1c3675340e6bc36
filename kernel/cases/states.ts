/** The life of a case: every state and every transition, in one place. */
import type { BilingualText } from '@khudi/sdk'
import { z } from 'zod'
import { Refusal } from '../errors.ts'

export const CaseState = z.enum(['opened', 'in_review', 'decided', 'closed'])
export type CaseState = z.infer<typeof CaseState>

/** What can happen to a case that exists. */
export const caseEvents = [
  'decision.took_effect',
  'decision.needs_review',
  'review.completed',
  'outcome.recorded',
  'correction.needs_review',
] as const
export type CaseEvent = (typeof caseEvents)[number]

/**
 * Where an event leads from a state; absent means impossible, and is refused.
 *
 * An outcome may be known before any decision (records taken over from another system) and while a review is open; it
 * closes only what is decided. A correction of an outcome leaves a closed case closed. What was decided on data that turned out
 * to be wrong is decided again, and an officer looks at it (`correction.needs_review`), closed or not.
 */
export const transitions: Readonly<Record<CaseState, Readonly<Partial<Record<CaseEvent, CaseState>>>>> = {
  opened: {
    'decision.took_effect': 'decided',
    'decision.needs_review': 'in_review',
    'outcome.recorded': 'opened',
  },
  in_review: {
    'review.completed': 'decided',
    'outcome.recorded': 'in_review',
    'correction.needs_review': 'in_review',
  },
  decided: { 'outcome.recorded': 'closed', 'correction.needs_review': 'in_review' },
  closed: { 'outcome.recorded': 'closed', 'correction.needs_review': 'in_review' },
}

/** The state after the event. @throws Refusal `case.transition_impossible` */
export function next(state: CaseState, event: CaseEvent): CaseState {
  const to = transitions[state][event]
  if (to === undefined) throw new Refusal('case.transition_impossible', { state, event })
  return to
}

/** States from which an event is possible, as a statement's guard. */
export function statesBefore(event: CaseEvent): readonly CaseState[] {
  return CaseState.options.filter((state) => transitions[state][event] !== undefined)
}

export const stateLabels: Readonly<Record<CaseState, BilingualText>> = {
  opened: { en: 'Received', ur: 'موصول' },
  in_review: { en: 'Waiting for an officer', ur: 'افسر کی منتظر' },
  decided: { en: 'Decided', ur: 'فیصلہ شدہ' },
  closed: { en: 'Closed', ur: 'مکمل' },
}
