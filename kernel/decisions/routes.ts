import { z } from 'zod'
import { requireApplication } from '../access/access.ts'
import { getCase } from '../cases/cases.ts'
import { purposeQuery, reveal, visibleReasons } from '../cases/open.ts'
import { Refusal } from '../errors.ts'
import {
  type AnyOperation,
  applicationCase,
  exportOperation,
  intakeOperation,
  operation,
} from '../operation.ts'
import { agreedStanding, requireAllowed } from '../policy/ask.ts'
import { officeOf } from '../vault/batches.ts'
import { getDecision, streamDecisions } from './decisions.ts'
import type { IntakeResult } from './intake.ts'
import { openReasons } from './open.ts'
import { DecisionReply, decisionReply, IntakeLine, SubmissionReply, submissionReply } from './replies.ts'
import { decideStream } from './stream.ts'

const ApplicationParams = z.strictObject({ applicationId: z.string().max(40) })
const DecisionParams = z.strictObject({ decisionId: z.uuid() })

const submitRoute = operation({
  id: 'decisions.submit',
  method: 'POST',
  path: '/v1/applications/{applicationId}/cases',
  summary: 'Submits one case and decides it; the answer comes once the decision is durable',
  scope: 'case.open',
  params: ApplicationParams,
  query: z.strictObject({}),
  body: applicationCase,
  // 200 where the same case was here before.
  reply: { status: 201, otherStatuses: [200], schema: SubmissionReply },
  refusals: [
    'access.application_foreign',
    'application.changed',
    'application.not_installed',
    'application.not_registered',
    'case.invalid',
    'case.reference_taken',
    'consent.missing',
    'consent.withdrawn',
    'idempotency.body_differs',
    'model.artefact_damaged',
    'model.none_live',
    'policy.refused',
    'policy.unavailable',
    'unit.closed',
    'unit.outside',
    'unit.unknown',
  ],
  honoursIdempotency: true,
  async handle(kernel, { actor, params, body, idempotency }) {
    const { applicationId } = params
    requireApplication(actor, applicationId)
    const answer = await kernel.singles.submit(kernel, actor, {
      applicationId,
      source: 'api',
      submission: { json: JSON.stringify(body) },
      idempotency,
      replyOf: (result) =>
        result.status === 'refused'
          ? undefined
          : { status: statusOf(result), body: JSON.stringify(submissionReply(result)) },
    })
    if (answer.kept !== undefined) {
      const body = SubmissionReply.parse(JSON.parse(answer.kept.body))
      return { status: answer.kept.status, body, ...namesOf(body) }
    }
    const { result } = answer
    if (result.status === 'refused') throw refusalOf(result, applicationId)
    return { status: statusOf(result), body: submissionReply(result), ...namesOf(result) }
  },
})

/** What the headers of the answer say: entity tag and address of the case. */
const namesOf = ({ version, caseId }: { readonly version: number; readonly caseId: string }) => ({
  version,
  location: `/v1/cases/${caseId}`,
})

const statusOf = ({ status }: IntakeResult) => (status === 'accepted' ? 201 : 200)

/** The refusal of one submission, as the caller sees it. */
export function refusalOf(
  result: Extract<IntakeResult, { status: 'refused' }>,
  application: string,
): Refusal {
  const { reference = '', unit = '' } = result
  const parameters = { application, reference, unit: unit.slice(0, 60), ...result.parameters }
  return new Refusal(result.code, parameters, { problems: result.problems })
}

const streamRoute = intakeOperation({
  id: 'decisions.stream',
  method: 'POST',
  path: '/v1/applications/{applicationId}/cases/stream',
  summary: 'Submits many cases as NDJSON or CSV; answers a line for each once it is durable',
  scope: 'case.open',
  params: ApplicationParams,
  line: IntakeLine,
  refusals: [
    'access.application_foreign',
    'application.changed',
    'application.not_installed',
    'application.not_registered',
    'import.columns_duplicate',
    'import.columns_missing',
    'import.columns_unmapped',
    'import.delimiter_ambiguous',
    'import.delimiter_wrong',
    'import.encoding_mismatch',
    'import.encoding_wrong',
    'import.file_empty',
    'import.file_not_text',
    'import.gzip_damaged',
    'import.gzip_excessive',
    'import.header_broken',
    'import.quotes_broken',
    'model.artefact_damaged',
    'model.none_live',
    'policy.refused',
    'policy.unavailable',
  ],
  async *handle(kernel, { actor, params, format, source, signal }) {
    requireApplication(actor, params.applicationId)
    yield* decideStream(kernel, actor, { applicationId: params.applicationId, format, source, signal })
  },
})

const showRoute = operation({
  id: 'decisions.show',
  method: 'GET',
  path: '/v1/decisions/{decisionId}',
  summary: 'One decision with its reasons',
  scope: 'decision.read',
  params: DecisionParams,
  query: z.strictObject(purposeQuery),
  body: undefined,
  reply: { status: 200, schema: DecisionReply },
  refusals: [
    'decision.not_found',
    'policy.refused',
    'policy.unavailable',
    'right.restricted',
    'vault.purpose_forbidden',
  ],
  async handle(kernel, { actor, params, query }) {
    const decision = await getDecision(kernel, actor, params.decisionId)
    const { purpose } = query
    if (purpose === undefined) return { status: 200, body: decisionReply(decision) }
    const { row } = await getCase(kernel, actor, { caseId: decision.caseId, by: 'decision.read' })
    const { secrets } = await reveal(kernel, actor, { row, decision, purpose })
    return { status: 200, body: decisionReply(decision, secrets) }
  },
})

const DecisionExportRow = DecisionReply.omit({ reasons: true }).extend({ reasons: z.string() })

const exportRoute = exportOperation({
  id: 'decisions.export',
  method: 'GET',
  path: '/v1/applications/{applicationId}/decisions',
  summary: 'All decisions of an application in the order they were made, as NDJSON or CSV',
  scope: 'decision.read',
  params: ApplicationParams,
  query: z.strictObject({
    purpose: z
      .literal('audit')
      .optional()
      .describe('Opens sealed reasons, a batch at a time; each batch is recorded with its exact count'),
  }),
  row: DecisionExportRow,
  refusals: ['access.application_foreign', 'policy.refused', 'policy.unavailable', 'vault.purpose_forbidden'],
  async *handle(kernel, { actor, params, query, signal }) {
    const { applicationId } = params
    const { purpose } = query
    requireApplication(actor, applicationId)
    if (purpose !== undefined) {
      officeOf(actor, purpose)
      const standing = agreedStanding(kernel, applicationId)
      await requireAllowed(kernel, actor, { applicationId, action: 'export', purpose, standing })
    }
    for await (const rows of streamDecisions(kernel, actor, { applicationId })) {
      signal.throwIfAborted()
      const secrets =
        purpose === undefined
          ? new Map<string, string>()
          : await openReasons(kernel, actor, { applicationId, purpose, decisions: rows })
      yield rows.map((row) => ({ ...decisionReply(row, secrets), reasons: visibleReasons(row, secrets) }))
    }
  },
})

export const operations: readonly AnyOperation[] = [submitRoute, streamRoute, showRoute, exportRoute]
