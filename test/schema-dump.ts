/**
 * Writes a schema from the catalogues as SQL to be read: the same text for the same schema, on every version of
 * PostgreSQL. It is for comparing and reviewing; databases are made by migrations only.
 */
import type pg from 'pg'

interface Line {
  readonly relation: string
  readonly text: string
}

/** The schema's tables with columns, constraints, indexes, policies and grants, sorted by name. */
export async function dumpSchema(client: pg.ClientBase, schema: string): Promise<string> {
  const tables = await read(client, schema, TABLES)
  const inside: Line[] = []
  for (const text of [COLUMNS, CONSTRAINTS]) inside.push(...(await read(client, schema, text)))
  const below: Line[] = []
  for (const text of [INDEXES, SECURITY, POLICIES, GRANTS, TRIGGERS])
    below.push(...(await read(client, schema, text)))
  const blocks = tables.map(({ relation, text }) => {
    const ofIt = (lines: readonly Line[]): string[] =>
      lines.filter((line) => line.relation === relation).map((line) => line.text)
    const body = ofIt(inside)
      .map((line) => `  ${line}`)
      .join(',\n')
    return [`${text} (\n${body}\n);`, ...ofIt(below).map((line) => `${line};`)].join('\n')
  })
  const others = await read(client, schema, ROUTINES)
  return `${[...blocks, ...others.map((line) => `${line.text};`)].join('\n\n')}\n`
}

/** Names of its own schema would tell nothing, so the search path is the schema and catalogue functions leave them out. */
async function read(client: pg.ClientBase, schema: string, text: string): Promise<Line[]> {
  const { rows } = await client.query<Line>(text, [schema])
  return rows
}

/** Tables of the schema, but for what the migration runner keeps. */
const RELATIONS = `
  select pg_class.oid, relname from pg_class
  where relnamespace = $1::text::regnamespace and relkind in ('r', 'p', 'v', 'm') and relname <> 'schema_migrations'`

const TABLES = `
  with relation as (${RELATIONS})
  select relname as relation, 'create table ' || relname as text from relation order by relname`

const COLUMNS = `
  with relation as (${RELATIONS})
  select relname as relation,
         attname || ' ' || format_type(atttypid, atttypmod)
           || case when attnotnull then ' not null' else '' end
           || case when attidentity <> '' then ' generated as identity' else '' end
           || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') as text
  from relation
  join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
  left join pg_attrdef on adrelid = attrelid and adnum = attnum
  order by relname, attnum`

/** Not-null constraints have rows of their own from PostgreSQL 18 on; the columns say it already. */
const CONSTRAINTS = `
  with relation as (${RELATIONS})
  select relname as relation, 'constraint ' || conname || ' ' || pg_get_constraintdef(pg_constraint.oid) as text
  from relation join pg_constraint on conrelid = relation.oid and contype in ('p', 'u', 'f', 'c', 'x')
  order by relname, array_position(array['p', 'u', 'f', 'c', 'x']::"char"[], contype), conname`

const INDEXES = `
  with relation as (${RELATIONS})
  select relname as relation, replace(pg_get_indexdef(indexrelid), ' ON ' || $1::text || '.', ' ON ') as text
  from relation join pg_index on indrelid = relation.oid
  where not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))
  order by relname, indexrelid::regclass::text`

const SECURITY = `
  with relation as (${RELATIONS})
  select relation.relname as relation,
         'alter table ' || relation.relname
           || case when relrowsecurity then ' enable row level security' else ' disable row level security' end
           || case when relforcerowsecurity then ', force row level security' else '' end as text
  from relation join pg_class using (oid) order by relation.relname`

const POLICIES = `
  with relation as (${RELATIONS})
  select relname as relation,
         'create policy ' || policyname || ' on ' || relname || ' for ' || lower(cmd) || ' to ' || array_to_string(roles, ', ')
           || coalesce(' using (' || qual || ')', '') || coalesce(' with check (' || with_check || ')', '') as text
  from relation join pg_policies on schemaname = $1::text and tablename = relname
  order by relname, policyname`

const GRANTS = `
  with relation as (${RELATIONS})
  select relation.relname as relation,
         'grant ' || string_agg(lower(privilege_type), ', ' order by privilege_type) || ' on ' || relation.relname
           || ' to ' || coalesce(rolname, 'public') as text
  from relation
  join pg_class using (oid), aclexplode(relacl) as granted
  left join pg_roles on pg_roles.oid = granted.grantee
  where granted.grantee <> relowner
  group by relation.relname, rolname
  order by relation.relname, rolname`

const TRIGGERS = `
  with relation as (${RELATIONS})
  select relname as relation, pg_get_triggerdef(pg_trigger.oid) as text
  from relation join pg_trigger on tgrelid = relation.oid and not tgisinternal
  order by relname, tgname`

const ROUTINES = `
  select proname as relation, rtrim(pg_get_functiondef(pg_proc.oid), E'\\n') as text
  from pg_proc where pronamespace = $1::text::regnamespace and prokind in ('f', 'p')
    and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
  order by proname, pg_get_function_identity_arguments(pg_proc.oid)`
