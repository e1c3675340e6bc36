/** What an evader states instead of the truth, and what it saves. */
import type { Claim, Consignment } from './consignment.ts'
import { rounded } from './consignment.ts'
import { pick, type Random, randomStream } from './random.ts'
import { commodityOf, dutyRate, type Regime, regimeOf } from './tariff.ts'

/** The kinds of lie, in the codes of the examination's `misdeclared`. */
export type EvasionKind = 'value' | 'classification' | 'origin' | 'quantity'

export interface Evasion {
  readonly kind: EvasionKind
  readonly claim: Claim
}

/** A preference worth lying for, and the country whose goods have it. */
const coveted = 'CN'

/** Undervaluation is the commonest lie, for it needs no partner abroad. Weights are invented. */
const kindWeights: Readonly<Record<EvasionKind, number>> = {
  value: 50,
  classification: 25,
  origin: 20,
  quantity: 15,
}

/**
 * The lie told about this consignment; `undefined` for the truth. Drawn from a stream of its own, so that the truth of
 * a consignment does not depend on whether somebody lies about it.
 */
export function evasionOf(seed: number, { index, importer, truth }: Consignment): Evasion | undefined {
  const random = randomStream(seed, 'evasion', index)
  if (!random.chance(importer.dishonesty * incentive(truth))) return undefined
  const kinds = [...kindsThatPay(truth)].map((kind) => ({ kind, weight: kindWeights[kind] }))
  if (kinds.length === 0) return undefined
  const { kind } = pick(random, kinds)
  return { kind, claim: lie(random, kind, truth) }
}

/** A lie pays by the duty it saves: fully at 20 % and hardly where goods are free. */
function incentive({ commodity, regime }: Claim): number {
  return Math.min(1, dutyRate(commodity, regime) / 20)
}

function* kindsThatPay(truth: Claim): Generator<EvasionKind> {
  if (dutyRate(truth.commodity, truth.regime) === 0) return
  yield 'value'
  yield 'quantity'
  if (truth.commodity.passedOffAs !== undefined) yield 'classification'
  if (truth.origin !== coveted && grants(regimeOf(truth.commodity, coveted), truth.regime)) yield 'origin'
}

function grants(regime: Regime, instead: Regime): boolean {
  return regime.share < instead.share
}

function lie(random: Random, kind: EvasionKind, truth: Claim): Claim {
  switch (kind) {
    case 'value':
      return { ...truth, priceUsd: truth.priceUsd * random.between(0.3, 0.75) }
    case 'quantity': {
      const share = random.between(0.7, 0.93)
      return {
        ...truth,
        netMassKg: rounded(truth.netMassKg * share),
        pieces: truth.pieces === undefined ? undefined : Math.max(1, Math.round(truth.pieces * share)),
        priceUsd: truth.priceUsd * share,
      }
    }
    case 'classification': {
      const commodity = commodityOf(truth.commodity.passedOffAs ?? truth.commodity.code)
      return { ...truth, commodity, regime: regimeOf(commodity, truth.origin) }
    }
    case 'origin':
      return {
        ...truth,
        origin: coveted,
        regime: regimeOf(truth.commodity, coveted),
        // Most forge the transport document with the certificate; the others leave the true port to be seen.
        departure: random.chance(0.6) ? coveted : truth.departure,
      }
    default:
      return kind satisfies never
  }
}
