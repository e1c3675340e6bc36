/** Sample goods declarations with the outcome of a thorough examination. Everything in them is made up. */
import type { SampleCase, SampleOptions } from '@khudi/sdk'
import type { DeclarationInput, ExaminationInput } from '../case.ts'
import { calendar, daysLater } from './calendar.ts'
import { type Claim, type Consignment, consignment, portOf } from './consignment.ts'
import { type Evasion, evasionOf } from './evasion.ts'
import { padded, population } from './market.ts'
import { randomStream } from './random.ts'
import { dutyRate } from './tariff.ts'

export interface GeneratorOptions {
  /** Same seed, same bytes. A whole number from 0 to 2⁵³ − 1. */
  readonly seed: number
  readonly count: number
  /** First and last filing day, `YYYY-MM-DD`; the fiscal year 2025-26 of Pakistan where left out. */
  readonly from?: string
  readonly to?: string
}

export interface GeneratedDeclaration {
  /** What was filed. */
  readonly case: DeclarationInput
  /** What an examination finds. Examiners never err here; real ones do. */
  readonly outcome: ExaminationInput
  /** What an honest declarant would have filed for the same goods; for tests, never for features. */
  readonly truthful: DeclarationInput
}

const fiscalYear = { from: '2025-07-01', to: '2026-06-30' }

/** From this evaded duty on a finding is critical: 4 million rupees, in paisa. Invented; about one finding in eight. */
const criticalFromPaisa = 400_000_000

/**
 * Makes declarations in the order of their filing, one at a time.
 *
 * @throws RangeError for a seed, a count or a period that is none.
 *
 * @example
 * ```ts
 * import { generateDeclarations } from './applications/customs/sample/declarations.ts'
 * const [first] = generateDeclarations({ seed: 1, count: 1000 })
 * ```
 */
export function* generateDeclarations(options: GeneratorOptions): Generator<GeneratedDeclaration> {
  const { seed, count, from = fiscalYear.from, to = fiscalYear.to } = options
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError('a seed is a whole number from 0 to 2^53 - 1')
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError('a count is a whole number from 0')
  const days = calendar(seed, { from, to })
  const importers = population(seed, count)
  for (let index = 0; index < count; index++) {
    const place = (index + randomStream(seed, 'place', index).uniform()) / count
    const goods = consignment(seed, index, { day: days.dayAt(place), importers })
    const evasion = evasionOf(seed, goods)
    const truthful = declaration(goods, goods.truth)
    yield {
      case: evasion === undefined ? truthful : declaration(goods, evasion.claim),
      outcome: examination(seed, goods, evasion),
      truthful,
    }
  }
}

/** The same as the platform asks for it: without what only a test may know. */
export function* sample(options: SampleOptions): Generator<SampleCase<DeclarationInput, ExaminationInput>> {
  for (const generated of generateDeclarations(options))
    yield { case: generated.case, outcome: generated.outcome }
}

function declaration(goods: Consignment, claim: Claim): DeclarationInput {
  const { day, importer, station, index } = goods
  const loadedAt = portOf(claim.departure, goods.port)
  const isPreferred = claim.regime.share < 1
  return {
    declarationNumber: `${station.code}-${day.date.slice(0, 4)}-${padded(index, 7)}`,
    declarationType: goods.type,
    filedOn: day.date,
    customsOffice: station.code,
    declarantId: goods.agent,
    importerId: importer.id,
    ...(importer.ntn === undefined ? {} : { importerNtn: importer.ntn }),
    sellerId: goods.seller,
    transportMode: station.mode,
    countryOfDeparture: claim.departure,
    ...(loadedAt === undefined ? {} : { portOfLoading: loadedAt }),
    incoterm: goods.incoterm,
    commodityCode: claim.commodity.code,
    goodsDescription: claim.commodity.description,
    countryOfOrigin: claim.origin,
    ...(isPreferred ? { originCertificate: `COO-${claim.origin}-${padded(index, 7)}` } : {}),
    taxType: claim.regime.code,
    dutyRatePercent: dutyRate(claim.commodity, claim.regime),
    netMassKg: claim.netMassKg,
    grossMassKg: goods.grossMassKg,
    ...counted(claim),
    invoiceValue: { amountMinor: String(invoiceMinor(goods, claim)), currency: goods.currency },
    customsValue: { amountMinor: String(customsPaisa(goods, claim)), currency: 'PKR' },
  }
}

/** Goods are counted where their declared code is; whoever passes televisions off as parts declares no pieces. */
function counted({ commodity, pieces }: Claim): Pick<DeclarationInput, 'quantity' | 'quantityUnit'> {
  if (commodity.piece === undefined || pieces === undefined) return {}
  return { quantity: pieces, quantityUnit: commodity.piece.unit }
}

/** All invoice currencies of the made-up market have two decimal places. */
function invoiceMinor({ currency, day }: Consignment, { priceUsd }: Claim): number {
  return Math.round((priceUsd * 100 * day.rupees.USD) / day.rupees[currency])
}

const insuranceShare = 0.01
const landingChargeShare = 0.01

/** Cost, insurance, freight and landing charge in paisa by the day's rate; section 25 of the Customs Act 1969. */
function customsPaisa(goods: Consignment, claim: Claim): number {
  const { incoterm, freightShare, currency, day } = goods
  const freight = incoterm === 'FOB' || incoterm === 'EXW' ? freightShare : 0
  const insurance = incoterm === 'CIF' ? 0 : insuranceShare
  const additions = (1 + freight) * (1 + insurance) * (1 + landingChargeShare)
  return Math.round(invoiceMinor(goods, claim) * day.rupees[currency] * additions)
}

function dutyPaisa(goods: Consignment, claim: Claim): number {
  return Math.round((customsPaisa(goods, claim) * dutyRate(claim.commodity, claim.regime)) / 100)
}

function examination(seed: number, goods: Consignment, evasion: Evasion | undefined): ExaminationInput {
  const wait = randomStream(seed, 'examination', goods.index).below(5)
  const examinedOn = daysLater(goods.day.date, wait)
  if (evasion === undefined) return { finding: 'none', examinedOn }
  const evaded = dutyPaisa(goods, goods.truth) - dutyPaisa(goods, evasion.claim)
  return {
    finding: evaded >= criticalFromPaisa ? 'critical' : 'fraud',
    examinedOn,
    misdeclared: evasion.kind,
    additionalDuty: { amountMinor: String(Math.max(0, evaded)), currency: 'PKR' },
  }
}
