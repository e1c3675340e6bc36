import type { z } from 'zod'
import type { FeatureRow, FeatureSpecs } from './features.ts'
import type { LegalBasis } from './legal-basis.ts'
import type { BilingualText } from './text.ts'

/** How protected the cases of an application are; each class includes the duties of those before it. */
export const classifications = ['open', 'official', 'personal', 'sensitive'] as const
export type Classification = (typeof classifications)[number]

/**
 * When an officer looks at a recommendation before it takes effect.
 *
 * - `role` alone: always, by an officer of that role.
 * - `sample`: a share in [0, 1] of cases, drawn by the institution's secret, goes to the role; the rest takes effect at once.
 */
export interface ReviewRule<Role extends string> {
  readonly role: Role
  readonly sample?: number
}

/** One thing the application may recommend. */
export interface RecommendationSpec<Role extends string> {
  readonly label: BilingualText
  /** Adverse to the person concerned. Such a recommendation always needs a review rule without `sample`. */
  readonly adverse?: boolean
  readonly review: ReviewRule<Role>
}

/** Why: a code declared by the application or a feature of its model, with what it weighs and the value it speaks of. */
export interface Reason {
  readonly code: string
  /** Share of the score's margin that it contributes; positive pushes towards the adverse side. */
  readonly weight: number
  readonly value: string | number | boolean | null
  /**
   * Figures that the value is compared with, by the name that the reason's sentence calls them: for a category `seen` and
   * `positive`.
   */
  readonly compared?: Readonly<Record<string, number>> | undefined
}

/** What a model says about one case. */
export interface Score {
  /** Probability in [0, 1]. */
  readonly score: number
  /** Largest contributions first. */
  readonly reasons: readonly Reason[]
}

/** A model an application may call. The engine trains and serves it; the application declares what it sees. */
export interface ModelSpec<Case = unknown, Outcome = unknown, F extends FeatureSpecs = FeatureSpecs> {
  /** Name of the engine's folder. */
  readonly engine: string
  readonly features: F
  /** Pure: the same function for training and for serving, so that the two cannot drift apart. */
  extract(this: void, given: Case): FeatureRow<F>
  /** Whether the outcome is what the model is to find; `undefined` where it teaches nothing. */
  label(this: void, outcome: Outcome): boolean | undefined
  /** What finding this case is worth, in the unit that `valueLabel` names; measures "value recovered". */
  value?(this: void, given: Case): number
  readonly valueLabel?: BilingualText
}

/** A model as `decide` sees it. */
export interface ModelHandle<Case> {
  /** Scores the case. Throws where the model fails; the kernel then sends the case to an officer unaided. */
  score(this: void, given: Case): Promise<Score>
}

export interface DecideContext<Case, Models extends string> {
  readonly models: { readonly [Name in Models]: ModelHandle<Case> }
}

/** What `decide` answers. */
export interface Decided<Recommendation extends string> {
  readonly recommendation: Recommendation
  readonly score?: number
  readonly reasons: readonly Reason[]
}

/** What a demonstration, a benchmark or a test asks a maker of samples for. */
export interface SampleOptions {
  /** Same seed, same cases. A whole number from 0 to 2⁵³ − 1. */
  readonly seed: number
  readonly count: number
}

/** A made-up case in its JSON form, with what would turn out to be true of it. */
export interface SampleCase<CaseInput = unknown, OutcomeInput = unknown> {
  readonly case: CaseInput
  readonly outcome?: OutcomeInput
}

/** How long the law requires cases to be kept, counted from the day each belongs to. */
export interface Retention {
  /** A whole number from 1 to 100. */
  readonly years: number
  /** The law that says so, with section, as it is told to a person whose erasure has to wait. */
  readonly law: BilingualText
  /**
   * What becomes of a case after that: `anonymise` takes everything out that was sealed of it and leaves what is operational,
   * `keep` leaves it as it is, since the law asks for that. Where it is left out, the institution's rule for the classification
   * says; where that says nothing either, the case is kept.
   */
  readonly after?: 'anonymise' | 'keep'
}

/** The declaration of an application; everything the platform does with it comes from here. */
export interface ApplicationSpec<
  C extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  Models extends Readonly<Record<string, ModelSpec<z.output<C>, z.output<O>>>> = Readonly<
    Record<string, ModelSpec<z.output<C>, z.output<O>>>
  >,
  Recommendation extends string = string,
  Role extends string = string,
> {
  /** The folder's name. */
  readonly id: string
  readonly title: BilingualText
  readonly purpose: BilingualText
  /** On what its decisions stand in law: which kind of basis, which statute, which section. */
  readonly legalBasis: LegalBasis
  /** How protected its cases are; fields that say nothing themselves are kept accordingly (`protectionPlan`). */
  readonly classification: Classification
  /** Nobody whose case must still be kept is erased. Left out where no law asks for it. */
  readonly retention?: Retention
  readonly case: C
  readonly outcome: O
  /** Roles of officers that only this application knows; `examiner` becomes `<id>.examiner`. */
  readonly roles: Readonly<Record<Role, BilingualText>>
  readonly models: Models
  readonly recommendations: Readonly<Record<Recommendation, RecommendationSpec<NoInfer<Role>>>>
  /** Who decides unaided when a model fails. */
  readonly fallback: { readonly role: NoInfer<Role> }
  /** Sentences of reasons that are not features, by code. `{value}` stands for the reason's value. */
  readonly reasons?: Readonly<Record<string, BilingualText>>
  /**
   * The institution's own number of the case: the same number is the same case. At most 200 characters. Kept in clear, so
   * made from operational fields.
   */
  reference(this: void, given: z.output<C>): string
  /** Date (`YYYY-MM-DD`) the case belongs to; periods of training, decision and measurement go by it. */
  occurredOn(this: void, given: z.output<C>): string
  /**
   * Whom it is about, as `scheme:identifier`; `undefined` where it is about nobody. What is personal in a case is sealed under
   * the key of this person, read and erased with it; where nobody is named, under a key of the case alone.
   */
  subject?(this: void, given: z.output<C>): string | undefined
  /**
   * Code of the unit of the institution whose case it is (a collectorate, a tehsil): whoever holds a role at this unit, or at
   * one above it, sees the case. Made from operational fields, since it is kept in clear. Where it is left out or answers
   * `undefined`, the case is the institution's as a whole. A code that the institution's units do not have is refused, as long
   * as it has units at all.
   *
   * @example
   * ```ts
   * import { record, text } from '@khudi/sdk'
   * const Case = record({ tehsil: text({ en: 'Tehsil code', ur: 'تحصیل کا کوڈ' }, { max: 40 }) })
   * const unit = ({ tehsil }: import('zod').infer<typeof Case>) => tehsil
   * ```
   */
  unit?(this: void, given: z.output<C>): string | undefined
  /** The fields an officer sees in the queue, as paths into the case (`importer.district`). Operational ones only. */
  readonly summary: readonly string[]
  /**
   * Makes cases for demonstration and benchmark, in the order in which they occur. Nobody real appears in them, and the
   * same options give the same bytes. Lazy, so that a million need no memory.
   */
  sample?(this: void, options: SampleOptions): Iterable<SampleCase<z.input<C>, z.input<O>>>
  decide(
    this: void,
    given: z.output<C>,
    context: DecideContext<z.output<C>, keyof NoInfer<Models> & string>,
  ): Promise<Decided<NoInfer<Recommendation>>>
}

/** An application of unknown types, as the platform holds it. Its functions only ever see what its own schemas parsed. */
export interface Application {
  readonly id: string
  readonly title: BilingualText
  readonly purpose: BilingualText
  readonly legalBasis: LegalBasis
  readonly classification: Classification
  readonly retention?: Retention
  readonly case: z.ZodType
  readonly outcome: z.ZodType
  readonly roles: Readonly<Record<string, BilingualText>>
  readonly models: Readonly<Record<string, AnyModelSpec>>
  readonly recommendations: Readonly<Record<string, RecommendationSpec<string>>>
  readonly fallback: { readonly role: string }
  readonly reasons?: Readonly<Record<string, BilingualText>>
  reference(given: unknown): string
  occurredOn(given: unknown): string
  subject?(given: unknown): string | undefined
  unit?(given: unknown): string | undefined
  readonly summary: readonly string[]
  sample?(options: SampleOptions): Iterable<SampleCase>
  decide(given: unknown, context: DecideContext<unknown, string>): Promise<Decided<string>>
}

/** A model of an application of unknown types. */
export interface AnyModelSpec {
  /** Name of the engine's folder. */
  readonly engine: string
  readonly features: FeatureSpecs
  extract(given: unknown): FeatureRow
  label(outcome: unknown): boolean | undefined
  value?(given: unknown): number
  readonly valueLabel?: BilingualText
}
