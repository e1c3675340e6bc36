/** `khudi model train` and `khudi model search`. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { EngineSettings } from '@khudi/sdk'
import { type Command, InvalidArgumentError } from 'commander'
import { z } from 'zod'
import type { Progress as EngineProgress, Waiting } from '../../kernel/decisions/tasks.ts'
import { diskCheckpoints } from '../../kernel/models/checkpoints.ts'
import { originOf } from '../../kernel/models/models.ts'
import { modelReply } from '../../kernel/models/routes.ts'
import { searchSettings } from '../../kernel/models/search.ts'
import { trainUnlessStopped } from '../../kernel/models/training.ts'
import { type Progress, progress } from '../progress.ts'
import { type CommandContext, type CommonOptions, Interrupted, withContext } from './context.ts'
import { application, hexOf, modelNameOf, whole } from './model-choice.ts'
import { type PeriodOptions, periodOf, withPeriod } from './period.ts'

interface TrainOptions extends CommonOptions, PeriodOptions {
  /** Name of the model in the application's declaration. */
  readonly name?: string
  readonly seed: number
  readonly settings?: EngineSettings
  readonly threads: number
}

const Settings = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]))

export function trainCommand(model: Command): void {
  withPeriod(
    model
      .command('train')
      .description('learns from the outcomes of a period; the result is a draft. Ctrl-C keeps where it is')
      .argument(...application),
  )
    .option('--name <model>', 'model to train; may be left out where the application declares one')
    .option('--seed <number>', 'seed; the same data, settings and seed give the same model', whole(0), 1)
    .option('--settings <json>', 'settings of the engine, as `khudi model search` prints them', settings)
    .option(
      '--threads <number>',
      'how many threads learn; the model is the same',
      whole(1),
      availableParallelism(),
    )
    .action(async (applicationId: string, _options: unknown, command: Command) => {
      const options: TrainOptions = command.optsWithGlobals()
      await withContext(options, (context) => train(context, applicationId, options))
    })
}

async function train(context: CommandContext, applicationId: string, options: TrainOptions): Promise<void> {
  const { kernel, actor, signal, platform, print } = context
  const shown = progress('Training')
  const interruption = {
    signal,
    checkpoints: diskCheckpoints(join(platform.settings.folder, 'checkpoints')),
    onResumed: () => process.stderr.write('Going on from where an earlier run was stopped.\n'),
  }
  const trained = await trainUnlessStopped(kernel, actor, {
    applicationId,
    modelName: modelNameOf(context, applicationId, options.name),
    ...periodOf(options),
    seed: options.seed,
    settings: options.settings,
    helpers: options.threads - 1,
    onProgress: shownOn(shown),
    interruption,
  })
  if (trained === undefined) throw stopped(shown)
  shown.end('done')
  const said = modelReply(trained)
  const origin = originOf(trained)
  print(said, [
    `${said.state} model ${said.modelDigest}`,
    ...(origin.isImported
      ? []
      : [
          `  learned from ${origin.training.examples.toLocaleString('en')} cases, ${origin.training.positives.toLocaleString('en')} positive`,
        ]),
    ...Object.entries(said.training.summary).map(([name, value]) => `  ${name}: ${rounded(value)}`),
    said.state === 'draft'
      ? `Put it live: khudi model promote ${applicationId} ${hexOf(trained).slice(0, 12)}`
      : '',
  ])
}

interface SearchOptions extends CommonOptions, PeriodOptions {
  readonly name?: string
  readonly seed: number
  readonly configurations: number
  readonly rounds: number
}

export function searchCommand(model: Command): void {
  withPeriod(
    model
      .command('search')
      .description(
        'looks for the settings to train with: many for a few rounds, the better of them for more; keeps nothing',
      )
      .argument(...application),
  )
    .option('--name <model>', 'model to search for; may be left out where the application declares one')
    .option('--seed <number>', 'seed; the same data and seed find the same settings', whole(0), 1)
    .option('--configurations <number>', 'how many settings are tried at first', whole(2), 27)
    .option('--rounds <number>', 'rounds of training of those that come through to the end', whole(1), 135)
    .action(async (applicationId: string, _options: unknown, command: Command) => {
      const options: SearchOptions = command.optsWithGlobals()
      await withContext(options, (context) => search(context, applicationId, options))
    })
}

async function search(context: CommandContext, applicationId: string, options: SearchOptions): Promise<void> {
  const { kernel, actor, signal, print } = context
  const { seed, configurations, rounds } = options
  const shown = progress('Searching')
  const waiting: Waiting = { signal, onProgress: shownOn(shown) }
  const period = periodOf(options)
  const modelName = modelNameOf(context, applicationId, options.name)
  const request = { applicationId, modelName, ...period, seed, configurations, rounds, waiting }
  const found = await searchSettings(kernel, actor, request)
  if (found === undefined) throw stopped(shown)
  shown.end('done')
  const [best] = found.trials
  print(found, [
    `Tried ${found.trials.length.toLocaleString('en')} settings in ${found.budgetRounds.toLocaleString('en')} rounds of training; ${found.metricName}, lower is better:`,
    ...found.trials
      .slice(0, 5)
      .map((one) => `  ${one.metric.toFixed(5)}  ${one.rounds} rounds  ${JSON.stringify(one.settings)}`),
    best === undefined
      ? ''
      : `Train with the best: khudi model train ${applicationId} --settings '${JSON.stringify(best.settings)}'`,
  ])
}

const shownOn =
  (shown: Progress) =>
  ({ done, total, metric, metricName }: EngineProgress) =>
    shown.update(done, total, metric === null ? undefined : `${metricName} ${metric.toFixed(4)}`)

/** Ends the line and says so; what was kept stays. */
function stopped(shown: Progress): Interrupted {
  shown.end('stopped')
  return new Interrupted()
}

function settings(text: string): EngineSettings {
  try {
    return Settings.parse(JSON.parse(text))
  } catch {
    throw new InvalidArgumentError('expected JSON such as {"learningRate": 0.05}')
  }
}

const rounded = (value: string | number) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value
