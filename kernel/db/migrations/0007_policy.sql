-- compatible
-- Policies in versions, the legal basis of each registered application, what persons agreed or objected to, and the policies that
-- each decision was made under.

-- Only ever added to: the last version is the one in force.
create table policy_versions (
  institution_id uuid not null references institutions,
  version integer not null check (version >= 1),
  -- SHA-256 of `files`, which is canonical JSON of the files' names and texts.
  digest bytea not null check (length(digest) = 32),
  files json not null,
  proposed_by text not null,
  -- Null for the version that the platform comes with.
  approved_by text,
  set_at timestamptz(3) not null,
  primary key (institution_id, version),
  check (version = 1 or approved_by is not null)
);

-- The policies that a decision was made under; null for those made before there were any.
alter table decisions add column policy_digest bytea check (length(policy_digest) = 32);

-- On what the application stands in law, as declared when it was registered; null for registrations before this.
alter table ai_systems
  add column legal_basis_kind text
    check (legal_basis_kind in ('law', 'consent', 'contract', 'public_task', 'vital_interest')),
  add column legal_basis_en text,
  add column legal_basis_ur text,
  add column legal_basis_section text,
  add check ((legal_basis_kind is null) = (legal_basis_en is null)),
  add check ((legal_basis_kind is null) = (legal_basis_ur is null)),
  add check ((legal_basis_kind is null) = (legal_basis_section is null));

-- What persons said, event by event: the last of each sort counts.
create table consents (
  institution_id uuid not null references institutions,
  application_id text not null,
  -- Counted for each application, so that whoever decides notices that something was said meanwhile.
  number integer not null check (number >= 1),
  consent_id uuid not null,
  -- Who said it: the holder of the data key of what is about them.
  holder_id uuid not null,
  -- What it is about.
  use text not null check (use in ('decision', 'training')),
  event text not null check (event in ('given', 'withdrawn', 'objected', 'lifted')),
  -- How it was said.
  channel text not null check (channel in ('written', 'electronic', 'in_person', 'representative')),
  -- Where the evidence is, in the words of whoever recorded it; sealed under the holder's key.
  sealed bytea not null,
  recorded_by text not null,
  recorded_at timestamptz(3) not null,
  primary key (institution_id, application_id, number),
  unique (institution_id, consent_id)
);
create index consents_by_holder on consents (institution_id, holder_id, application_id, use, number);
create index consents_objections on consents (institution_id, application_id, use) where event = 'objected';

do $$
declare
  one text;
begin
  foreach one in array array['policy_versions', 'consents'] loop
    execute format('alter table %I enable row level security', one);
    execute format(
      'create policy own_institution on %I to khudi_kernel
         using (institution_id = (select current_setting(''khudi.institution_id'')::uuid))
         with check (institution_id = (select current_setting(''khudi.institution_id'')::uuid))', one);
  end loop;
end
$$;

grant select, insert on policy_versions, consents to khudi_kernel;
