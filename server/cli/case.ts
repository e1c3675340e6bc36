import type { Command } from 'commander'
import { z } from 'zod'
import { caseIdOf, getCase } from '../../kernel/cases/cases.ts'
import { type CaseFileReply, caseFileReply } from '../../kernel/cases/replies.ts'
import { type OutcomeRow, outcomesOf } from '../../kernel/outcomes/outcomes.ts'
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
    .action(async (applicationId: string, name: string, _options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const caseId = Uuid.safeParse(name).success
          ? name
          : await caseIdOf(kernel, actor, { applicationId: applicationId, reference: name })
        const file = caseFileReply(await getCase(kernel, actor, caseId))
        const reviews = await reviewsOf(kernel, actor, caseId)
        const outcomes = await outcomesOf(kernel, actor, caseId)
        print({ ...file, reviews, outcomes }, [
          ...caseLines(file),
          ...laterLines({ file, reviews, outcomes }),
        ])
      })
    })
}

function caseLines(file: CaseFileReply): readonly string[] {
  const { decision } = file
  const head = [
    `${file.applicationId} ${file.reference}, ${file.caseId}`,
    `  state        ${file.state}, version ${file.version}, of ${file.occurredOn}`,
  ]
  if (decision === null) return [...head, '  decision     none yet']
  const score = decision.score?.toFixed(3) ?? '–'
  return [
    ...head,
    `  decision     ${decision.recommendation ?? 'none: a model failed'}, score ${score}, ${decision.review}`,
    `  model        ${decision.modelDigest ?? '–'}`,
    ...decision.reasons.map(
      ({ code, weight, value }) =>
        `    ${weight >= 0 ? '+' : ''}${weight.toFixed(3)}  ${code} = ${value ?? '–'}`,
    ),
  ]
}

/** What happened after the decision, and the log's entries about the case. */
function laterLines(given: {
  readonly file: CaseFileReply
  readonly reviews: readonly ReviewRow[]
  readonly outcomes: readonly OutcomeRow[]
}): readonly string[] {
  return [
    ...given.reviews.map(
      ({ verdict, recommendation, reason }) =>
        `  review       ${verdict}: ${recommendation}${reason === null ? '' : `, "${reason}"`}`,
    ),
    ...given.outcomes.map(({ revision, payload }) => `  outcome ${revision}    ${payload}`),
    ...given.file.history.map(({ recordedAt, kind, actor }) => `  ${recordedAt}  ${kind}  ${actor}`),
  ]
}
