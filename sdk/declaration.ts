/** The rules of a declaration that its types cannot state; broken ones are found when the application is loaded. */
import type { Application } from './application.ts'
import { describeFields } from './describe.ts'
import type { FeatureSpec, FeatureSpecs } from './features.ts'
import { legalBasisKinds } from './legal-basis.ts'
import { protectionPlan } from './protection.ts'
import type { BilingualText } from './text.ts'

type Declaration = Pick<
  Application,
  | 'id'
  | 'legalBasis'
  | 'classification'
  | 'case'
  | 'outcome'
  | 'roles'
  | 'models'
  | 'recommendations'
  | 'fallback'
  | 'summary'
> &
  Pick<Application, 'reasons' | 'retention' | 'subject'>

/**
 * Whether a text can be the id of an application: the name of its folder, its database schema and its addresses.
 *
 * @example
 * ```ts
 * import { isApplicationId } from '@khudi/sdk'
 * isApplicationId('land-survey') // true
 * isApplicationId('Land Survey') // false
 * ```
 */
export function isApplicationId(id: string): boolean {
  return /^[a-z][a-z0-9-]{1,39}$/.test(id)
}

type Refuse = (rule: string) => never

/** @throws Error naming the application and the rule that its declaration breaks. */
export function checkDeclaration(declaration: Declaration): void {
  const refuse: Refuse = (rule) => {
    throw new Error(`application "${declaration.id}": ${rule}`)
  }
  if (!isApplicationId(declaration.id)) refuse('the id is 2 to 40 lower-case letters, digits and dashes')
  checkLegalBasis(declaration, refuse)
  checkRoles(declaration, refuse)
  checkRecommendations(declaration, refuse)
  checkReasons(declaration, refuse)
  checkFields(declaration, refuse)
  checkRetention(declaration, refuse)
}

function checkLegalBasis({ legalBasis, subject }: Declaration, refuse: Refuse): void {
  const { kind, law, section } = legalBasis
  if (!legalBasisKinds.includes(kind)) refuse(`its legal basis is of a kind: ${legalBasisKinds.join(', ')}`)
  if (law.en.trim() === '' || law.ur.trim() === '') refuse('it names the law that permits its decisions')
  if (!/^[0-9A-Za-z]/.test(section)) refuse('it names the section of that law, beginning with its number')
  if (kind === 'consent' && subject === undefined)
    refuse('it stands on consent and does not say whose: declare subject')
}

function checkRoles({ roles, fallback }: Declaration, refuse: Refuse): void {
  for (const role of Object.keys(roles)) checkCode('role', role, refuse)
  if (!Object.hasOwn(roles, fallback.role)) refuse(`fallback role "${fallback.role}" is not among its roles`)
}

function checkRecommendations({ recommendations, roles }: Declaration, refuse: Refuse): void {
  const declared = Object.entries(recommendations)
  if (declared.length === 0) refuse('it must be able to recommend something')
  for (const [code, { adverse, review }] of declared) {
    checkCode('recommendation', code, refuse)
    if (!Object.hasOwn(roles, review.role))
      refuse(`review role "${review.role}" of "${code}" is not among its roles`)
    if (review.sample !== undefined && !(review.sample >= 0 && review.sample <= 1)) {
      refuse(`the review sample of "${code}" is a share from 0 to 1`)
    }
    if (adverse === true && review.sample !== undefined) {
      refuse(`"${code}" is adverse, so an officer reviews every one: drop its sample`)
    }
  }
}

const placeholders = (sentence: string): ReadonlySet<string> => new Set(sentence.match(/\{\w+\}/g))

/** A code of a reason must lead to one sentence, and the sentence must speak of the same value in both languages. */
function checkReasons({ models, reasons = {} }: Declaration, refuse: Refuse): void {
  const sentences = new Map<string, BilingualText | undefined>(Object.entries(reasons))
  for (const [name, { features }] of Object.entries(models)) {
    checkCode('model', name, refuse)
    if (Object.keys(features).length === 0) refuse(`model "${name}" sees no feature`)
    for (const [feature, spec] of Object.entries(features)) {
      if (Object.hasOwn(reasons, feature)) refuse(`"${feature}" is both a reason and a feature: rename one`)
      sentences.set(`${name}.${feature}`, spec.reason)
      sentences.set(`${name}.${feature} (unseen)`, spec.unseen)
      sentences.set(`${name}.${feature} (comparison)`, spec.comparison?.sentence)
      checkComparison(features, { feature, spec }, refuse)
    }
  }
  for (const [code, sentence] of sentences) {
    if (sentence === undefined) continue
    const [en, ur] = [placeholders(sentence.en), placeholders(sentence.ur)]
    const alone = [...en.symmetricDifference(ur)][0]
    if (alone !== undefined) refuse(`the sentence of "${code}" names ${alone} in one language only`)
  }
}

function checkComparison(
  features: FeatureSpecs,
  { feature, spec: { kind, comparison } }: { readonly feature: string; readonly spec: FeatureSpec },
  refuse: Refuse,
): void {
  if (comparison === undefined) return
  if (kind !== 'number') refuse(`"${feature}" is no number, and only numbers are compared`)
  const by = Object.hasOwn(features, comparison.by) ? features[comparison.by]?.kind : undefined
  if (by !== 'code' && by !== 'category')
    refuse(`"${feature}" is compared by "${comparison.by}", which is no code or category of its model`)
}

function checkFields(declaration: Declaration, refuse: Refuse): void {
  const { classification } = declaration
  for (const schema of [declaration.case, declaration.outcome]) {
    for (const { path, kind, protection } of describeFields(schema)) {
      if (kind === 'identifier' && protection === 'operational')
        refuse(`"${path}" is a national identifier, which is never kept in clear: say personal or sensitive`)
    }
  }
  const { protections } = protectionPlan(declaration.case, classification)
  protectionPlan(declaration.outcome, classification)
  for (const path of declaration.summary) {
    const protection = protections.get(path)
    if (protection === undefined) refuse(`its summary names "${path}", which is not a field of its case`)
    if (protection !== 'operational')
      refuse(`its summary names "${path}", which is ${protection}: lists and queues show operational fields`)
  }
}

function checkRetention({ retention }: Declaration, refuse: Refuse): void {
  if (retention === undefined) return
  const { years, law } = retention
  if (!Number.isSafeInteger(years) || years < 1 || years > 100)
    refuse('cases are kept for a whole number of years, 1 to 100')
  if (law.en.trim() === '' || law.ur.trim() === '') refuse('it names the law that requires cases to be kept')
}

function checkCode(what: string, code: string, refuse: Refuse): void {
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(code)) refuse(`${what} "${code}" is not a lower-case code`)
}
