/** A bench for an application's own tests: everything real but the engine, whose scores the test states. */
import { disclosuresOf } from './disclosures.ts'
import type { Application, Decided, FeatureSpecs, SampleCase, Score } from './index.ts'
import { readCase } from './read.ts'

/** What a stand-in model answers: a probability, or an error it fails with. */
export type StandIn = number | Error

export interface TestBench {
  /** Decides a case with the stated answers of its models. Throws what the kernel would treat as a refusal or a failure. */
  decide(given: unknown, models?: Readonly<Record<string, StandIn>>): Promise<Decided<string>>
  /** Paths of the fields that the case schema refuses; empty for a case it takes. */
  refusedFields(given: unknown): readonly string[]
  /**
   * What would be kept in clear of a person or taken into a model, as sentences that name the field: a national identifier
   * in an operational text, a sealed value in reference, summary or a feature of text, fields about nobody. Throws for a
   * case that the schema refuses.
   */
  disclosures(cases: Iterable<SampleCase>): readonly string[]
}

/** Enough that every turn of a maker of samples shows, few enough that no test waits for it. */
const scannedSamples = 100

/**
 * Sets an application up for its tests. Its first hundred sample cases are looked through for `disclosures`.
 *
 * @throws TypeError saying what is disclosed
 *
 * @example
 * ```ts
 * import { testApplication } from '@khudi/sdk/test'
 * import { strict as assert } from 'node:assert'
 * import application from './application.ts'
 *
 * const bench = testApplication(application)
 * const { recommendation } = await bench.decide({ number: 'A-1', filedOn: '2026-01-31' })
 * assert.equal(recommendation, 'inspect')
 * ```
 */
export function testApplication(application: Application): TestBench {
  const disclosed = disclosuresOf(application, application.sample?.({ seed: 1, count: scannedSamples }) ?? [])
  if (disclosed.length > 0) throw new TypeError(`application "${application.id}": ${disclosed.join('; ')}`)
  return {
    disclosures: (cases) => disclosuresOf(application, cases),
    async decide(given, standIns = {}) {
      const read = readCase(application, given)
      if (!read.ok)
        throw new TypeError(read.problems.map(({ field, code }) => `${field}: ${code}`).join('; '))
      const models = Object.fromEntries(
        Object.entries(application.models).map(([name, spec]) => [
          name,
          {
            score: async (value: unknown) => standInScore(spec.extract(value), spec.features, standIns[name]),
          },
        ]),
      )
      const decided = await application.decide(read.value.value, { models })
      if (!(decided.recommendation in application.recommendations)) {
        throw new TypeError(`"${decided.recommendation}" is not a declared recommendation`)
      }
      return decided
    },
    refusedFields(given) {
      const read = readCase(application, given)
      return read.ok ? [] : read.problems.map(({ field }) => field)
    },
  }
}

function standInScore(
  row: Readonly<Record<string, unknown>>,
  features: FeatureSpecs,
  standIn: StandIn | undefined,
): Score {
  if (standIn instanceof Error) throw standIn
  if (standIn === undefined) throw new TypeError('the test states no answer for a model that was called')
  // Every feature is named once, so that a reason without a sentence cannot hide.
  const reasons = Object.keys(features).map((code, index) => {
    const value = row[code]
    return {
      code,
      weight: 1 / (index + 1),
      value: typeof value === 'number' || typeof value === 'string' ? value : null,
    }
  })
  return { score: standIn, reasons }
}
