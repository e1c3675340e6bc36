/** Generated goods declarations as files: CSV with its mapping, as an institution would hand them over. */
import { createWriteStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Application, describeFields } from '@khudi/sdk'
import { stringify } from 'csv-stringify'
import application from '../applications/customs/application.ts'
import { sample } from '../applications/customs/sample/declarations.ts'
import { flatMapping } from '../kernel/imports/flat.ts'

export interface FileOptions {
  readonly folder: string
  /** Name without folder and ending; also begins every declaration number, so that files do not overlap. */
  readonly name: string
  readonly seed: number
  readonly count: number
  readonly hasOutcomes: boolean
  /** Every so many-th row is one that is refused, in its turn by the mapping and by the schema; none where left out. */
  readonly badEvery?: number
}

export interface DeclarationFile {
  readonly path: string
  /** Path of its mapping, or a name that the application knows. */
  readonly mapping: string
  /** Rows besides the header. */
  readonly rows: number
}

/** Declarations whose numbers begin with `prefix`, each with the outcome of its examination. */
export function* declarations(options: {
  readonly prefix: string
  readonly seed: number
  readonly count: number
}) {
  for (const one of sample(options)) {
    const declarationNumber = `${options.prefix}-${one.case.declarationNumber}`
    yield { case: { ...one.case, declarationNumber }, outcome: one.outcome }
  }
}

/** Writes a file of declarations and its mapping. The same options give the same bytes. */
export async function writeDeclarations(options: FileOptions): Promise<DeclarationFile> {
  const { folder, name, count, hasOutcomes } = options
  const path = join(folder, `${name}.csv`)
  const mapping = join(folder, `${name}.mapping.json`)
  const columns = hasOutcomes ? [...caseColumns, ...outcomeColumns] : caseColumns
  writeFileSync(mapping, JSON.stringify(mappingOf(new Set(columns), hasOutcomes)))
  await pipeline(
    Readable.from(rows(options)),
    stringify({ header: true, columns: [...columns] }),
    createWriteStream(path),
  )
  return { path, mapping, rows: count }
}

const outcomePrefix = 'outcome.'
const asOutcome: Application = { ...application, case: application.outcome }
const caseColumns = columnsOf(application)
const outcomeColumns = columnsOf(asOutcome).map((column) => `${outcomePrefix}${column}`)

/** Columns of the flat mapping of everything that a case can hold. */
function columnsOf(of: Application): readonly string[] {
  const every = new Set(
    describeFields(of.case).flatMap(({ path }) => [path, `${path}.amountMinor`, `${path}.currency`]),
  )
  return flatMapping(of, every).case.flatMap((field) => ('from' in field ? field.from : []))
}

/** The flat mapping of the API, with the outcome's columns beside the case's. */
function mappingOf(columns: ReadonlySet<string>, hasOutcomes: boolean) {
  const flat = flatMapping(application, columns)
  if (!hasOutcomes) return { ...flat, id: 'generated' }
  const fields = flatMapping(asOutcome, new Set(columnsOf(asOutcome))).case
  return {
    ...flat,
    id: 'generated',
    outcome: {
      presentWhen: [`${outcomePrefix}finding`],
      fields: fields.map((field) => ({
        ...field,
        from: `${outcomePrefix}${'from' in field ? field.from : ''}`,
      })),
    },
  }
}

function* rows({ name, seed, count, hasOutcomes, badEvery }: FileOptions): Generator<Record<string, string>> {
  let index = 0
  for (const one of declarations({ prefix: name, seed, count })) {
    index += 1
    const row = {
      ...flattened('', one.case),
      ...(hasOutcomes && flattened(outcomePrefix, one.outcome ?? {})),
    }
    yield badEvery === undefined || index % badEvery !== 0 ? row : spoilt(row, index / badEvery)
  }
}

/** `{ invoiceValue: { currency: 'USD' } }` becomes `{ 'invoiceValue.currency': 'USD' }`. */
function flattened(prefix: string, value: object): Record<string, string> {
  const entries = Object.entries(value).flatMap(([name, part]: [string, unknown]): [string, string][] =>
    typeof part === 'object' && part !== null
      ? Object.entries(flattened(`${prefix}${name}.`, part))
      : [[`${prefix}${name}`, String(part)]],
  )
  return Object.fromEntries(entries)
}

/** In turn a day that is none, which the mapping refuses, and a mass below nothing, which the schema refuses. */
function spoilt(row: Record<string, string>, turn: number): Record<string, string> {
  return turn % 2 === 0 ? { ...row, filedOn: '2026-02-30' } : { ...row, netMassKg: '-1' }
}
