/** Has the database describe a statement, and compares what it says with the statement's schema. */
import type pg from 'pg'
import { columnOf, elementOf, type FieldKind, kindOf, oid } from '../kernel/db/decode.ts'
import type { Statement } from '../kernel/db/statement.ts'

export interface DescribedColumn {
  readonly name: string
  readonly dataTypeID: number
  /** Table and column it comes from straight; 0 for what is computed. */
  readonly tableID: number
  readonly columnID: number
}

export interface Description {
  readonly parameterTypes: readonly number[]
  readonly columns: readonly DescribedColumn[]
}

/** Parses the statement on the server and reads its description (Parse, Describe, Sync); nothing is run. */
export function describe(client: pg.Client, text: string): Promise<Description> {
  return new Promise((resolve, reject) => {
    let parameterTypes: readonly number[] = []
    let columns: readonly DescribedColumn[] = []
    let failure: Error | undefined
    client.query({
      submit: (connection: pg.Connection) => {
        connection.once('parameterDescription', (message: { dataTypeIDs: number[] }) => {
          parameterTypes = message.dataTypeIDs
        })
        connection.parse({ name: '', text, types: [] }, true)
        connection.describe({ type: 'S', name: '' }, true)
        connection.sync()
      },
      handleRowDescription: (message: { fields: DescribedColumn[] }) => {
        columns = message.fields
      },
      handleError: (error: Error) => {
        failure = error
        client.connection.removeAllListeners('parameterDescription')
        reject(error)
      },
      handleReadyForQuery: () => {
        if (failure === undefined) resolve({ parameterTypes, columns })
      },
    })
  })
}

/** Names of types and nullability of columns, as far as a statement asks for them. */
export interface Catalogue {
  typeName(type: number): string
  /** Whether the column was declared `not null`; undefined for computed ones. */
  isNotNull(column: DescribedColumn): boolean | undefined
}

export async function readCatalogue(client: pg.Client): Promise<Catalogue> {
  const types = await client.query<{ oid: number; name: string }>(
    `select oid::int as oid, format_type(oid, null) as name from pg_type`,
  )
  const columns = await client.query<{ key: string; attnotnull: boolean }>(
    `select attrelid || ' ' || attnum as key, attnotnull from pg_attribute where attnum > 0`,
  )
  const names = new Map(types.rows.map(({ oid: type, name }) => [type, name]))
  const notNull = new Map(columns.rows.map(({ key, attnotnull }) => [key, attnotnull]))
  return {
    typeName: (type) => names.get(type) ?? String(type),
    isNotNull: ({ tableID, columnID }) => (tableID === 0 ? undefined : notNull.get(`${tableID} ${columnID}`)),
  }
}

/** What differs between schema and database, one sentence each; empty where they agree. */
export async function differences(
  client: pg.Client,
  statement: Statement<unknown>,
  catalogue: Catalogue,
): Promise<string[]> {
  const { parameterTypes, columns } = await describe(client, statement.text)
  const found: string[] = []
  if (statement.parameters !== undefined) {
    const actual = parameterTypes.map((type) => catalogue.typeName(type)).join(', ')
    if (actual !== statement.parameters.join(', ')) found.push(`parameters are (${actual})`)
  }
  if (statement.row === undefined) return found
  const wanted = new Map(
    Object.entries(statement.row.shape).map(([field, schema]) => [columnOf(field), schema]),
  )
  for (const column of columns) {
    const schema = wanted.get(column.name)
    if (schema === undefined) found.push(`column ${column.name} is not in the schema`)
    else found.push(...columnDifferences(column, kindOf(schema), { statement, catalogue }))
    wanted.delete(column.name)
  }
  for (const name of wanted.keys()) found.push(`there is no column ${name}`)
  return found
}

function columnDifferences(
  column: DescribedColumn,
  { kind, element, isNullable, isOptional }: ReturnType<typeof kindOf>,
  { statement, catalogue }: { readonly statement: Statement<unknown>; readonly catalogue: Catalogue },
): string[] {
  const found: string[] = []
  if (!fits(column.dataTypeID, kind, element))
    found.push(`column ${column.name} is ${catalogue.typeName(column.dataTypeID)}, the schema says ${kind}`)
  // A condition of the statement may shut nulls out; the description does not tell.
  const isShutOut = new RegExp(`${column.name} is not null`).test(statement.text)
  if (catalogue.isNotNull(column) === false && !isNullable && !isOptional && !isShutOut)
    found.push(`column ${column.name} may be null, the schema says it may not`)
  return found
}

const textLike: ReadonlySet<number> = new Set([
  oid.text,
  oid.varchar,
  oid.uuid,
  oid.date,
  oid.json,
  oid.jsonb,
  oid.numeric,
])
const numeric: ReadonlySet<number> = new Set([
  oid.int2,
  oid.int4,
  oid.oid,
  oid.float4,
  oid.float8,
  oid.int8,
  oid.numeric,
])

function fits(type: number, kind: FieldKind, element: FieldKind): boolean {
  switch (kind) {
    case 'string':
      return textLike.has(type)
    case 'number':
      return numeric.has(type)
    case 'bigint':
      return type === oid.int8 || type === oid.numeric
    case 'boolean':
      return type === oid.bool
    case 'date':
      return type === oid.timestamptz
    case 'bytes':
      return type === oid.bytea
    case 'array': {
      const elementType = elementOf.get(type)
      return (
        type === oid.json ||
        type === oid.jsonb ||
        (elementType !== undefined && fits(elementType, element, 'other'))
      )
    }
    default:
      return type === oid.json || type === oid.jsonb
  }
}
