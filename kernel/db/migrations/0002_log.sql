-- breaking
-- The transparency log: entries commit unsequenced, one sequencer gives them their place, tiles and checkpoints follow.

do $$
begin
  if exists (select from log_entries) then
    raise exception using
      message = 'this database was made before the transparency log and cannot be carried over',
      hint = 'Export its cases with the version that made it, and import them into a new institution.';
  end if;
end
$$;
drop table log_entries;

-- One log an institution. The origin is what checkpoints and witnesses know it by, so it never changes.
create table logs (
  institution_id uuid primary key references institutions,
  origin text not null unique check (origin ~ '^[^\s+]+$'),
  created_at timestamptz not null
);

-- Keys that the log signs or signed with, in C2SP's vkey form. The private halves are in the key file or behind the key command.
create table log_keys (
  institution_id uuid not null references institutions,
  key_number integer not null check (key_number >= 1),
  algorithm text not null check (algorithm in ('ed25519', 'ml-dsa-44')),
  vkey text not null,
  -- The signed note with which the key before it handed over; null for the first.
  handover text,
  created_at timestamptz not null,
  -- When the next key took its place.
  retired_at timestamptz,
  primary key (institution_id, algorithm, key_number)
);
create unique index log_keys_one_in_use on log_keys (institution_id, algorithm) where retired_at is null;

-- Written in the transaction of what is recorded; emptied by the sequencer.
create table log_pending (
  institution_id uuid not null,
  entry_id uuid not null,
  kind text not null,
  case_id uuid,
  -- Identifier of the recorded row in its own table.
  record_id text not null,
  actor text not null,
  said text not null,
  salt bytea not null check (length(salt) = 16),
  -- SHA-256(SHA-256(salt || entry_id || actor) || record_id || 0x0A || canonical JSON of the record).
  record_digest bytea not null check (length(record_digest) = 32),
  -- SHA-256(salt || record_digest || case_id or zero || milliseconds as uint64 || kind || 0x0A || said): the entry itself.
  commitment bytea not null check (length(commitment) = 32),
  recorded_at timestamptz(3) not null,
  primary key (institution_id, entry_id)
);

-- The same with its place. Only `sequence_entries` writes here.
create table log_entries (
  institution_id uuid not null,
  entry_index bigint not null check (entry_index >= 0),
  entry_id uuid not null,
  kind text not null,
  case_id uuid,
  record_id text not null,
  actor text not null,
  said text not null,
  salt bytea not null,
  record_digest bytea not null,
  commitment bytea not null,
  recorded_at timestamptz(3) not null,
  primary key (institution_id, entry_index)
);
create index log_entries_by_case on log_entries (institution_id, case_id) where case_id is not null;

-- Every entry, with its place or still without.
create view log_all with (security_invoker = true) as
  select institution_id, entry_index, entry_id, kind, case_id, record_id, actor, said, salt, record_digest, commitment, recorded_at
  from log_entries
  union all
  select institution_id, null, entry_id, kind, case_id, record_id, actor, said, salt, record_digest, commitment, recorded_at
  from log_pending;

-- One for each size, whoever tries to sign a second.
create table log_checkpoints (
  institution_id uuid not null,
  tree_size bigint not null check (tree_size >= 0),
  root_hash bytea not null check (length(root_hash) = 32),
  -- The signed note as it is published.
  note text not null,
  signed_at timestamptz not null,
  primary key (institution_id, tree_size)
);

-- What witnesses added to a checkpoint.
create table log_cosignatures (
  institution_id uuid not null,
  tree_size bigint not null,
  witness text not null,
  -- The signature line with its line end.
  line text not null,
  cosigned_at timestamptz not null,
  primary key (institution_id, tree_size, witness),
  foreign key (institution_id, tree_size) references log_checkpoints
);

-- Which witnesses, how many (c2sp.org/tlog-policy); the last one is in force.
create table log_policies (
  institution_id uuid not null references institutions,
  policy_id uuid not null,
  policy text not null,
  set_at timestamptz not null,
  primary key (institution_id, policy_id)
);

-- How asking each witness went; kept, so that any process can tell.
create table log_witnesses (
  institution_id uuid not null references institutions,
  -- Submission prefix.
  url text not null,
  -- The largest tree it is known to have cosigned.
  tree_size bigint not null check (tree_size >= 0),
  cosigned_at timestamptz,
  -- Code of what went wrong last, with what the witness or the network said, and since when; null while all is well.
  failure text,
  detail text,
  failing_since timestamptz,
  primary key (institution_id, url),
  check ((failure is null) = (failing_since is null)),
  check ((failure is null) = (detail is null))
);

-- This institution as a witness for others. Its keys are in the key file or behind the key command.
create table witnesses (
  institution_id uuid primary key references institutions,
  name text not null unique check (name ~ '^[^\s+]+$'),
  -- Cosigner keys, Ed25519 and ML-DSA-44, separated by a space.
  vkeys text not null,
  enabled_at timestamptz not null
);

-- Logs of others that this institution is a witness for, and the last tree that it took note of in each.
create table witnessed_logs (
  institution_id uuid not null references institutions,
  origin text not null,
  -- Trusted keys of the log, separated by spaces; empty where it is no longer witnessed.
  vkeys text not null,
  -- Written before anything is signed, so that no crash lets another tree of this size be cosigned.
  tree_size bigint not null check (tree_size >= 0),
  -- Null as long as no tree was taken note of.
  root_hash bytea check (length(root_hash) = 32),
  -- The last checkpoint that was cosigned, with the log's signatures and ours, and its size.
  checkpoint text,
  checkpoint_size bigint check (checkpoint_size <= tree_size),
  added_at timestamptz not null,
  cosigned_at timestamptz,
  primary key (institution_id, origin),
  check ((root_hash is null) = (cosigned_at is null)),
  check (root_hash is not null or tree_size = 0),
  check ((checkpoint is null) = (checkpoint_size is null))
);

do $$
declare
  one text;
begin
  foreach one in array array[
    'logs', 'log_keys', 'log_pending', 'log_entries', 'log_checkpoints', 'log_cosignatures', 'log_policies', 'log_witnesses',
    'witnesses', 'witnessed_logs'
  ] loop
    execute format('alter table %I enable row level security', one);
    execute format(
      'create policy own_institution on %I to khudi_kernel
         using (institution_id = (select current_setting(''khudi.institution_id'')::uuid))
         with check (institution_id = (select current_setting(''khudi.institution_id'')::uuid))', one);
  end loop;
end
$$;

-- What is recorded is only ever added to; the sequencer's function alone moves it.
grant select, insert on logs, log_pending, log_checkpoints, log_cosignatures, log_policies to khudi_kernel;
grant select on log_entries, log_all to khudi_kernel;
grant select, insert on witnesses to khudi_kernel;
grant select, insert, update on log_keys, log_witnesses, witnessed_logs to khudi_kernel;

/*
 * Gives the oldest `most` pending entries of the transaction's institution the next places, in the order of their ids.
 * The caller holds the log's advisory lock; a second caller would find the place taken and fail.
 */
create function sequence_entries(most integer) returns table (entry_index bigint, commitment bytea)
language sql volatile security definer
set search_path = pg_catalog, pg_temp
-- A queue is empty or long whatever its statistics say: by the index, always.
set enable_seqscan = off
as $$
  with taken as (
    delete from kernel.log_pending
    where ctid = any (array(
      select ctid from kernel.log_pending
      where institution_id = current_setting('khudi.institution_id')::uuid
      order by entry_id limit most
    ))
    returning *
  )
  insert into kernel.log_entries as placed (institution_id, entry_index, entry_id, kind, case_id, record_id, actor, said, salt,
    record_digest, commitment, recorded_at)
  select institution_id,
    (
      select coalesce(max(last.entry_index) + 1, 0) from kernel.log_entries last
      where last.institution_id = current_setting('khudi.institution_id')::uuid
    ) + row_number() over (order by entry_id) - 1,
    entry_id, kind, case_id, record_id, actor, said, salt, record_digest, commitment, recorded_at
  from taken
  order by entry_id
  returning placed.entry_index, placed.commitment
$$;
revoke execute on function sequence_entries(integer) from public;
grant execute on function sequence_entries(integer) to khudi_kernel;

/*
 * Institutions whose log has something to order: the sequencer asks for all of them at once. It jumps from one to the next
 * in the primary key, so it costs as many steps as there are such institutions, however many entries wait.
 */
create function institutions_with_pending() returns setof uuid
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  with recursive waiting (institution_id) as (
    (select institution_id from kernel.log_pending order by institution_id limit 1)
    union all
    select (
      select later.institution_id from kernel.log_pending later
      where later.institution_id > waiting.institution_id order by later.institution_id limit 1
    )
    from waiting where waiting.institution_id is not null
  )
  select institution_id from waiting where institution_id is not null
$$;
revoke execute on function institutions_with_pending() from public;
grant execute on function institutions_with_pending() to khudi_kernel;
