import type { ObjectiveSpec } from '../training/objectives/objectives.ts'

/** Who our own files say that wrote them. */
export const PRODUCER = 'khudi'

export type Link = 'identity' | 'logit' | 'log'

/** What makes a score of a margin: nothing, the logistic function, or the exponential. */
export function linkOf(spec: ObjectiveSpec): Link {
  if (spec.name === 'logistic') return 'logit'
  return spec.name === 'poisson' || spec.name === 'tweedie' ? 'log' : 'identity'
}
