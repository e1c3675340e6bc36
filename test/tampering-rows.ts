/** Changes that somebody with full access to the database could make to single rows: edits, deletions, insertions. */
import { randomBytes, randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Random } from '../applications/customs/sample/random.ts'

/** A connection that may do anything, inside of a transaction that is rolled back; one institution's rows are its aim. */
export interface Intruder {
  readonly client: pg.Client
  readonly institutionId: string
  readonly random: Random
}

/** What was done, in words; undefined where there was nothing to do it to, or where it changed nothing. */
export type Tampering = (intruder: Intruder) => Promise<string | undefined>

/** Tables whose rows are bound by entries or follow from them, with the columns that are neither. */
export const boundTables: Readonly<
  Record<string, { readonly free?: readonly string[]; readonly where?: string }>
> = {
  institutions: {},
  sampling_keys: {},
  accounts: {},
  access_keys: {},
  sign_in_rules: {},
  passwords: {},
  // What a passkey is called and reached by; and what each use of a factor moves on.
  factors: { free: ['name', 'transports', 'counter', 'last_used_at'] },
  issuers: {},
  identities: {},
  ai_systems: {},
  models: {},
  model_evaluations: {},
  // What came with the opening of a case may as well have come just after: its version is known to two or three.
  cases: {},
  decisions: {},
  reviews: {},
  outcomes: {},
  imports: { where: `state = 'finished'` },
  reads: {},
  proposals: {},
  proposal_endings: {},
  glasses: {},
  glass_reviews: {},
  // When a holder was first needed is in no entry: that would be one more for every person.
  vault_keys: { free: ['created_at'] },
  // The first keys are made with the institution; their successors are bound by what they were put in the place of.
  wrapping_keys: { where: 'key_number > 1' },
  log_keys: { where: 'key_number > 1' },
  // The time is in the signatures; given to another institution they are as good as deleted.
  log_checkpoints: { free: ['signed_at', 'institution_id'] },
  log_cosignatures: { free: ['cosigned_at', 'institution_id'] },
  log_policies: {},
  log_entries: {},
}

/** Deleted, these leave no gap: older checkpoints follow from newer ones, cosignatures are others' to repeat. */
const mayGo = new Set(['log_checkpoints', 'log_cosignatures', 'vault_keys'])
/** Inserted, these say nothing of what was done. */
const mayCome = new Set([
  'log_checkpoints',
  'log_cosignatures',
  'vault_keys',
  'sampling_keys',
  'institutions',
])

interface Column {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
}

export function one<T>({ random }: Pick<Intruder, 'random'>, choices: readonly T[]): T {
  const chosen = choices[random.below(choices.length)]
  if (chosen === undefined) throw new Error('there is nothing to choose from')
  return chosen
}

/** Lets every change through that the schema alone would stop: whoever owns the database does that first. */
export async function dropConstraints(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ drop: string }>(
    `select format('alter table %s drop constraint %I cascade', conrelid::regclass, conname) as drop from pg_constraint
     where connamespace = 'kernel'::regnamespace and contype in ('f', 'c') and conparentid = 0`,
  )
  for (const { drop } of rows) await client.query(drop)
}

async function columnsOf({ client }: Intruder, table: string): Promise<readonly Column[]> {
  const { rows } = await client.query<Column>(
    `select attname as name, format_type(atttypid, null) as type, not attnotnull as nullable from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [table],
  )
  return rows
}

/** `ctid` of a row of the institution. */
async function anyRow(intruder: Intruder, table: string): Promise<string | undefined> {
  const { client, institutionId, random } = intruder
  const { rows } = await client.query<{ row: string }>(
    `select ctid::text as row from ${table} where institution_id = $1 and ${boundTables[table]?.where ?? 'true'} order by ctid`,
    [institutionId],
  )
  return rows[random.below(Math.max(1, rows.length))]?.row
}

const anyTable = (intruder: Intruder, but: ReadonlySet<string> = new Set()) =>
  one(
    intruder,
    Object.keys(boundTables).filter((table) => !but.has(table)),
  )

/** One column of one row. */
export const editRow: Tampering = async (intruder) => {
  const { client } = intruder
  const table = anyTable(intruder)
  const row = await anyRow(intruder, table)
  const free = boundTables[table]?.free ?? []
  const column = one(
    intruder,
    (await columnsOf(intruder, table)).filter(({ name }) => !free.includes(name)),
  )
  if (row === undefined) return undefined
  const { rows } = await client.query<{ before: string | null }>(
    `select ${column.name}::text as before from ${table} where ctid = $1`,
    [row],
  )
  const before = rows[0]?.before ?? null
  const after = otherValue(intruder, column, before)
  if (after === before) return undefined
  await client.query('savepoint edit')
  try {
    const { rows: edited } = await client.query<{ same: boolean }>(
      `update ${table} set ${column.name} = $2::text::${column.type} where ctid = $1
       returning ${column.name}::text is not distinct from $3::text as same`,
      [row, after, before],
    )
    if (edited[0]?.same !== false) return undefined
  } catch {
    // A value that was there already, or none that the type takes.
    await client.query('rollback to edit')
    return undefined
  }
  return `${table}.${column.name} of ${row}: ${shown(before)} becomes ${shown(after)}`
}

const shown = (value: string | null) => (value === null ? 'null' : value.slice(0, 60))

function otherValue(intruder: Intruder, { type, nullable }: Column, before: string | null): string | null {
  const { random } = intruder
  if (nullable && before !== null && random.chance(0.15)) return null
  switch (type) {
    case 'uuid':
      return randomUUID()
    case 'integer':
    case 'bigint':
      // Near ones are the likelier aim, except where the record leaves them open (see `cases`).
      return String(Number(before ?? 0) + one(intruder, [-4, 3, 4, 1000]))
    case 'double precision':
      return String(
        before === null ? random.uniform() : Number(before) * (1 + 2 ** -52 * one(intruder, [1, 2, 2 ** 40])),
      )
    case 'date':
      return shifted(before ?? '2026-01-01', one(intruder, [-1, 1, 30]) * 86_400_000).slice(0, 10)
    case 'timestamp with time zone':
      return shifted(before ?? '2026-01-01', one(intruder, [-1, 1, 3_600_000]))
    case 'bytea':
      return otherBytes(intruder, before)
    case 'text[]':
      return one(intruder, ['{}', '{administrator}', `${before?.slice(0, -1)},engineer}`])
    case 'json':
      return one(intruder, ['{}', '[]', `${before} `, `${before?.slice(0, -1)} ${before?.slice(-1)}`])
    default:
      return otherText(intruder, before ?? '')
  }
}

const shifted = (text: string, ms: number) =>
  new Date(Date.parse(text.replace(/\+00$/, 'Z')) + ms).toISOString()

function otherBytes(intruder: Intruder, before: string | null): string {
  const { random } = intruder
  const bytes = Buffer.from(before?.slice(2) ?? '', 'hex')
  if (bytes.length === 0 || random.chance(0.1)) return `\\x${randomBytes(32).toString('hex')}`
  const at = random.below(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
  return `\\x${bytes.toString('hex')}`
}

/** Values that columns of few words have, and texts like the one that was there. */
function otherText(intruder: Intruder, before: string): string {
  const known = [
    'opened',
    'decided',
    'closed',
    'live',
    'retired',
    'automatic',
    'agreed',
    'api',
    'ur',
    'officer',
    'grant',
  ]
  const at = intruder.random.below(Math.max(1, before.length))
  return one(intruder, [
    one(intruder, known),
    `${before} `,
    '',
    before.slice(0, at) + before.slice(at + 1),
    `${before.slice(0, at)}x${before.slice(at + 1)}`,
  ])
}

export const deleteRow: Tampering = async (intruder) => {
  const table = anyTable(intruder, mayGo)
  const row = await anyRow(intruder, table)
  if (row === undefined) return undefined
  await intruder.client.query(`delete from ${table} where ctid = $1`, [row])
  return `a row of ${table} deleted: ${row}`
}

const identified = [
  ['decisions', 'decision_id'],
  ['outcomes', 'outcome_id'],
  ['reviews', 'review_id'],
  ['reads', 'read_id'],
  ['accounts', 'account_id'],
] as const

/** A row with its entry, as if it never had been. */
export const deleteWithEntry: Tampering = async (intruder) => {
  const { client, institutionId } = intruder
  const [table, identifier] = one(intruder, identified)
  const { rows } = await client.query<{ id: string }>(
    `select record_id as id from log_entries where institution_id = $1 and record_id in (
       select ${identifier}::text from ${table} where institution_id = $1
     ) order by entry_index`,
    [institutionId],
  )
  const id = one(intruder, rows).id
  await client.query(`delete from ${table} where ${identifier} = $1`, [id])
  await client.query('delete from log_entries where record_id = $1', [id])
  return `${table} ${id} deleted with its entry`
}

/** A copy of a row with identifiers of its own. */
export const insertRow: Tampering = async (intruder) => {
  const { client, institutionId, random } = intruder
  const table = anyTable(intruder, mayCome)
  const row = await anyRow(intruder, table)
  if (row === undefined) return undefined
  const keys = await uniqueColumns(intruder, table)
  const columns = await columnsOf(intruder, table)
  const values = columns.map(({ name, type }) => {
    if (name === 'institution_id' || !keys.has(name)) return name
    if (type === 'uuid') return name === 'case_id' && random.chance(0.5) ? name : `'${randomUUID()}'::uuid`
    if (type === 'bytea') return `'\\x${randomBytes(32).toString('hex')}'::bytea`
    if (type === 'integer' || type === 'bigint')
      return `(select max(${name}) + 1 from ${table} where institution_id = '${institutionId}')`
    return name === 'algorithm' ? name : `${name} || '-copy'`
  })
  const names = columns.map(({ name }) => name).join(', ')
  await client.query('savepoint copy')
  try {
    await client.query(
      `insert into ${table} (${names}) select ${values.join(', ')} from ${table} where ctid = $1`,
      [row],
    )
  } catch {
    await client.query('rollback to copy')
    return undefined
  }
  return `a copy of ${row} inserted into ${table}`
}

async function uniqueColumns({ client }: Intruder, table: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct attname as name from pg_index join pg_attribute on attrelid = indrelid and attnum = any(indkey)
     where indrelid = $1::regclass and indisunique and indpred is null`,
    [table],
  )
  return new Set(rows.map(({ name }) => name))
}

/** Two entries change places. */
export const reorder: Tampering = async (intruder) => {
  const { client, institutionId, random } = intruder
  const { rows } = await client.query<{ size: number }>(
    'select count(*)::integer as size from log_entries where institution_id = $1',
    [institutionId],
  )
  const size = rows[0]?.size ?? 0
  const [first, second] = [random.below(size), random.below(size)]
  if (first === second) return undefined
  const move = (from: number, to: number) =>
    client.query('update log_entries set entry_index = $3 where institution_id = $1 and entry_index = $2', [
      institutionId,
      from,
      to,
    ])
  await move(first, -1)
  await move(second, first)
  await move(-1, second)
  return `entries ${first} and ${second} changed places`
}
