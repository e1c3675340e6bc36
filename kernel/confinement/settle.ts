/**
 * Makes of what a confined application said of a case what the kernel works with. What a case says, which of it is sealed and
 * what may stand in clear is worked out here, from what was submitted: the application's word counts for its reference, its day,
 * its subject, its unit and its recommendation, and for nothing else.
 */
import {
  type Application,
  divide,
  type FieldProblem,
  protectionPlan,
  sealedValues,
  tellsSealed,
} from '@khudi/sdk'
import { canonicalJson } from '../canonical.ts'
import {
  checked,
  type DecidedCase,
  failureOf,
  notNameable,
  parseJson,
  type ReadCase,
  type RefusedCase,
  type StoredCase,
  type Values,
  wholeOf,
} from '../decisions/run.ts'
import { Stopped } from './caps.ts'
import type { Facts, Said } from './protocol.ts'

/** What was said of one case so far. */
export interface CaseSaid {
  readonly problems?: readonly FieldProblem[]
  readonly facts?: Facts
  readonly decision?: Extract<Said, { said: 'decided' | 'failed' }> | Stopped
}

export interface Settling {
  readonly application: Application
  readonly submitted: string | StoredCase
  readonly isDecided: boolean
}

export function settle(
  { application, submitted, isDecided }: Settling,
  { problems, facts, decision }: CaseSaid,
): ReadCase | RefusedCase {
  if (problems !== undefined) return { ok: false, problems }
  const given = typeof submitted === 'string' ? parseJson(submitted) : wholeOf(submitted)
  // What is sealed must not be told by what is kept in clear.
  if (facts === undefined || given === undefined) return { ok: false, problems: [notNameable] }
  const plan = protectionPlan(application.case, application.classification)
  const { open, sealed } = divide(plan, given)
  const values = sealed === undefined ? undefined : () => sealedValues(plan, [given])
  const named = [facts.reference, facts.unit ?? '']
  if (values !== undefined && named.some((text) => tellsSealed(values(), text)))
    return { ok: false, problems: [notNameable] }
  return {
    ok: true,
    payload: canonicalJson(open),
    secret: sealed === undefined ? null : canonicalJson(sealed),
    ...facts,
    decided: isDecided ? decisionOf(application, decision, values) : undefined,
  }
}

function decisionOf(application: Application, decision: CaseSaid['decision'], values: Values): DecidedCase {
  if (decision === undefined) return unaided('the confined application did not decide this case')
  if (decision instanceof Stopped) return unaided(decision.message)
  if (decision.said === 'failed') return unaided(failureOf(new Error(decision.failure), values))
  const { recommendation, score, reasons } = decision.decided
  try {
    return checked(application, { recommendation, reasons, ...(score !== undefined && { score }) }, values)
  } catch (error) {
    return unaided(failureOf(error, values))
  }
}

function unaided(failure: string): DecidedCase {
  return { recommendation: null, score: null, reasons: '[]', secretReasons: null, failure }
}
