/** Public tables beside the checkout, as columns of numbers; texts become their places in the sorted list of texts. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { root } from '../../test/files.ts'

type Record = Readonly<{ [name: string]: string }>

export const publicFolder = join(root, '../shared/data')
export const arePublicTablesHere = existsSync(join(publicFolder, 'customs'))

export interface NumbersTable {
  readonly columns: readonly Float64Array[]
  readonly labels: Float64Array
}

function read(path: string, delimiter = ','): readonly Record[] {
  const bytes = readFileSync(join(publicFolder, path))
  const text = path.endsWith('.gz') ? gunzipSync(bytes) : bytes
  return parse(text, { columns: true, delimiter, bom: true, trim: true })
}

/** Missing is NaN. */
export function asNumbers(texts: readonly string[]): Float64Array {
  return Float64Array.from(texts, (text) => (text === '' || text === '?' ? Number.NaN : Number(text)))
}

/** Places in the sorted list of the texts of the first `known` rows; −1 for one that is not among them. */
export function asCodes(texts: readonly string[], known: number): Float64Array {
  const levels = [...new Set(texts.slice(0, known))].sort()
  const places = new Map(levels.map((level, place) => [level, place]))
  return Float64Array.from(texts, (text) => places.get(text) ?? -1)
}

export interface Declarations {
  readonly train: number
  /** Texts by column, rows of 2020 first, then those of 2021's first quarter. */
  readonly texts: ReadonlyMap<string, readonly string[]>
  readonly labels: Float64Array
}

/** Korean customs declarations: `../shared/data/customs/SOURCE.md`. */
export function readDeclarations(): Declarations {
  const past = read('customs/kcs_declarations_2020-01_2020-12.csv.gz')
  const all = [...past, ...read('customs/kcs_declarations_2021-01_2021-03.csv.gz')]
  const names = Object.keys(past[0] ?? {})
  const texts = new Map(names.map((name) => [name, all.map((row) => row[name] ?? '')]))
  return { train: past.length, texts, labels: asNumbers(texts.get('Fraud') ?? []) }
}

/** Heart disease in one hospital. */
export function heart(): NumbersTable {
  const rows = read('diag-heart-multisite/cleveland.csv')
  const names = Object.keys(rows[0] ?? {}).filter((name) => name !== 'num')
  const column = (name: string) => rows.map((row) => row[name] ?? '')
  return {
    columns: names.map((name) => asNumbers(column(name))),
    labels: asNumbers(column('num')).map((found) => (found > 0 ? 1 : 0)),
  }
}

/** Students who left. */
export function dropout(): NumbersTable {
  const rows = read('education-dropout/students.csv', ';')
  const names = Object.keys(rows[0] ?? {})
  const target = names.at(-1) ?? ''
  return {
    columns: names.slice(0, -1).map((name) => asNumbers(rows.map((row) => row[name] ?? ''))),
    labels: Float64Array.from(rows, (row) => (row[target] === 'Dropout' ? 1 : 0)),
  }
}

/** What the freight of medical deliveries cost, where it is told: the logarithm of US dollars. */
export function freight(): NumbersTable {
  const rows = read('lmis-scms/deliveries.csv').filter((row) => Number(row['Freight Cost (USD)']) > 0)
  const column = (name: string) => rows.map((row) => row[name] ?? '')
  const numbers = [
    'Unit of Measure (Per Pack)',
    'Line Item Quantity',
    'Line Item Value',
    'Pack Price',
    'Unit Price',
  ]
  const codes = [
    'Country',
    'Vendor INCO Term',
    'Shipment Mode',
    'Product Group',
    'Vendor',
    'Manufacturing Site',
  ]
  const weights = column('Weight (Kilograms)').map((text) => (/^[0-9.]+$/.test(text) ? text : ''))
  return {
    columns: [
      ...numbers.map((name) => asNumbers(column(name))),
      asNumbers(weights),
      ...codes.map((name) => asCodes(column(name), rows.length)),
    ],
    labels: asNumbers(column('Freight Cost (USD)')).map(Math.log),
  }
}

/** Half-hours of a year of electric load, in MW, by the weather and the clock. */
export function load(): NumbersTable {
  const rows = read('energy-load-vic/2012.csv')
  const times = rows.map(({ time = '' }) => new Date(`${time}Z`))
  return {
    columns: [
      asNumbers(rows.map(({ temp_c = '' }) => temp_c)),
      asNumbers(rows.map(({ holiday = '' }) => holiday)),
      Float64Array.from(times, (time) => time.getUTCHours() + time.getUTCMinutes() / 60),
      Float64Array.from(times, (time) => time.getUTCDay()),
      Float64Array.from(times, (time) => time.getUTCMonth()),
    ],
    labels: asNumbers(rows.map(({ demand_mw = '' }) => demand_mw)),
  }
}
