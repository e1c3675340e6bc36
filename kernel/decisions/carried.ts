/**
 * A model file holds the texts that its features have seen, and nothing erases them from it: what is sealed of a case must not
 * be among them.
 */
import { type Application, type FeatureRow, type FeatureSpecs, tellsSealed } from '@khudi/sdk'
import { Refusal } from '../errors.ts'
import { type Learned, withSealedOf } from './run.ts'

/** An example whose features are worked out. */
export interface FeaturedExample {
  readonly row: FeatureRow
  readonly learned: Learned
}

/** A district may have the name of an applicant. A few tries tell whether the feature is made from what is sealed. */
const mostHits = 5
const mostTrials = 10

/** @throws Refusal `model.carries_personal_data` */
export function refuseCarried(
  application: Application,
  modelName: string,
  examples: readonly FeaturedExample[],
): void {
  for (const [feature, hits] of hitsOf(
    textFeatures(application.models[modelName]?.features ?? {}),
    examples,
  )) {
    if (hits.some((hit) => isMadeFromSealed({ application, modelName, examples }, hit, feature)))
      throw new Refusal('model.carries_personal_data', { model: modelName, feature })
  }
}

/** Numbers are compared, not kept: a model has thresholds between them. */
function textFeatures(features: FeatureSpecs): readonly string[] {
  return Object.entries(features).flatMap(([name, { kind }]) => (kind === 'number' ? [] : [name]))
}

/** The first examples of each feature in which it tells something that is sealed of the same case. */
function hitsOf(
  features: readonly string[],
  examples: readonly FeaturedExample[],
): ReadonlyMap<string, readonly FeaturedExample[]> {
  const hits = new Map<string, FeaturedExample[]>()
  for (const example of examples) {
    const sealed = example.learned.sealed?.()
    if (sealed === undefined) continue
    for (const feature of features) {
      if (!tellsSealed(sealed, example.row[feature] ?? null)) continue
      const known = hits.get(feature) ?? []
      hits.set(feature, known)
      if (known.length < mostHits) known.push(example)
    }
  }
  return hits
}

interface Training {
  readonly application: Application
  readonly modelName: string
  readonly examples: readonly FeaturedExample[]
}

/**
 * Puts what is sealed of other cases into this one: a feature that stays the same each time is not made from it. Where no
 * other case fits, the feature is held to be.
 */
function isMadeFromSealed(
  { application, modelName, examples }: Training,
  hit: FeaturedExample,
  feature: string,
) {
  const value = hit.row[feature] ?? null
  let trials = 0
  for (const { learned } of examples) {
    if (learned.sealed === undefined || tellsSealed(learned.sealed(), value)) continue
    const changed = withSealedOf(application, modelName, { of: hit.learned, from: learned })
    if (changed === undefined) continue
    if ((changed[feature] ?? null) !== value) return true
    trials += 1
    if (trials === mostTrials) return false
  }
  return trials === 0
}
