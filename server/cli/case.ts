import { type Command, Option } from 'commander'
import { z } from 'zod'
import { caseIdOf, getCase } from '../../kernel/cases/cases.ts'
import { ReadingPurpose, reveal, visibleWords } from '../../kernel/cases/open.ts'
import { type CaseFileReply, caseFileReply } from '../../kernel/cases/replies.ts'
import { outcomesOf } from '../../kernel/outcomes/outcomes.ts'
import { type OutcomeReply, outcomeReply } from '../../kernel/outcomes/replies.ts'
import { type ReviewRow, reviewsOf } from '../../kernel/reviews/reviews.ts'
import { type CommonOptions, withContext } from './context.ts'

const Uuid = z.uuid()

export function caseCommands(program: Command): void {
  program
    .command('case')
    .description('shows cases')
    .command('show')
    .description('one case with its decision, reviews, outcomes and history')
    .argument('<application>', 'id of the application')
    .argument('<case>', "the case's id, or the institution's own reference")
    .addOption(
      new Option(
        '--purpose <purpose>',
        'opens personal data; the read is recorded, and the person concerned sees it',
      ).choices(ReadingPurpose.options),
    )
    .action(async (applicationId: string, name: string, _options: unknown, command: Command) => {
      const options: CommonOptions & { readonly purpose?: ReadingPurpose } = command.optsWithGlobals()
      const { purpose } = options
      await withContext(options, async ({ kernel, actor, print }) => {
        const caseId = Uuid.safeParse(name).success
          ? name
          : await caseIdOf(kernel, actor, { applicationId: applicationId, reference: name })
        const { row, decision, history } = await getCase(kernel, actor, caseId)
        const reviews = await reviewsOf(kernel, actor, caseId)
        const outcomes = await outcomesOf(kernel, actor, caseId)
        const unsealed = await reveal(kernel, actor, { row, decision, reviews, outcomes, purpose })
        const file = caseFileReply({ row, decision, history }, unsealed)
        const later: Later = {
          reviews: reviews.map(({ sealed, ...review }) => ({
            ...review,
            reason: visibleWords({ sealed, ...review }, unsealed.secrets),
            sealed: sealed !== null && !unsealed.secrets.has(review.reviewId),
          })),
          outcomes: outcomes.map((outcome) => outcomeReply(outcome, unsealed.secrets)),
        }
        print({ ...file, ...later }, [...caseLines(file), ...laterLines(file, later)])
      })
    })
}

/** What came after the decision, as far as it was opened. */
interface Later {
  readonly reviews: readonly (Omit<ReviewRow, 'sealed'> & { readonly sealed: boolean })[]
  readonly outcomes: readonly OutcomeReply[]
}

function caseLines(file: CaseFileReply): readonly string[] {
  const { decision } = file
  const head = [
    `${file.applicationId} ${file.reference}, ${file.caseId}`,
    `  state        ${file.state}, version ${file.version}, of ${file.occurredOn}`,
  ]
  if (file.erasedAt !== null) head.push(`  personal     erased at ${file.erasedAt}`)
  else if (file.sealed) head.push('  personal     sealed; --purpose opens it')
  else head.push(`  payload      ${JSON.stringify(file.payload)}`)
  if (decision === null) return [...head, '  decision     none yet']
  const score = decision.score?.toFixed(3) ?? '–'
  return [
    ...head,
    `  decision     ${decision.recommendation ?? 'none: a model failed'}, score ${score}, ${decision.review}`,
    `  model        ${decision.modelDigest ?? '–'}`,
    ...decision.reasons.map(
      ({ code, weight, value }) =>
        `    ${weight >= 0 ? '+' : ''}${weight.toFixed(3)}  ${code} = ${decision.sealed ? 'sealed' : (value ?? '–')}`,
    ),
  ]
}

/** What happened after the decision, and the log's entries about the case. */
function laterLines({ history }: CaseFileReply, { reviews, outcomes }: Later): readonly string[] {
  return [
    ...reviews.map(
      ({ verdict, recommendation, reason, sealed }) =>
        `  review       ${verdict}: ${recommendation}${sealed ? ', reason sealed' : reason === null ? '' : `, "${reason}"`}`,
    ),
    ...outcomes.map(
      ({ revision, payload, sealed }) =>
        `  outcome ${revision}    ${JSON.stringify(payload)}${sealed ? ' and sealed fields' : ''}`,
    ),
    ...history.map(
      ({ recordedAt, kind, actor, index }) => `  ${recordedAt}  ${kind}  ${actor}  ${index ?? 'on its way'}`,
    ),
  ]
}
