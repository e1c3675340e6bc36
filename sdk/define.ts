import type { z } from 'zod'
import type { Application, ApplicationSpec, ModelSpec } from './application.ts'
import { checkDeclaration } from './declaration.ts'
import type { FeatureSpecs } from './features.ts'

/**
 * Gives a model's types to its declaration; `case` and `outcome` are only read for their types.
 *
 * @example
 * ```ts
 * import { defineModel, flag, measure, record } from '@khudi/sdk'
 * const Case = record({ areaM2: measure({ en: 'Area', ur: 'رقبہ' }, 'm2') })
 * const Outcome = record({ isFit: flag({ en: 'Fit', ur: 'درست' }) })
 * const risk = defineModel(
 *   { case: Case, outcome: Outcome },
 *   {
 *     engine: 'tabular',
 *     features: { areaM2: { kind: 'number', label: { en: 'Area', ur: 'رقبہ' } } },
 *     extract: ({ areaM2 }) => ({ areaM2 }),
 *     label: ({ isFit }) => !isFit,
 *   },
 * )
 * ```
 */
export function defineModel<C extends z.ZodType, O extends z.ZodType, const F extends FeatureSpecs>(
  _schemas: { readonly case: C; readonly outcome: O },
  spec: ModelSpec<z.output<C>, z.output<O>, F>,
): ModelSpec<z.output<C>, z.output<O>, F> {
  return spec
}

/**
 * Declares an application. A misspelt recommendation, role or model does not compile; what types cannot say is checked here.
 *
 * @throws Error naming the application and the rule that its declaration breaks.
 *
 * @example
 * ```ts
 * import { date, defineApplication, choice, record, text } from '@khudi/sdk'
 *
 * export default defineApplication({
 *   id: 'licences',
 *   title: { en: 'Shop licences', ur: 'دکان لائسنس' },
 *   purpose: { en: 'Choose which applications to inspect', ur: 'معائنے کے لیے درخواستوں کا انتخاب' },
 *   legalBasis: { kind: 'public_task', law: { en: 'Local Government Act 2013', ur: 'لوکل گورنمنٹ ایکٹ 2013' }, section: '54' },
 *   classification: 'official',
 *   case: record({
 *     number: text({ en: 'Number', ur: 'نمبر' }),
 *     filedOn: date({ en: 'Filed on', ur: 'تاریخ' }),
 *   }),
 *   outcome: record({
 *     finding: choice({ en: 'Finding', ur: 'نتیجہ' }, { fit: { en: 'Fit', ur: 'درست' }, unfit: { en: 'Unfit', ur: 'نادرست' } }),
 *   }),
 *   roles: { inspector: { en: 'Inspector', ur: 'انسپکٹر' } },
 *   models: {},
 *   recommendations: {
 *     inspect: { label: { en: 'Inspect', ur: 'معائنہ' }, adverse: true, review: { role: 'inspector' } },
 *   },
 *   fallback: { role: 'inspector' },
 *   reasons: { first: { en: 'Every first application is inspected', ur: 'ہر پہلی درخواست کا معائنہ ہوتا ہے' } },
 *   reference: (given) => given.number,
 *   occurredOn: (given) => given.filedOn,
 *   summary: ['number'],
 *   decide: async () => ({ recommendation: 'inspect', reasons: [{ code: 'first', weight: 1, value: null }] }),
 * })
 * ```
 */
export function defineApplication<
  C extends z.ZodType,
  O extends z.ZodType,
  const Models extends Readonly<Record<string, ModelSpec<z.output<C>, z.output<O>>>>,
  Recommendation extends string,
  Role extends string,
>(spec: ApplicationSpec<C, O, Models, Recommendation, Role>): Application {
  checkDeclaration(spec)
  return spec
}
