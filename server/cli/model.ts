import type { Command } from 'commander'
import { bootstrapQuality, type Estimate, type QualityEstimates } from '../../engines/tabular/tabular.ts'
import { Refusal } from '../../kernel/errors.ts'
import { evaluationSet } from '../../kernel/models/evaluation.ts'
import type { LeftOut } from '../../kernel/models/examples.ts'
import { type ModelRow, modelsOf, trainModel } from '../../kernel/models/models.ts'
import { promotionOf } from '../../kernel/models/promotion.ts'
import { modelReply } from '../../kernel/models/routes.ts'
import { propose, proposeAlone } from '../../kernel/proposals/proposals.ts'
import { proposalReply } from '../../kernel/proposals/routes.ts'
import { installed } from '../../kernel/register/register.ts'
import { progress } from '../progress.ts'
import { type CommandContext, type CommonOptions, withContext } from './context.ts'
import { type PeriodOptions, periodOf, withPeriod } from './period.ts'
import { type AloneOptions, alone, proposalLines } from './proposal.ts'

interface ModelOptions extends CommonOptions, PeriodOptions {
  /** Name of the model in the application's declaration. */
  readonly name?: string
  readonly seed?: string
  readonly model?: string
}

export function modelCommands(program: Command): void {
  const model = program.command('model').description('trains, promotes and measures models')
  trainCommand(model)
  promoteCommand(model)
  listCommand(model)
  evaluateCommand(model)
}

const application = ['<application>', 'id of the application'] as const

function trainCommand(model: Command): void {
  withPeriod(
    model
      .command('train')
      .description('learns from the outcomes of a period; the result is a draft')
      .argument(...application),
  )
    .option('--name <model>', 'model to train; may be left out where the application declares one')
    .option('--seed <number>', 'seed; the same data and seed give the same model', '1')
    .action(async (applicationId: string, _options: unknown, command: Command) => {
      const options: ModelOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const shown = progress('Training')
        const modelName = modelNameOf(
          installed(kernel, applicationId).application.models,
          applicationId,
          options.name,
        )
        const trained = await trainModel(kernel, actor, {
          applicationId,
          modelName,
          ...periodOf(options),
          seed: Number(options.seed),
          onProgress: ({ done, total }) => shown.update(done, total),
        })
        const said = modelReply(trained)
        shown.end('done')
        print(said, [
          `${said.state} model ${said.modelDigest}`,
          `  learned from ${said.training.examples.toLocaleString('en')} cases, ${said.training.positives.toLocaleString('en')} positive`,
          ...Object.entries(said.training.summary).map(([name, value]) => `  ${name}: ${rounded(value)}`),
          said.state === 'draft'
            ? `Put it live: khudi model promote ${applicationId} ${said.modelDigest.slice(0, 12)}`
            : '',
        ])
      })
    })
}

function promoteCommand(model: Command): void {
  model
    .command('promote')
    .description('proposes to make a model the live one; another person approves')
    .argument(...application)
    .argument('<digest>', 'digest of the model, or how it begins')
    .addOption(alone())
    .action(async (applicationId: string, digest: string, _options: unknown, command: Command) => {
      const options: CommonOptions & AloneOptions = command.optsWithGlobals()
      await withContext(options, async (context) => {
        const { kernel, actor, print } = context
        const row = await modelOf(context, applicationId, digest)
        const given = await promotionOf(kernel, actor, { applicationId, digest: row.modelDigest })
        const reason = options.breakGlass
        const made =
          reason === undefined
            ? await propose(kernel, actor, given)
            : await proposeAlone(kernel, actor, { ...given, reason })
        print(proposalReply(made), proposalLines(made))
      })
    })
}

function listCommand(model: Command): void {
  model
    .command('list')
    .description('models of an application, newest first')
    .argument(...application)
    .action(async (applicationId: string, _options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const models = (await modelsOf(kernel, actor, applicationId)).map(modelReply)
        const lines = models.map(
          ({ modelDigest, modelName, state, training }) =>
            `${modelDigest.slice(0, 12)}  ${state.padEnd(7)}  ${modelName}  ${training.from} to ${training.to}, ${training.examples.toLocaleString('en')} cases`,
        )
        print(models, lines.length > 0 ? lines : [`No models yet: khudi model train ${applicationId}`])
      })
    })
}

function evaluateCommand(model: Command): void {
  withPeriod(
    model
      .command('evaluate')
      .description('measures decisions of a period against their outcomes')
      .argument(...application),
  )
    .option('--name <model>', 'model to measure; may be left out where the application declares one')
    .option(
      '--model <digest>',
      'score the cases with this model instead of measuring the decisions that were made',
    )
    .action(async (applicationId: string, _options: unknown, command: Command) => {
      const options: ModelOptions = command.optsWithGlobals()
      await withContext(options, async (context) => {
        const { kernel, actor } = context
        const declared = installed(kernel, applicationId).application.models
        const modelName = modelNameOf(declared, applicationId, options.name)
        const chosen =
          options.model === undefined ? undefined : await modelOf(context, applicationId, options.model)
        const period = periodOf(options)
        const set = await evaluationSet(kernel, actor, { applicationId, modelName, model: chosen, ...period })
        const quality = bootstrapQuality(set, { seed: 1 })
        const valueLabel = declared[modelName]?.valueLabel?.en ?? 'value'
        const { erased, withheld } = set
        const models = Object.fromEntries(set.models)
        context.print({ applicationId, ...period, models, erased, withheld, ...quality }, [
          `Models: ${[...set.models].map(([digest, count]) => `${digest.slice(0, 12)} (${count})`).join(', ')}`,
          ...leftOut(set),
          ...table(quality, valueLabel),
        ])
      })
    })
}

/** Why cases were not measured. */
function leftOut({ erased, withheld }: LeftOut): string[] {
  const line = (count: number, why: string) =>
    count === 0 ? [] : [`Left out, since the person ${why}: ${count.toLocaleString('en')}`]
  return [...line(erased, 'has been erased'), ...line(withheld, 'did not consent or objected')]
}

function modelNameOf(
  models: Readonly<Record<string, unknown>>,
  applicationId: string,
  given: string | undefined,
): string {
  const [only, another] = Object.keys(models)
  const name = given ?? (another === undefined ? only : undefined)
  if (name === undefined) throw new Refusal('model.not_declared', { application: applicationId, model: '' })
  return name
}

async function modelOf(
  { kernel, actor }: CommandContext,
  applicationId: string,
  digest: string,
): Promise<ModelRow> {
  const models = await modelsOf(kernel, actor, applicationId)
  const [found, another] = models.filter((one) =>
    Buffer.from(one.modelDigest).toString('hex').startsWith(digest),
  )
  if (found === undefined) throw new Refusal('model.not_found', { application: applicationId, digest })
  if (another !== undefined) throw new Refusal('command.digest_ambiguous', { digest })
  return found
}

const rounded = (value: string | number) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value
const interval = ({ value, low, high }: Estimate) =>
  `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`

function table(quality: QualityEstimates, valueLabel: string): string[] {
  const header = `${'inspected'.padStart(9)}  ${'precision'.padEnd(22)}  ${'recall'.padEnd(22)}  ${valueLabel} recovered`
  const rows = quality.capacities.map(({ share, precision, recall, valueRecovered }) => {
    const value = valueRecovered === null ? '–' : interval(valueRecovered)
    return `${`${(100 * share).toFixed(0)} %`.padStart(9)}  ${interval(precision).padEnd(22)}  ${interval(recall).padEnd(22)}  ${value}`
  })
  return [
    `${quality.rows.toLocaleString('en')} cases with an outcome, ${quality.positives.toLocaleString('en')} positive`,
    `AUC                ${interval(quality.auc)}`,
    `average precision  ${interval(quality.averagePrecision)}`,
    `calibration error  ${interval(quality.calibrationError)}`,
    header,
    ...rows,
    `In brackets: ${(100 * quality.confidence).toFixed(0)} % interval, percentile bootstrap of ${quality.resamples.toLocaleString('en')} resamples, seed 1.`,
  ]
}
