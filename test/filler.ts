/**
 * Fills the tables of a schema with rows, knowing nothing of them but what the catalogues say: types, foreign keys and
 * the words and lengths that stand in check constraints. A row that a constraint refuses is drawn again. Seeded: the same
 * schema gets the same rows.
 */
import { createHash } from 'node:crypto'
import pg from 'pg'
import { quote } from '../kernel/db/roles.ts'

interface Column {
  readonly name: string
  readonly type: string
  readonly isNullable: boolean
  readonly hasDefault: boolean
}

interface ForeignKey {
  readonly columns: readonly string[]
  readonly target: string
  readonly targetColumns: readonly string[]
}

interface Table {
  readonly name: string
  readonly columns: readonly Column[]
  readonly foreignKeys: readonly ForeignKey[]
  /** Definitions of its check constraints and indexes, in which a draw looks for words. */
  readonly checks: string
}

/** A value as text for the server to cast; null for none. */
type Drawn = string | null
type Random = () => number

/** What draws depend on: chance, and the identifiers drawn so far, by column name. */
interface Draw {
  readonly random: Random
  readonly identifiers: Map<string, string[]>
}

const ATTEMPTS = 300
/** How often a column takes an identifier that a column of its name has elsewhere, so that rows belong together. */
const REUSE = 0.8
const FIRST_INSTANT = Date.UTC(2026, 0, 1)

/**
 * Puts up to `rowsEach` rows into every empty table, those that others refer to first; fewer where the tables it refers to
 * allow no more, never none. Returns how many each table got.
 */
export async function fill(
  client: pg.ClientBase,
  schema: string,
  rowsEach: number,
): Promise<Map<string, number>> {
  const draw: Draw = { random: seeded(schema), identifiers: new Map() }
  const counts = new Map<string, number>()
  for (const table of inOrder(await readTables(client, schema))) {
    let rows = 0
    while (rows < rowsEach && (await insertRow(client, table, { draw, isNeeded: rows === 0 }))) rows += 1
    counts.set(table.name, rows)
  }
  return counts
}

async function insertRow(
  client: pg.ClientBase,
  table: Table,
  { draw, isNeeded }: { readonly draw: Draw; readonly isNeeded: boolean },
): Promise<boolean> {
  let refusal: unknown
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const values = await drawRow(client, table, draw)
    const columns = table.columns.filter(({ name }) => values.has(name))
    const names = columns.map(({ name }) => quote(name)).join(', ')
    const places = columns.map(({ type }, index) => `$${index + 1}::${type}`).join(', ')
    try {
      await client.query(
        `insert into ${quote(table.name)} (${names}) values (${places})`,
        columns.map(({ name }) => values.get(name) ?? null),
      )
      remember(columns, values, draw)
      return true
    } catch (error) {
      // 23…: a constraint; 22…: a value that its type does not take. Another draw may do.
      if (!(error instanceof pg.DatabaseError) || !/^2[23]/.test(error.code ?? '')) throw error
      refusal = error
    }
  }
  if (!isNeeded) return false
  throw new Error(`no row for ${table.name} after ${ATTEMPTS} draws`, { cause: refusal })
}

function remember(
  columns: readonly Column[],
  values: ReadonlyMap<string, Drawn>,
  { identifiers }: Draw,
): void {
  for (const { name, type } of columns) {
    const value = values.get(name)
    if (type === 'uuid' && value !== null && value !== undefined)
      identifiers.set(name, [...(identifiers.get(name) ?? []), value])
  }
}

/** Foreign keys first, agreeing where they share columns; then the rest by type. */
async function drawRow(client: pg.ClientBase, table: Table, draw: Draw): Promise<Map<string, Drawn>> {
  const { random } = draw
  const values = new Map<string, Drawn>()
  for (const key of table.foreignKeys) await drawReference(client, key, { values, random })
  for (const column of table.columns) {
    if (values.has(column.name)) continue
    const known = pick(draw.identifiers.get(column.name) ?? [], random)
    if (known !== undefined && random() < REUSE) {
      values.set(column.name, known)
      continue
    }
    if (column.isNullable && random() < 0.4) values.set(column.name, null)
    else if (!column.hasDefault || random() < 0.5)
      values.set(column.name, drawValue(column, table.checks, random))
  }
  return values
}

async function drawReference(
  client: pg.ClientBase,
  { columns, target, targetColumns }: ForeignKey,
  { values, random }: { readonly values: Map<string, Drawn>; readonly random: Random },
): Promise<void> {
  const fixed = columns.flatMap((name, index) =>
    values.has(name) ? [{ name, column: targetColumns[index] ?? '' }] : [],
  )
  const conditions = fixed.map(({ column }, index) => `${quote(column)}::text = $${index + 1}`).join(' and ')
  const { rows } = await client.query<string[]>({
    text: `select ${targetColumns.map((name) => `${quote(name)}::text`).join(', ')} from ${target}
           ${conditions === '' ? '' : `where ${conditions}`}
           order by ${targetColumns.map((_, index) => index + 1).join(', ')}`,
    values: fixed.map(({ name }) => values.get(name)),
    rowMode: 'array',
  })
  const row = pick(rows, random)
  if (row === undefined) return
  columns.forEach((name, index) => {
    values.set(name, row[index] ?? null)
  })
}

function drawValue({ name, type }: Pick<Column, 'name' | 'type'>, checks: string, random: Random): string {
  if (type.endsWith('[]')) return `{${drawValue({ name, type: type.slice(0, -2) }, checks, random)}}`
  const integer = Math.floor(random() * 4)
  switch (type) {
    case 'uuid':
      return createHash('md5')
        .update(String(random()))
        .digest('hex')
        .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})/, '$1-$2-7$3-8$4-$5')
    case 'boolean':
      return random() < 0.5 ? 'true' : 'false'
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'numeric':
      return String(integer)
    case 'real':
    case 'double precision':
      return String(random())
    case 'date':
      return new Date(FIRST_INSTANT + integer * 86_400_000).toISOString().slice(0, 10)
    case 'timestamp with time zone':
      return new Date(FIRST_INSTANT + integer * 600_000).toISOString()
    case 'json':
    case 'jsonb':
      return `{"drawn":${integer}}`
    case 'bytea':
      return `\\x${createHash('sha256')
        .update(String(random()))
        .digest('hex')
        .slice(0, 2 * byteLength(name, checks))}`
    default:
      return drawText(name, checks, random)
  }
}

/** `length(salt) = 16` in a constraint. */
function byteLength(name: string, checks: string): number {
  return Number(new RegExp(`length\\(${name}\\) = (\\d+)`).exec(checks)?.[1] ?? 32)
}

/** The words of the constraints that name the column, or a short word that most patterns take. */
function drawText(name: string, checks: string, random: Random): string {
  const words = checks
    .split('\n')
    .filter((check) => new RegExp(`\\b${name}\\b`).test(check) && !check.includes('~'))
    .flatMap((check) => [...check.matchAll(/'([^']*)'::text/g)].map(([, word = '']) => word))
  const least = Number(
    new RegExp(`length\\((?:TRIM\\(BOTH FROM )?${name}\\)+ >= (\\d+)`).exec(checks)?.[1] ?? 0,
  )
  return pick(words, random) ?? `word-${Math.floor(random() * 1e9).toString(36)}`.padEnd(least, '-word')
}

function pick<T>(list: readonly T[], random: Random): T | undefined {
  return list[Math.floor(random() * list.length)]
}

/** Mulberry32: small, and the same everywhere. */
function seeded(seed: string): Random {
  let state = createHash('sha256').update(seed).digest().readUInt32LE()
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function inOrder(tables: readonly Table[]): Table[] {
  const done = new Map<string, Table>()
  const visit = (table: Table): void => {
    if (done.has(table.name)) return
    for (const { target } of table.foreignKeys) {
      const other = tables.find(({ name }) => name === target)
      if (other !== undefined && other !== table) visit(other)
    }
    done.set(table.name, table)
  }
  for (const table of tables) visit(table)
  return [...done.values()]
}

async function readTables(client: pg.ClientBase, schema: string): Promise<Table[]> {
  const names = (numbers: string, relation: string): string =>
    `(select json_agg(attname order by place)
      from unnest(${numbers}) with ordinality as key (number, place)
      join pg_attribute on attrelid = ${relation} and attnum = number)`
  const { rows } = await client.query<Table>(
    `select relname as name,
       (select json_agg(json_build_object('name', attname, 'type', format_type(atttypid, null),
                 'isNullable', not attnotnull, 'hasDefault', atthasdef or attidentity <> '') order by attnum)
        from pg_attribute where attrelid = pg_class.oid and attnum > 0 and not attisdropped) as columns,
       (select coalesce(json_agg(json_build_object('columns', ${names('conkey', 'conrelid')},
                 'target', confrelid::regclass::text,
                 'targetColumns', ${names('confkey', 'confrelid')}) order by conname), '[]')
        from pg_constraint where conrelid = pg_class.oid and contype = 'f') as "foreignKeys",
       (select coalesce(string_agg(pg_get_constraintdef(oid), E'\n'), '')
        from pg_constraint where conrelid = pg_class.oid and contype = 'c') as checks
     from pg_class
     where relnamespace = $1::regnamespace and relkind in ('r', 'p') and relname <> 'schema_migrations'
     order by relname`,
    [schema],
  )
  return rows
}
