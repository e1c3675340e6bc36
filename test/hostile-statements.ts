/**
 * Statements that somebody would try who got hold of a connection. A table of data, so longer than a file of code should be.
 */
import { KERNEL_SCHEMA } from '../kernel/db/roles.ts'

export const uuidOf = (text: string) => `'${text}'`

/** What either role tries on the server, its roles, its files and everybody's settings. */
export const onServer = [
  // Becoming another.
  ...['set role khudi_owner', 'set role pg_read_all_data', 'set local role pg_database_owner'],
  ...[
    'set session authorization khudi_owner',
    'set session authorization postgres',
    'grant khudi_owner to current_user',
  ],
  ...[
    'grant pg_read_all_data to current_user',
    'grant pg_execute_server_program to current_user',
    'create role mine superuser',
  ],
  ...[
    'alter role current_user superuser',
    'alter role current_user bypassrls',
    'alter role current_user replication',
  ],
  ...[
    'alter role khudi_owner password $$x$$',
    'drop role khudi_owner',
    'reassign owned by khudi_owner to current_user',
  ],
  ...[
    'alter default privileges for role khudi_owner grant select on tables to public',
    'drop owned by khudi_owner cascade',
  ],
  // Programs and files of the machine.
  ...[
    "copy (select 1) to program 'id'",
    "copy (select 1) to '/tmp/mine'",
    "select pg_read_file('postgresql.conf')",
  ],
  ...[
    "select pg_read_binary_file('pg_hba.conf')",
    "select * from pg_stat_file('PG_VERSION')",
    "select pg_ls_dir('.')",
  ],
  ...[
    'select pg_ls_waldir()',
    'select pg_ls_logdir()',
    'select pg_ls_tmpdir()',
    "select lo_import('/etc/passwd')",
  ],
  ...[
    "select lo_export(1, '/tmp/mine')",
    'select * from pg_hba_file_rules',
    'select * from pg_file_settings',
  ],
  // Other servers and other code.
  ...[
    'create extension dblink',
    'create extension postgres_fdw',
    'create extension file_fdw',
    'create extension plpython3u',
  ],
  ...[
    'create extension pg_trgm',
    'create extension adminpack',
    'create language mine handler plpgsql_call_handler',
  ],
  ...[
    'create foreign data wrapper mine',
    'create server mine foreign data wrapper mine',
    'create user mapping for current_user server mine',
  ],
  ...["load 'auto_explain'", 'create event trigger mine on ddl_command_end execute function current_user()'],
  ...[
    'create access method mine type table handler heap_tableam_handler',
    'create publication mine for all tables',
  ],
  ...[
    "create subscription mine connection 'host=192.0.2.1' publication mine with (connect = false)",
    "select pg_create_logical_replication_slot('m', 'pgoutput')",
  ],
  ...["select pg_create_physical_replication_slot('m')", "select pg_replication_origin_create('m')"],
  // Settings and state of everybody.
  ...[
    "alter system set log_statement = 'all'",
    'select pg_reload_conf()',
    'select pg_rotate_logfile()',
    'select pg_switch_wal()',
  ],
  ...[
    "select pg_create_restore_point('m')",
    "select pg_backup_start('m')",
    'checkpoint',
    'select pg_promote()',
  ],
  ...[
    'set session_replication_role = replica',
    "set log_min_messages = 'debug5'",
    'set log_parameter_max_length = -1',
    'set zero_damaged_pages = on',
  ],
  ...[
    'set allow_system_table_mods = on',
    "set local_preload_libraries = 'x'",
    "set session_preload_libraries = 'x'",
    "set dynamic_library_path = '/tmp'",
  ],
  ...[
    "alter database postgres set search_path = 'x'",
    'create database mine',
    "create tablespace mine location '/tmp'",
  ],
  ...["prepare transaction 'mine'", "commit prepared 'mine'"],
  // Who else is there.
  ...[
    'select pg_terminate_backend(pid) from pg_stat_activity where usename = $$khudi_owner$$ and pid <> pg_backend_pid()',
  ],
  ...[
    'select passwd from pg_shadow',
    'select rolpassword from pg_authid',
    'select * from pg_statistic',
    'select * from pg_largeobject',
  ],
  ...['select * from pg_user_mapping', 'select * from pg_subscription'],
  // The catalogue by hand.
  ...[
    'update pg_class set relrowsecurity = false',
    'delete from pg_policy',
    'update pg_authid set rolsuper = true where rolname = current_user',
  ],
  ...[
    'insert into pg_proc select * from pg_proc',
    'update pg_settings set setting = $$off$$ where name = $$fsync$$',
  ],
] as const

/** Statements that PostgreSQL carries out and that come to nothing. */
export const comesToNothing = new Set<string>([
  // Of the next connection, and only what the machine's administrator put into a folder for it.
  "set local_preload_libraries = 'x'",
  // Of tables that it may not read it writes none.
  "select database_to_xml(true, true, '')",
  // Nobody of that name is connected.
  'select pg_terminate_backend(pid) from pg_stat_activity where usename = $$khudi_owner$$ and pid <> pg_backend_pid()',
])

/** What an application's role sets first. */
export const settingsOf = (institutionId: string): readonly string[] => [
  `set khudi.institution_id = ${uuidOf(institutionId)}`,
  `set khudi.units = '*'`,
  `select set_config('khudi.institution_id', ${uuidOf(institutionId)}, false)`,
  `alter role current_user set khudi.institution_id = ${uuidOf(institutionId)}`,
  'set row_security = off',
  `set search_path = ${KERNEL_SCHEMA}`,
]

/** What of the kernel an application's role reaches for; `own` is its schema. */
export const reachingFrom = (own: string): readonly string[] => [
  ...[
    'cases',
    'decisions',
    'log_entries',
    'accounts',
    'sessions',
    'vault_keys',
    'institutions',
    'access_keys',
  ].map((table) => `select * from ${KERNEL_SCHEMA}.${table}`),
  `select * from cases`,
  `select table_to_xml('${KERNEL_SCHEMA}.cases', true, true, '')`,
  `select query_to_xml('select * from ${KERNEL_SCHEMA}.cases', true, true, '')`,
  `select database_to_xml(true, true, '')`,
  `select * from ${KERNEL_SCHEMA}.sequence_entries(1)`,
  `select ${KERNEL_SCHEMA}.institutions_with_pending()`,
  `copy ${KERNEL_SCHEMA}.cases to stdout`,
  `lock table ${KERNEL_SCHEMA}.cases in access exclusive mode`,
  `truncate ${KERNEL_SCHEMA}.cases`,
  `comment on table ${KERNEL_SCHEMA}.cases is 'mine'`,
  `create trigger mine before insert on ${KERNEL_SCHEMA}.cases execute function current_user()`,
  `create table ${own}.child () inherits (${KERNEL_SCHEMA}.cases)`,
  `create table ${own}.ref (id uuid references ${KERNEL_SCHEMA}.institutions)`,
  `create view ${own}.peek with (security_invoker = false) as select * from ${KERNEL_SCHEMA}.cases`,
  `create function ${own}.peek() returns setof ${KERNEL_SCHEMA}.cases language sql security definer as 'select * from ${KERNEL_SCHEMA}.cases'`,
  `do $$ begin perform * from ${KERNEL_SCHEMA}.cases; end $$`,
  `do $$ begin execute 'select * from ' || quote_ident('${KERNEL_SCHEMA}') || '.cases'; end $$`,
  `create statistics ${own}.s on a, b from ${KERNEL_SCHEMA}.cases`,
  `select nextval('${KERNEL_SCHEMA}.any')`,
  `create operator ${own}.= (leftarg = ${KERNEL_SCHEMA}.cases, rightarg = ${KERNEL_SCHEMA}.cases, function = record_eq)`,
]

/** What the kernel's role tries that has named one institution, to get at another. */
export const insideOutOf = ({
  beta,
  institutionId,
}: {
  readonly beta: string
  readonly institutionId: string
}): readonly string[] => [
  // Reading around the condition.
  ...[
    'select * from cases',
    'select * from only cases',
    'table cases',
    'select * from cases tablesample system (100)',
  ],
  `with recursive r as (select * from cases union select * from cases) select * from r`,
  `select * from cases where reference::integer = 1`,
  `select * from cases where 1 / (length(reference) - length(reference)) = 1`,
  `select * from accounts where password_hash::uuid is not null`,
  `select xmlelement(name x, reference) from cases`,
  `select string_agg(row_to_json(c)::text, '') from cases c`,
  `select ctid, xmin, * from cases`,
  `select * from cases where ctid = '(0,1)'`,
  `select (select c from cases c limit 1)`,
  `select * from pg_stats where schemaname = '${KERNEL_SCHEMA}'`,
  `select * from pg_stats_ext`,
  `declare c cursor with hold for select * from cases`,
  `select query_to_xml('select * from cases', true, true, '')`,
  `select schema_to_xml('${KERNEL_SCHEMA}', true, true, '')`,
  // Writing around it.
  `update cases set institution_id = ${uuidOf(beta)}`,
  `update accounts set institution_id = ${uuidOf(beta)} where true`,
  `delete from sessions`,
  `delete from sessions using accounts where accounts.account_id = sessions.account_id`,
  `merge into accounts a using (select 1) s on true when matched then update set disabled_at = now()`,
  `insert into accounts select * from accounts on conflict do nothing`,
  `with moved as (delete from jobs returning *) insert into jobs select * from moved`,
  `select * from sessions for update`,
  `select * from ${KERNEL_SCHEMA}.sequence_entries(1000000)`,
  // Turning it off.
  `set local row_security = off; select * from cases`,
  `alter table cases disable row level security`,
  `alter table cases no force row level security`,
  `drop policy own_institution on cases`,
  `create policy mine on cases using (true)`,
  `alter policy own_institution on cases using (true)`,
  `create view mine as select * from cases`,
  `create rule mine as on select to cases do instead select 1`,
  `create materialized view mine as select * from cases`,
  `create temporary table mine as select * from cases`,
  `create function mine() returns void language sql as 'select 1'`,
  `create function kernel.current_setting(text) returns text language sql as $$select '${institutionId}'$$`,
  `set local search_path = pg_temp, kernel; create temporary table institutions (institution_id uuid)`,
  `reset khudi.institution_id; select * from cases`,
  `set local khudi.institution_id = ''; select * from cases`,
  `set local khudi.institution_id = '${beta}'' or true --'; select * from cases`,
  `discard plans; select * from cases`,
]
