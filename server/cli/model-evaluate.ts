/** `khudi model evaluate` and `khudi model compare`. */
import type { EvaluationReport, Interval } from '@khudi/sdk'
import type { Command } from 'commander'
import { bootstrapQuality, compareScores, type ScoreComparison } from '../../engines/tabular/tabular.ts'
import { comparisonSet } from '../../kernel/models/comparison.ts'
import { evaluationSet } from '../../kernel/models/evaluation.ts'
import { evaluateModel, reportOf } from '../../kernel/models/evaluations.ts'
import type { LeftOut } from '../../kernel/models/examples.ts'
import { installed } from '../../kernel/register/register.ts'
import { progress } from '../progress.ts'
import { type CommandContext, type CommonOptions, Interrupted, withContext } from './context.ts'
import { application, hexOf, modelNameOf, modelOf } from './model-choice.ts'
import { type PeriodOptions, periodOf, withPeriod } from './period.ts'

interface EvaluateOptions extends CommonOptions, PeriodOptions {
  /** Name of the model in the application's declaration. */
  readonly name?: string
  readonly model?: string
}

/** Of what is drawn by lot. */
const seed = 1

export function evaluateCommand(model: Command): void {
  withPeriod(
    model
      .command('evaluate')
      .description('measures decisions of a period, or a model, against outcomes')
      .argument(...application),
  )
    .option('--name <model>', 'model to measure; may be left out where the application declares one')
    .option(
      '--model <digest>',
      'measure this model on the cases of the period, whatever was decided; the figures are kept and shown on its page',
    )
    .action(async (applicationId: string, _options: unknown, command: Command) => {
      const options: EvaluateOptions = command.optsWithGlobals()
      await withContext(options, (context) =>
        options.model === undefined
          ? evaluateDecisions(context, applicationId, options)
          : evaluateOne(context, { applicationId, digest: options.model, options }),
      )
    })
}

async function evaluateDecisions(
  context: CommandContext,
  applicationId: string,
  options: EvaluateOptions,
): Promise<void> {
  const { kernel, actor } = context
  const modelName = modelNameOf(context, applicationId, options.name)
  const period = periodOf(options)
  const request = { applicationId, modelName, model: undefined, ...period }
  const set = await evaluationSet(kernel, actor, request)
  const quality = bootstrapQuality(set, { seed })
  const { erased, withheld } = set
  const models = Object.fromEntries(set.models)
  context.print({ applicationId, ...period, models, erased, withheld, ...quality }, [
    `Models: ${[...set.models].map(([digest, count]) => `${digest.slice(0, 12)} (${count})`).join(', ')}`,
    ...leftOut(set),
    ...table(
      {
        ...quality,
        seed,
        capacities: quality.capacities.map(({ valueRecovered, ...one }) => ({
          ...one,
          value: valueRecovered,
        })),
      },
      valueLabelOf(context, applicationId, modelName),
    ),
  ])
}

async function evaluateOne(
  context: CommandContext,
  given: { readonly applicationId: string; readonly digest: string; readonly options: EvaluateOptions },
): Promise<void> {
  const { kernel, actor, signal, print } = context
  const { applicationId, digest, options } = given
  const model = await modelOf(context, applicationId, digest)
  const shown = progress('Measuring')
  const waiting = {
    signal,
    onProgress: ({ done, total }: { readonly done: number; readonly total: number }) =>
      shown.update(done, total),
  }
  const row = await evaluateModel(kernel, actor, { model, ...periodOf(options), seed, waiting })
  if (row === undefined) throw new Interrupted()
  shown.end('done')
  const kept = reportOf(row)
  const { erased, withheld, figures } = kept
  const { periodFrom: from, periodTo: to, evaluationId } = row
  print({ applicationId, evaluationId, modelDigest: hexOf(model), from, to, ...kept }, [
    `Model ${hexOf(model).slice(0, 12)}; kept and shown at /models/${applicationId}/${hexOf(model).slice(0, 12)}`,
    ...leftOut({ erased, withheld }),
    ...(kept.withoutFeatures === 0
      ? []
      : [
          `Left out, since the application made no features of them: ${kept.withoutFeatures.toLocaleString('en')}`,
        ]),
    ...table(figures, valueLabelOf(context, applicationId, model.modelName)),
    ...importanceLines(figures),
    ...driftLines(figures),
  ])
}

export function compareCommand(model: Command): void {
  withPeriod(
    model
      .command('compare')
      .description('measures two models side by side on the same cases of a period')
      .argument(...application)
      .argument('<digest>', 'digest of one model, or how it begins')
      .argument('<other>', 'of the other one'),
  ).action(async (applicationId: string, one: string, other: string, _options: unknown, command: Command) => {
    const options: CommonOptions & PeriodOptions = command.optsWithGlobals()
    await withContext(options, async (context) => {
      const { kernel, actor, print } = context
      const models = [
        await modelOf(context, applicationId, one),
        await modelOf(context, applicationId, other),
      ] as const
      const period = periodOf(options)
      const set = await comparisonSet(kernel, actor, { models, ...period })
      const compared = compareScores(set, { seed })
      const { erased, withheld } = set
      const names = models.map((model) => hexOf(model))
      print({ applicationId, ...period, models: names, erased, withheld, ...compared }, [
        ...leftOut(set),
        ...comparisonLines(
          compared,
          names.map((name) => name.slice(0, 12)),
        ),
      ])
    })
  })
}

function valueLabelOf({ kernel }: CommandContext, applicationId: string, modelName: string): string {
  const { models } = installed(kernel, applicationId).application
  return (Object.hasOwn(models, modelName) ? models[modelName] : undefined)?.valueLabel?.en ?? 'value'
}

/** Why cases were not measured. */
function leftOut({ erased, withheld }: LeftOut): string[] {
  const line = (count: number, why: string) =>
    count === 0 ? [] : [`Left out, since the person ${why}: ${count.toLocaleString('en')}`]
  return [...line(erased, 'has been erased'), ...line(withheld, 'did not consent or objected')]
}

const interval = ({ value, low, high }: Interval) =>
  `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`
const percent = (share: number) => `${(100 * share).toFixed(0)} %`

type Measures = Pick<
  EvaluationReport,
  | 'rows'
  | 'positives'
  | 'auc'
  | 'averagePrecision'
  | 'calibrationError'
  | 'capacities'
  | 'confidence'
  | 'resamples'
  | 'seed'
>

function table(quality: Measures, valueLabel: string): string[] {
  const header = `${'inspected'.padStart(9)}  ${'precision'.padEnd(22)}  ${'recall'.padEnd(22)}  ${valueLabel} recovered`
  const rows = quality.capacities.map(({ share, precision, recall, value }) => {
    const recovered = value === null ? '–' : interval(value)
    return `${percent(share).padStart(9)}  ${interval(precision).padEnd(22)}  ${interval(recall).padEnd(22)}  ${recovered}`
  })
  return [
    `${quality.rows.toLocaleString('en')} cases with an outcome, ${quality.positives.toLocaleString('en')} positive`,
    `AUC                ${interval(quality.auc)}`,
    `average precision  ${interval(quality.averagePrecision)}`,
    `calibration error  ${interval(quality.calibrationError)}`,
    header,
    ...rows,
    lots(quality),
  ]
}

const lots = ({ confidence, resamples, seed }: Pick<Measures, 'confidence' | 'resamples' | 'seed'>) =>
  `In brackets: ${percent(confidence)} interval, percentile bootstrap of ${resamples.toLocaleString('en')} resamples, seed ${seed}.`

function importanceLines({ importance }: EvaluationReport): string[] {
  if (importance.length === 0) return []
  return [
    'The log loss rises by so much where a feature is shuffled among the cases:',
    ...importance
      .slice(0, 10)
      .map(({ feature, increase }) => `  ${feature.padEnd(24)} ${interval(increase)}`),
  ]
}

function driftLines({ drift }: EvaluationReport): string[] {
  if (drift === null) return []
  const line = (name: string, { psi, ks, verdict }: typeof drift.score) =>
    `  ${name.padEnd(24)} PSI ${psi.toFixed(3)}  KS ${ks === null ? '–' : ks.toFixed(3)}  ${verdict.replaceAll('_', ' ')}`
  return [
    `Moved since the ${drift.rows.toLocaleString('en')} cases that it learned from:`,
    line('score', drift.score),
    ...drift.features.map(({ feature, ...moved }) => line(feature, moved)),
  ]
}

function comparisonLines(
  { rows, positives, measures, capacities, ...drawn }: ScoreComparison,
  [one = '', other = '']: readonly string[],
): string[] {
  const head = `${''.padEnd(18)}  ${one.padEnd(22)}  ${other.padEnd(22)}  difference`
  return [
    `${rows.toLocaleString('en')} cases with an outcome, ${positives.toLocaleString('en')} positive`,
    head,
    ...measures.map(
      ({ name, first, second, difference }) =>
        `${name.padEnd(18)}  ${interval(first).padEnd(22)}  ${interval(second).padEnd(22)}  ${interval(difference)}`,
    ),
    ...capacities.flatMap(({ share, selected, precision, recall, overlap }) => [
      `Inspecting ${percent(share)}, ${selected.toLocaleString('en')} cases; both choose ${overlap.toLocaleString('en')} of them (${percent(overlap / selected)}):`,
      ...[
        { name: '  precision', ...precision },
        { name: '  recall', ...recall },
      ].map(
        ({ name, first, second, difference }) =>
          `${name.padEnd(18)}  ${interval(first).padEnd(22)}  ${interval(second).padEnd(22)}  ${interval(difference)}`,
      ),
    ]),
    `${lots(drawn)} A difference is of the second less the first, on the same resamples: where its interval holds 0, none is shown.`,
  ]
}
