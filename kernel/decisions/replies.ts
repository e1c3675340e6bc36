/** What the API says of a decision and of a submission. */
import { z } from 'zod'
import { visibleReasons } from '../cases/open.ts'
import { CaseState } from '../cases/states.ts'
import type { IntakeResult } from './intake.ts'
import { type DecisionRow, ReviewKind } from './store.ts'

const Digest = z.string().regex(/^[0-9a-f]{64}$/)

export const ReasonReply = z.strictObject({
  code: z.string(),
  weight: z.number(),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  compared: z.record(z.string(), z.number()).optional(),
})

export const DecisionReply = z.strictObject({
  decisionId: z.uuid(),
  caseId: z.uuid(),
  round: z.number().int(),
  recommendation: z.string().nullable(),
  score: z.number().nullable(),
  reasons: z.array(ReasonReply),
  sealed: z.boolean().describe('Whether sealed values are left out of the reasons'),
  review: ReviewKind,
  reviewRole: z.string().nullable(),
  modelDigest: Digest.nullable(),
  policyDigest: Digest.nullable().describe('SHA-256 of the policies that it was made under'),
  applicationDigest: Digest,
  decidedAt: z.iso.datetime(),
})
export type DecisionReply = z.infer<typeof DecisionReply>

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
export const Reasons = z.array(ReasonReply)

/** @param secrets reasons in full by decision, where they were opened */
export function decisionReply(
  row: DecisionRow,
  secrets: ReadonlyMap<string, string> = new Map(),
): DecisionReply {
  return {
    decisionId: row.decisionId,
    caseId: row.caseId,
    round: row.round,
    recommendation: row.recommendation,
    score: row.score,
    reasons: Reasons.parse(JSON.parse(visibleReasons(row, secrets))),
    sealed: row.sealed !== null && !secrets.has(row.decisionId),
    review: row.review,
    reviewRole: row.reviewRole,
    modelDigest: row.modelDigest === null ? null : hex(row.modelDigest),
    policyDigest: row.policyDigest === null ? null : hex(row.policyDigest),
    applicationDigest: hex(row.applicationDigest),
    decidedAt: row.decidedAt.toISOString(),
  }
}

const Problem = z.strictObject({
  field: z.string(),
  code: z.string(),
  message: z.strictObject({ en: z.string(), ur: z.string() }),
})

export const SubmissionReply = z.strictObject({
  status: z.enum(['accepted', 'unchanged']),
  caseId: z.uuid(),
  reference: z.string(),
  state: CaseState,
  version: z.number().int(),
  decision: DecisionReply.nullable(),
})
export type SubmissionReply = z.infer<typeof SubmissionReply>

/** One line of the answer to a stream: what became of the record at that line. */
export const IntakeLine = z.discriminatedUnion('status', [
  z.strictObject({
    line: z.number().int(),
    status: z.enum(['accepted', 'unchanged']),
    caseId: z.uuid(),
    reference: z.string(),
    state: CaseState,
    recommendation: z.string().nullable(),
    score: z.number().nullable(),
    decisionId: z.uuid().nullable(),
  }),
  z.strictObject({
    line: z.number().int(),
    status: z.literal('refused'),
    code: z.string(),
    problems: z.array(Problem),
  }),
])
export type IntakeLine = z.infer<typeof IntakeLine>

export function submissionReply(result: Exclude<IntakeResult, { status: 'refused' }>): SubmissionReply {
  const { status, caseId, reference, state, version, decision, secretReasons } = result
  // Whoever submits a case gets its reasons in full, this once: they have just said everything that these tell.
  const secrets = new Map(
    decision === undefined || secretReasons === null ? [] : [[decision.decisionId, secretReasons]],
  )
  return {
    status,
    caseId,
    reference,
    state,
    version,
    decision: decision === undefined ? null : decisionReply(decision, secrets),
  }
}

export function intakeLine(line: number, result: IntakeResult): IntakeLine {
  if (result.status === 'refused') {
    return { line, status: 'refused', code: result.code, problems: [...result.problems] }
  }
  const { status, caseId, reference, state, decision } = result
  return {
    line,
    status,
    caseId,
    reference,
    state,
    recommendation: decision?.recommendation ?? null,
    score: decision?.score ?? null,
    decisionId: decision?.decisionId ?? null,
  }
}
