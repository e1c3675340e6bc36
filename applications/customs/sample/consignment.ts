/** A consignment as it is: what was bought, where, for how much, and how it travelled. Nobody has lied yet. */
import type { FilingDay, InvoiceCurrency } from './calendar.ts'
import { type Importer, sellerOf } from './market.ts'
import {
  airStations,
  hubs,
  landNeighbours,
  portsOfLoading,
  roadStations,
  type Station,
  seaStations,
} from './places.ts'
import { pick, pickAny, type Random, randomStream } from './random.ts'
import { type Commodity, type Origin, type Regime, regimeOf } from './tariff.ts'

/** What a declarant states about the goods. An evader changes it; nothing else about the consignment changes with it. */
export interface Claim {
  readonly commodity: Commodity
  readonly origin: string
  readonly departure: string
  readonly regime: Regime
  readonly netMassKg: number
  readonly pieces: number | undefined
  readonly priceUsd: number
}

export interface Consignment {
  readonly index: number
  readonly day: FilingDay
  readonly importer: Importer
  readonly agent: string
  readonly seller: string
  readonly station: Station
  readonly type: 'import' | 'warehousing' | 'temporary_import'
  readonly grossMassKg: number
  readonly currency: InvoiceCurrency
  readonly incoterm: 'EXW' | 'FOB' | 'CFR' | 'CIF'
  /** Freight by the price. */
  readonly freightShare: number
  /** Picks among the ports of whatever country is declared, 0 to 1. */
  readonly port: number
  readonly truth: Claim
}

/** The consignment at this place of the trade; only the seed and the index decide what it is. */
export function consignment(
  seed: number,
  index: number,
  setting: { readonly day: FilingDay; readonly importers: readonly Importer[] },
): Consignment {
  const random = randomStream(seed, 'consignment', index)
  const importer = pick(random, setting.importers)
  const commodity = pickAny(random, importer.commodities)
  const origin = pick(random, commodity.origins)
  const seller = sellerOf(seed, commodity, { origin, random })
  const goods = quantityOf(random, commodity)
  const level = origin.price * seller.price * seasonal(commodity, setting.day)
  const usdPerKg = commodity.usdPerKg * level * Math.exp(commodity.spread * random.normal())
  const departure = departureOf(random, commodity, origin)
  return {
    index,
    day: setting.day,
    importer,
    agent: pickAny(random, importer.agents),
    seller: seller.id,
    station: stationOf(random, commodity, departure),
    type: random.chance(0.9) ? 'import' : random.chance(0.8) ? 'warehousing' : 'temporary_import',
    grossMassKg: rounded(goods.netMassKg / (1 - tareShare(random, commodity))),
    currency: currencyOf(random, importer, origin),
    incoterm: pick(random, deliveryTerms).term,
    freightShare: random.between(0.03, 0.08),
    port: random.uniform(),
    truth: {
      commodity,
      origin: origin.country,
      departure,
      regime: regimeOf(commodity, origin.country),
      priceUsd: usdPerKg * goods.netMassKg,
      ...goods,
    },
  }
}

const deliveryTerms = [
  { term: 'CFR', weight: 40 },
  { term: 'FOB', weight: 35 },
  { term: 'CIF', weight: 20 },
  { term: 'EXW', weight: 5 },
] as const

function quantityOf(
  random: Random,
  commodity: Commodity,
): { readonly netMassKg: number; readonly pieces: number | undefined } {
  const massKg = commodity.consignmentKg * Math.exp(0.6 * random.normal())
  if (commodity.piece === undefined) return { netMassKg: rounded(massKg), pieces: undefined }
  const pieces = Math.max(1, Math.round(massKg / commodity.piece.kg))
  return { netMassKg: rounded(pieces * commodity.piece.kg * Math.exp(0.05 * random.normal())), pieces }
}

/** Packing takes about 2 % of the gross mass of bulk and 7 % of other goods; badly packed ones take several times that. */
function tareShare(random: Random, commodity: Commodity): number {
  const usual = commodity.consignmentKg >= 50_000 ? 0.02 : 0.07
  return Math.min(0.5, usual * Math.exp(0.6 * random.normal()))
}

/** Prices swing by a twentieth over the year, each commodity at its own time. */
function seasonal(commodity: Commodity, day: FilingDay): number {
  const phase = Number(commodity.code) / 97
  return 1 + 0.05 * Math.sin(2 * Math.PI * (day.season + phase))
}

/** Mostly from the country of origin; some through a hub, a few from a warehouse in another producing country. */
function departureOf(random: Random, commodity: Commodity, origin: Origin): string {
  if (landNeighbours.has(origin.country) || random.chance(0.86)) return origin.country
  if (random.chance(0.7)) return pick(random, hubs).from
  return pick(random, commodity.origins).country
}

function stationOf(random: Random, commodity: Commodity, departure: string): Station {
  if (landNeighbours.has(departure)) return pick(random, roadStations)
  return pick(random, random.chance(commodity.airShare) ? airStations : seaStations)
}

function currencyOf(random: Random, importer: Importer, origin: Origin): InvoiceCurrency {
  if (origin.country === 'CN') return importer.paysChinaIn
  if (origin.country === 'AE') return random.chance(0.5) ? 'AED' : 'USD'
  return ['DE', 'FR', 'IT', 'NL'].includes(origin.country) && random.chance(0.7) ? 'EUR' : 'USD'
}

/** A port of the country that the declaration names; countries without a listed one leave it open. */
export function portOf(country: string, port: number): string | undefined {
  const ports = portsOfLoading[country] ?? []
  return ports[Math.floor(port * ports.length)]
}

/** Scales at a customs station show kilograms to the tenth. */
export function rounded(massKg: number): number {
  return Math.max(0.1, Math.round(massKg * 10) / 10)
}
