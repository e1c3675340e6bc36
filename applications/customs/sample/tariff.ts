/**
 * What is traded in the made-up market. Codes and descriptions are subheadings of HS 2022 (datasets/harmonized-system,
 * ODC-PDDL, commit 905e5a0; descriptions shortened). Rates stand on steps as Pakistan's tariff has them but are invented,
 * as are prices, spreads and origins: nobody is to read a real rate or price from here.
 */
export interface Origin {
  readonly country: string
  /** How much of the trade it has. */
  readonly weight: number
  /** Its price against the commodity's. */
  readonly price: number
}

export interface Commodity {
  readonly code: string
  readonly description: string
  readonly ratePercent: number
  /** Usual price in US dollars a kilogram. */
  readonly usdPerKg: number
  /** Standard deviation of the price's logarithm among honest consignments. */
  readonly spread: number
  /** Usual net mass of a consignment. */
  readonly consignmentKg: number
  /** Set where goods are counted: mass of one and its unit. */
  readonly piece?: { readonly kg: number; readonly unit: 'C62' | 'PR' }
  /** Share of consignments that come by air. */
  readonly airShare: number
  readonly origins: readonly Origin[]
  /** A code with a lower rate under which evaders declare these goods. */
  readonly passedOffAs?: string
  readonly weight: number
}

const from = (...origins: readonly (readonly [country: string, weight: number, price: number])[]) =>
  origins.map(([country, weight, price]) => ({ country, weight, price }))

const eastAsia = from(['CN', 70, 1], ['KR', 10, 1.5], ['TW', 8, 1.45], ['JP', 6, 2.1], ['VN', 6, 1.15])
const textiles = from(['CN', 70, 1], ['KR', 14, 1.5], ['TW', 8, 1.45], ['TH', 8, 1.2])
const gulfPolymers = from(['SA', 55, 1], ['AE', 20, 1.02], ['KR', 12, 1.12], ['TH', 8, 1.07], ['US', 5, 1.05])

const piece = (kg: number, unit: 'C62' | 'PR' = 'C62') => ({ piece: { kg, unit } })
const air = (airShare: number) => ({ airShare })
const disguise = (passedOffAs: string) => ({ passedOffAs })

type Row = readonly [
  code: string,
  description: string,
  ratePercent: number,
  usdPerKg: number,
  spread: number,
  consignmentKg: number,
  weight: number,
  origins: readonly Origin[],
  more?: Partial<Commodity>,
]

// biome-ignore format: a table, one row a commodity
const rows: readonly Row[] = [
  ['071340', 'Lentils, dried, shelled', 3, 0.82, 0.1, 52000, 5, from(['AU', 50, 1], ['CA', 40, 1.05], ['TR', 10, 1.12])],
  ['080212', 'Almonds, shelled', 20, 6.4, 0.14, 9000, 4, from(['US', 60, 1], ['AU', 28, 0.95], ['IR', 12, 0.78]), disguise('080410')],
  ['080410', 'Dates, fresh or dried', 11, 0.95, 0.2, 22000, 4, from(['IR', 60, 1], ['AE', 25, 1.3], ['SA', 15, 2.2])],
  ['090240', 'Black tea in packings over 3 kg', 11, 2.55, 0.16, 26000, 6, from(['KE', 70, 1], ['LK', 14, 1.9], ['VN', 16, 0.72])],
  ['120190', 'Soya beans, not for seed', 3, 0.5, 0.07, 400000, 3, from(['US', 45, 1], ['BR', 55, 0.97])],
  ['151190', 'Palm oil, refined', 16, 0.96, 0.08, 300000, 5, from(['ID', 70, 1], ['MY', 30, 1.02])],
  ['271019', 'Petroleum oils, not light', 11, 0.74, 0.06, 600000, 3, from(['AE', 50, 1], ['SA', 30, 0.99], ['SG', 20, 1.03])],
  ['300490', 'Medicaments for retail sale', 11, 62, 0.5, 700, 5, from(['DE', 25, 1.5], ['GB', 20, 1.4], ['FR', 20, 1.4], ['CN', 35, 0.5]), air(0.6)],
  ['310530', 'Diammonium phosphate', 3, 0.62, 0.07, 500000, 2, from(['CN', 45, 1], ['SA', 40, 1.02], ['AU', 15, 1.04])],
  ['330300', 'Perfumes and toilet waters', 20, 24, 0.35, 2600, 4, from(['FR', 30, 2.1], ['AE', 40, 0.8], ['CN', 30, 0.55]), { ...piece(0.28), ...air(0.3), ...disguise('330499') }],
  ['330499', 'Skin-care preparations', 11, 8.5, 0.35, 5200, 4, from(['FR', 20, 2], ['AE', 25, 0.9], ['CN', 35, 0.7], ['TH', 20, 0.9]), piece(0.2)],
  ['380893', 'Herbicides', 3, 4.2, 0.3, 18000, 3, from(['CN', 80, 1], ['DE', 20, 2.4])],
  ['390120', 'Polyethylene, density 0.94 or more, primary forms', 3, 1.06, 0.06, 75000, 7, gulfPolymers],
  ['390210', 'Polypropylene in primary forms', 3, 1.1, 0.06, 75000, 7, gulfPolymers],
  ['390761', 'PET, 78 ml/g or more, primary forms', 11, 1.02, 0.08, 60000, 4, from(['CN', 75, 1], ['AE', 15, 1.05], ['TW', 10, 1.15])],
  ['392690', 'Articles of plastics', 11, 3.3, 0.45, 7000, 7, eastAsia],
  ['401110', 'New tyres for motor cars', 20, 3.1, 0.16, 14000, 5, from(['CN', 62, 1], ['TH', 14, 1.25], ['KR', 12, 1.5], ['JP', 12, 2]), { ...piece(8.4), ...disguise('401693') }],
  ['401693', 'Gaskets and seals of rubber', 11, 5.4, 0.4, 2500, 2, eastAsia],
  ['420292', 'Bags of plastic sheeting or textile', 20, 4.8, 0.32, 6500, 4, from(['CN', 88, 1], ['VN', 8, 1.3], ['IT', 4, 5]), { ...piece(0.55), ...disguise('392690') }],
  ['482010', 'Note books and registers', 16, 1.6, 0.25, 9000, 2, from(['CN', 75, 1], ['ID', 25, 1.05])],
  ['520100', 'Cotton, not carded or combed', 3, 2, 0.1, 90000, 5, from(['US', 45, 1], ['BR', 35, 0.95], ['TR', 20, 1.02])],
  ['540710', 'Woven fabrics of high-tenacity yarn', 11, 3.1, 0.25, 8000, 2, textiles],
  ['540752', 'Woven fabrics, textured polyester, dyed', 20, 5.6, 0.2, 12000, 8, textiles, disguise('540710')],
  ['600632', 'Knitted fabrics, synthetic, dyed', 20, 6, 0.22, 9500, 6, textiles, disguise('540710')],
  ['610910', 'T-shirts of cotton, knitted', 20, 11, 0.3, 3500, 3, from(['CN', 45, 1], ['BD', 40, 0.85], ['TR', 15, 1.7]), piece(0.18)],
  ['640299', 'Footwear with rubber or plastic uppers', 20, 6.2, 0.28, 8000, 5, from(['CN', 80, 1], ['TH', 10, 1.3], ['VN', 10, 1.5]), { ...piece(0.62, 'PR'), ...disguise('392690') }],
  ['690721', 'Ceramic tiles, low water absorption', 20, 0.34, 0.2, 130000, 4, from(['CN', 75, 1], ['AE', 15, 1.3], ['IT', 10, 3])],
  ['720839', 'Hot-rolled steel coil under 3 mm', 11, 0.6, 0.07, 160000, 5, from(['CN', 55, 1], ['JP', 25, 1.06], ['KR', 20, 1.05])],
  ['721049', 'Zinc-coated flat-rolled steel', 20, 0.84, 0.09, 90000, 5, from(['CN', 70, 1], ['KR', 18, 1.12], ['JP', 12, 1.2]), disguise('720839')],
  ['732690', 'Articles of iron or steel', 16, 2.6, 0.4, 9000, 5, eastAsia],
  ['740311', 'Copper cathodes', 3, 8.9, 0.05, 50000, 2, from(['CL', 60, 1], ['CN', 40, 1.01])],
  ['760120', 'Aluminium alloys, unwrought', 3, 2.4, 0.06, 50000, 3, from(['AE', 60, 1], ['MY', 40, 0.99])],
  ['841370', 'Centrifugal pumps', 11, 7, 0.4, 4200, 4, from(['CN', 60, 1], ['IT', 20, 2.6], ['DE', 20, 3.4]), piece(24)],
  ['841510', 'Air conditioners, window or split', 20, 6.2, 0.16, 21000, 5, from(['CN', 80, 1], ['TH', 20, 1.15]), { ...piece(38), ...disguise('841590') }],
  ['841590', 'Parts of air conditioners', 11, 4.4, 0.3, 9000, 2, from(['CN', 85, 1], ['TH', 15, 1.2])],
  ['841810', 'Refrigerator-freezers', 20, 3.9, 0.14, 18000, 3, from(['CN', 75, 1], ['TH', 15, 1.15], ['TR', 10, 1.3]), piece(62)],
  ['845011', 'Washing machines, fully automatic', 20, 4.3, 0.14, 15000, 2, from(['CN', 78, 1], ['TH', 22, 1.15]), piece(41)],
  ['847130', 'Portable computers', 3, 190, 0.4, 420, 4, from(['CN', 88, 1], ['US', 12, 1.2]), { ...piece(1.9), ...air(0.75) }],
  ['847989', 'Machines with individual functions', 3, 14, 0.6, 5200, 4, from(['CN', 55, 1], ['DE', 20, 3], ['IT', 15, 2.4], ['JP', 10, 3])],
  ['848210', 'Ball bearings', 11, 5.2, 0.35, 6000, 4, from(['CN', 72, 1], ['JP', 18, 3.2], ['DE', 10, 3.6])],
  ['850720', 'Lead-acid accumulators', 16, 2.6, 0.14, 16000, 3, from(['CN', 70, 1], ['VN', 15, 1.05], ['KR', 15, 1.3]), piece(16)],
  ['850760', 'Lithium-ion accumulators', 11, 17, 0.3, 7500, 4, from(['CN', 92, 1], ['KR', 8, 1.5]), piece(12)],
  ['851713', 'Smartphones', 20, 610, 0.4, 260, 6, from(['CN', 72, 0.9], ['VN', 28, 1.4]), { ...piece(0.32), ...air(0.85), ...disguise('851779') }],
  ['851779', 'Parts of telephones', 11, 70, 0.6, 380, 4, from(['CN', 85, 1], ['VN', 15, 1.3]), air(0.7)],
  ['852872', 'Television receivers, colour', 20, 9.4, 0.2, 9000, 3, from(['CN', 80, 1], ['MY', 20, 1.15]), { ...piece(11), ...disguise('852990') }],
  ['852990', 'Parts of television receivers', 11, 12, 0.4, 4000, 3, from(['CN', 88, 1], ['MY', 12, 1.1])],
  ['853710', 'Control panels and boards', 11, 16, 0.5, 1800, 3, from(['CN', 60, 1], ['DE', 25, 2.8], ['IT', 15, 2])],
  ['854143', 'Photovoltaic modules', 0, 4.6, 0.14, 42000, 6, from(['CN', 97, 1], ['VN', 3, 1.2]), piece(27)],
  ['854442', 'Insulated conductors with connectors', 16, 8.4, 0.35, 4200, 3, eastAsia],
  ['870323', 'Motor cars, spark ignition, 1,500 to 3,000 cc', 50, 9.2, 0.3, 2700, 3, from(['JP', 70, 1], ['TH', 18, 1.05], ['DE', 12, 2.2]), piece(1350)],
  ['870899', 'Parts of motor vehicles', 20, 6.2, 0.4, 6500, 5, from(['CN', 45, 1], ['TH', 20, 1.4], ['JP', 35, 2]), disguise('732690')],
  ['940320', 'Furniture of metal', 20, 2.2, 0.3, 9500, 3, from(['CN', 85, 1], ['MY', 15, 1.2])],
  ['950300', 'Toys', 20, 4.3, 0.35, 6500, 4, from(['CN', 97, 1], ['VN', 3, 1.4]), disguise('392690')],
  ['960810', 'Ball-point pens', 16, 5.2, 0.3, 3500, 2, from(['CN', 80, 1], ['JP', 20, 3])],
]

export const commodities: readonly Commodity[] = rows.map(
  ([code, description, ratePercent, usdPerKg, spread, consignmentKg, weight, origins, more]) => ({
    code,
    description,
    ratePercent,
    usdPerKg,
    spread,
    consignmentKg,
    weight,
    origins,
    airShare: 0,
    ...more,
  }),
)

const byCode: ReadonlyMap<string, Commodity> = new Map(commodities.map((entry) => [entry.code, entry]))

/** @throws RangeError for a code that the made-up market does not trade. */
export function commodityOf(code: string): Commodity {
  const found = byCode.get(code)
  if (found === undefined) throw new RangeError(`the made-up market does not trade ${code}`)
  return found
}

/** A duty regime: who grants it and what part of the rate remains. Names are made up after agreements of their kind. */
export interface Regime {
  readonly code: string
  /** Share of the ordinary rate that is paid. */
  readonly share: number
}

const ordinary: Regime = { code: 'MFN', share: 1 }

const preferences: Readonly<Record<string, Regime>> = {
  CN: { code: 'FTACN', share: 0.4 },
  MY: { code: 'FTAMY', share: 0.7 },
  LK: { code: 'FTALK', share: 0.2 },
  BD: { code: 'SAFTA', share: 0.5 },
  ID: { code: 'PTAID', share: 0.75 },
}

/** The best regime that goods of an origin may claim with a certificate. Cars and crude goods have no preference. */
export function regimeOf(commodity: Commodity, origin: string): Regime {
  if (commodity.ratePercent <= 3 || commodity.code.startsWith('87')) return ordinary
  return preferences[origin] ?? ordinary
}

export { ordinary as ordinaryRegime }

/** The rate that a regime leaves, in percent, to one decimal place as tariffs state it. */
export function dutyRate(commodity: Commodity, regime: Regime): number {
  return Math.round(commodity.ratePercent * regime.share * 10) / 10
}
