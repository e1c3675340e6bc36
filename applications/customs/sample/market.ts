/** The standing population of the made-up market: importers with sizes and habits, their agents and suppliers. */
import { pickAny, type Random, randomStream } from './random.ts'
import { type Commodity, commodities, type Origin } from './tariff.ts'

export interface Importer {
  readonly id: string
  /** 7 digits in a block that begins with 9999; importers without one are individuals. */
  readonly ntn: string | undefined
  /** Relative number of consignments. */
  readonly weight: number
  readonly commodities: readonly Commodity[]
  readonly agents: readonly string[]
  /** How readily this importer lies when it pays, 0 to 1. It shows in what is declared and nowhere else. */
  readonly dishonesty: number
  /** Currency in which suppliers of China are paid; those of other countries are paid in dollars, euros or dirhams. */
  readonly paysChinaIn: 'USD' | 'CNY'
}

/** One importer in five lies often, the others nearly never; with the incentives of the tariff about 4 % of all cases. */
const evaderShare = 1 / 5
const evaderDishonesty = { low: 0.15, high: 0.6 }
const ordinaryDishonesty = 0.004

/** The population grows with the square root of the trade, as repeat business does. */
function populationSize(count: number): number {
  return Math.min(999, Math.max(60, Math.round(4 * Math.sqrt(count))))
}

/** The same seed and count, the same population. */
export function population(seed: number, count: number): readonly Importer[] {
  const size = populationSize(count)
  const agentCount = Math.ceil(size / 6)
  return Array.from({ length: size }, (_, index) => importer(seed, index, agentCount))
}

function importer(seed: number, index: number, agentCount: number): Importer {
  const random = randomStream(seed, 'importer', index)
  const habits = Array.from({ length: 1 + random.below(5) }, () => commodityByTrade(random))
  const agents = Array.from(
    { length: 1 + random.below(3) },
    () => `AGT-${padded(random.below(agentCount), 4)}`,
  )
  const hasNtn = random.chance(0.9)
  const isEvader = random.chance(evaderShare)
  return {
    id: `IMP-${padded(index, 4)}`,
    ntn: hasNtn ? `9999${padded(index, 3)}` : undefined,
    weight: Math.exp(random.normal()),
    commodities: habits,
    agents,
    dishonesty: isEvader ? random.between(evaderDishonesty.low, evaderDishonesty.high) : ordinaryDishonesty,
    paysChinaIn: random.chance(0.2) ? 'CNY' : 'USD',
  }
}

const tradeWeight = commodities.reduce((sum, { weight }) => sum + weight, 0)

function commodityByTrade(random: Random): Commodity {
  let left = random.uniform() * tradeWeight
  const found = commodities.find(({ weight }) => {
    left -= weight
    return left < 0
  })
  return found ?? pickAny(random, commodities)
}

/** A supplier is known by commodity, country and number; its price level is its own and lasts. */
export interface Seller {
  readonly id: string
  readonly price: number
}

const sellersPerMarket = 6

export function sellerOf(
  seed: number,
  commodity: Commodity,
  choice: { origin: Origin; random: Random },
): Seller {
  const number = choice.random.below(sellersPerMarket)
  const id = `SUP-${choice.origin.country}-${commodity.code}-${number}`
  return { id, price: Math.exp(0.07 * randomStream(seed, id, 0).normal()) }
}

export function padded(value: number, length: number): string {
  return String(value).padStart(length, '0')
}
