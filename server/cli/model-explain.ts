/** `khudi model explain`: the reasons of a case, or of features that somebody gives, as sentences. */
import { readFile } from 'node:fs/promises'
import {
  type Explanation,
  type FeatureRow,
  type FeatureSpecs,
  type Language,
  languages,
  type Reason,
  sentenceFor,
} from '@khudi/sdk'
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { caseIdOf } from '../../kernel/cases/cases.ts'
import { ReadingPurpose } from '../../kernel/cases/open.ts'
import { Refusal } from '../../kernel/errors.ts'
import { explainCase, explainRow } from '../../kernel/models/explanation.ts'
import { type ModelRow, modelSpecOf } from '../../kernel/models/models.ts'
import { installed } from '../../kernel/register/register.ts'
import { formatsOf } from '../pages/text/format.ts'
import { type CommandContext, type CommonOptions, withContext } from './context.ts'
import { application, hexOf, modelOrLive } from './model-choice.ts'

interface ExplainOptions extends CommonOptions {
  readonly name?: string
  readonly model?: string
  readonly row?: string
  readonly purpose?: ReadingPurpose
  readonly lang: Language
}

const Uuid = z.uuid()
const Row = z.record(z.string(), z.union([z.number(), z.string(), z.null()]))

export function explainCommand(model: Command): void {
  model
    .command('explain')
    .description(
      'says why a model scores a case as it does: every reason as a sentence, the weightiest first',
    )
    .argument(...application)
    .argument('[case]', "the case's id, or the institution's own reference")
    .option('--row <file>', 'a JSON file of features instead of a case')
    .option('--model <digest>', 'the model to ask; the live one unless given')
    .option('--name <model>', 'which live model; may be left out where the application declares one')
    .addOption(new Option('--lang <language>', 'language of the sentences').choices(languages).default('en'))
    .addOption(
      new Option(
        '--purpose <purpose>',
        'opens personal data; the read is recorded, and the person concerned sees it',
      ).choices(ReadingPurpose.options),
    )
    .action(async (applicationId: string, which: string | undefined, _options: unknown, command: Command) => {
      const options: ExplainOptions = command.optsWithGlobals()
      await withContext(options, async (context) => {
        const row = await modelOrLive(context, applicationId, { digest: options.model, name: options.name })
        const explained = await explain(context, { row, which, options })
        const { features } = modelSpecOf(installed(context.kernel, applicationId), row.modelName)
        context.print(
          { modelDigest: hexOf(row), ...explained },
          explanationLines(explained, features, options.lang),
        )
      })
    })
}

async function explain(
  { kernel, actor }: CommandContext,
  given: { readonly row: ModelRow; readonly which: string | undefined; readonly options: ExplainOptions },
): Promise<Explanation> {
  const { row: model, which, options } = given
  if ((which === undefined) === (options.row === undefined)) throw new Refusal('command.case_or_row')
  if (options.row !== undefined) return explainRow(kernel, model, await featuresIn(options.row))
  const reference = which ?? ''
  const { applicationId } = model
  const caseId = Uuid.safeParse(reference).success
    ? reference
    : await caseIdOf(kernel, actor, { applicationId, reference })
  return explainCase(kernel, actor, { model, caseId, purpose: options.purpose })
}

async function featuresIn(file: string): Promise<FeatureRow> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new Refusal('command.file_missing', { file }, { cause })
  }
  try {
    return Row.parse(JSON.parse(text))
  } catch (cause) {
    throw new Refusal('command.row_invalid', { file }, { cause })
  }
}

/** `+0.412  Declared value per kg: 0.8` */
function explanationLines(
  { score, margin, expectedMargin, reasons }: Explanation,
  features: FeatureSpecs,
  language: Language,
): string[] {
  const width = Math.max(...reasons.map(({ weight }) => signed(weight).length), 0)
  return [
    `score ${score.toFixed(4)}: margin ${signed(margin)} = ${signed(expectedMargin)} of a case of which nothing is known, and`,
    ...reasons.map(
      (reason) => `  ${signed(reason.weight).padStart(width)}  ${sentence(reason, features, language)}`,
    ),
  ]
}

const signed = (weight: number) => `${weight >= 0 ? '+' : ''}${weight.toFixed(4)}`

/** The application's sentence for a reason; where it has none, or the value is not known, the feature's label and the value. */
function sentence(
  { code, value, compared = {} }: Reason,
  features: FeatureSpecs,
  language: Language,
): string {
  const feature = Object.hasOwn(features, code) ? features[code] : undefined
  const said = (one: Reason['value']) =>
    typeof one === 'number' ? formatsOf(language).number(one) : one === null ? '–' : String(one)
  const learned = feature === undefined ? undefined : sentenceFor(feature, { value, compared })
  if (learned === undefined) return `${feature?.label[language] ?? code}: ${said(value)}`
  return learned[language].replace(/\{(\w+)\}/g, (place, name: string) => {
    if (name === 'value') return said(value)
    return Object.hasOwn(compared, name) ? said(compared[name] ?? null) : place
  })
}
