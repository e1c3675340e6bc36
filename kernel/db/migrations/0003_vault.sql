-- breaking
-- The vault: sealed payloads, the keys that open them, and who read what.

do $$
begin
  if exists (select from institutions) then
    raise exception using
      message = 'this database was made before the vault and cannot be carried over',
      hint = 'Export its cases with the version that made it, and import them into a new institution.';
  end if;
end
$$;

-- The institution's wrapping keys; the keys themselves are in the key file or behind the key command, never here.
create table wrapping_keys (
  institution_id uuid not null references institutions,
  key_number integer not null check (key_number >= 1),
  created_at timestamptz not null,
  -- When the next one took its place; data keys are then wrapped anew.
  retired_at timestamptz,
  destroyed_at timestamptz,
  primary key (institution_id, key_number)
);
create unique index wrapping_keys_one_in_use on wrapping_keys (institution_id) where retired_at is null;

-- Data keys by holder: a person, a case about nobody that can be named, or the refused rows of an import.
create table vault_keys (
  institution_id uuid not null references institutions,
  holder_id uuid not null,
  -- HMAC-SHA-256 of the holder's name under the institution's index key; null once erased.
  blind_index bytea check (length(blind_index) = 32),
  -- Nonce, encrypted data key, tag; null once erased, and with it everything that was sealed under it.
  wrapped_key bytea check (length(wrapped_key) = 60),
  wrapping_key integer,
  created_at timestamptz not null,
  erased_at timestamptz,
  -- Why the holder was erased.
  erasure_ground text check (erasure_ground in ('request', 'retention_passed', 'unlawful', 'order')),
  primary key (institution_id, holder_id),
  unique (institution_id, blind_index),
  check ((erased_at is null) = (wrapped_key is not null)),
  check ((erased_at is null) = (erasure_ground is null)),
  check ((wrapped_key is null) = (wrapping_key is null)),
  check ((wrapped_key is null) = (blind_index is null))
);
create index vault_keys_by_wrapping_key on vault_keys (institution_id, wrapping_key, holder_id) where wrapping_key is not null;
-- A destroyed key is to leave the table's pages at the next vacuum, not when a fifth of the table has changed.
alter table vault_keys set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0);

-- Sealed data that was opened: one case by somebody, or a batch of an application's cases by a job.
create table reads (
  institution_id uuid not null references institutions,
  read_id uuid not null,
  -- Whose data; null for a batch.
  holder_id uuid,
  -- Null where everything held on the person was opened, and for a batch.
  case_id uuid,
  application_id text,
  -- How many cases were opened.
  cases bigint not null check (cases >= 0),
  role text not null,
  purpose text not null,
  read_at timestamptz(3) not null,
  primary key (institution_id, read_id)
);
create index reads_by_holder on reads (institution_id, holder_id, read_id) where holder_id is not null;
create index reads_of_batches on reads (institution_id, application_id, read_id) where holder_id is null;

-- No reference from `holder_id` to vault_keys: its check would write to the key's row for every case. The audit checks it.
alter table cases
  drop column subject,
  -- Whose key seals what is sealed of the case: its payload, its reasons, its outcomes, officers' words about it. Null where
  -- nothing is.
  add column holder_id uuid,
  -- Nonce, ciphertext, tag of the canonical JSON of the fields that `payload` leaves out.
  add column sealed bytea,
  add check (sealed is null or holder_id is not null);
create index cases_by_holder on cases (institution_id, holder_id) where holder_id is not null;
-- Reasons in full, where some carry a sealed value; `reasons` then holds them without those values.
alter table decisions add column sealed bytea;
alter table outcomes add column sealed bytea;
-- The reason in an officer's words, sealed where the case has a holder.
alter table reviews
  add column sealed bytea,
  drop constraint reviews_check,
  add check (reason is null or sealed is null),
  add check (verdict <> 'overridden' or length(trim(reason)) > 0 or sealed is not null);
-- A refused row may hold anything, so all of it is sealed under a key of its import: its text, its fields, its problems.
alter table imports add column holder_id uuid;
alter table import_refusals
  drop column problems,
  drop column raw,
  drop column fields,
  add column sealed bytea not null;
-- Replies that show sealed reasons are sealed too, under the key of the case's holder.
alter table idempotency_keys
  alter column reply drop not null,
  add column case_id uuid,
  add column holder_id uuid,
  add column sealed bytea,
  add check ((reply is null) = (sealed is not null)),
  add check ((sealed is null) = (holder_id is null)),
  add check ((sealed is null) = (case_id is null));

do $$
declare
  one text;
begin
  foreach one in array array['wrapping_keys', 'vault_keys', 'reads'] loop
    execute format('alter table %I enable row level security', one);
    execute format(
      'create policy own_institution on %I to khudi_kernel
         using (institution_id = (select current_setting(''khudi.institution_id'')::uuid))
         with check (institution_id = (select current_setting(''khudi.institution_id'')::uuid))', one);
  end loop;
end
$$;

grant select, insert, update on wrapping_keys, vault_keys to khudi_kernel;
grant select, insert on reads to khudi_kernel;
-- A refused row may mention anybody and is sealed under the key of its import, not of the person: an erasure deletes it. The
-- log never held it, and the import's own counts stay.
grant delete on import_refusals to khudi_kernel;
