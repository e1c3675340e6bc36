/**
 * Units of measure a foreign file may use, as exact decimal multiples of one base unit per dimension.
 *
 * Sources: International yard and pound agreement of 1959 (lb = 0.45359237 kg, ft = 0.3048 m, both exact); the SI
 * brochure, 9th edition. The maund, the kanal and the marla are left out on purpose: their size differs by district,
 * so a file in them needs its own column of factors, not a guess.
 */
import { type Decimal, times } from './numbers.ts'

interface UnitOfMeasure {
  readonly dimension: 'mass' | 'length' | 'area' | 'volume' | 'energy' | 'power'
  /** The unit is `units × 10^exponent` base units (kg, m, m², m³, kWh, MW). */
  readonly units: bigint
  readonly exponent: number
}

const unit = (dimension: UnitOfMeasure['dimension'], units: bigint, exponent: number): UnitOfMeasure => ({
  dimension,
  units,
  exponent,
})

export const unitsOfMeasure = {
  mg: unit('mass', 1n, -6),
  g: unit('mass', 1n, -3),
  kg: unit('mass', 1n, 0),
  quintal: unit('mass', 1n, 2),
  t: unit('mass', 1n, 3),
  oz: unit('mass', 28_349_523_125n, -12),
  lb: unit('mass', 45_359_237n, -8),
  mm: unit('length', 1n, -3),
  cm: unit('length', 1n, -2),
  m: unit('length', 1n, 0),
  km: unit('length', 1n, 3),
  in: unit('length', 254n, -4),
  ft: unit('length', 3048n, -4),
  mi: unit('length', 1_609_344n, -3),
  m2: unit('area', 1n, 0),
  ha: unit('area', 1n, 4),
  km2: unit('area', 1n, 6),
  ft2: unit('area', 9_290_304n, -8),
  acre: unit('area', 40_468_564_224n, -7),
  ml: unit('volume', 1n, -6),
  l: unit('volume', 1n, -3),
  m3: unit('volume', 1n, 0),
  wh: unit('energy', 1n, -3),
  kwh: unit('energy', 1n, 0),
  mwh: unit('energy', 1n, 3),
  gwh: unit('energy', 1n, 6),
  w: unit('power', 1n, -6),
  kw: unit('power', 1n, -3),
  mw: unit('power', 1n, 0),
  gw: unit('power', 1n, 3),
} as const satisfies Readonly<Record<string, UnitOfMeasure>>

export type UnitName = keyof typeof unitsOfMeasure

export const unitNames = Object.keys(unitsOfMeasure).filter(
  (name): name is UnitName => name in unitsOfMeasure,
)

/**
 * Whether every decimal in `from` is a finite decimal in `to`: the same dimension, and `to` a power of ten of the base.
 * Anything else (kg to lb) would need a rounding that nobody declared.
 */
export function convertsExactly(from: UnitName, to: UnitName): boolean {
  const target = unitsOfMeasure[to]
  return from === to || (unitsOfMeasure[from].dimension === target.dimension && target.units === 1n)
}

/** The same quantity in another unit, exactly. Requires `convertsExactly(from, to)`. */
export function convertUnit(value: Decimal, from: UnitName, to: UnitName): Decimal {
  if (from === to) return value
  const { units, exponent } = unitsOfMeasure[from]
  return times(value, { units, exponent: exponent - unitsOfMeasure[to].exponent })
}
