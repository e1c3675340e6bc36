-- compatible
-- Duties: keys bound to purposes and addresses, proposals that another person approves, break-glass.

alter table access_keys
  -- What sealed data may be read for; null where the key is bound to no purpose beyond what its roles may.
  add column purposes text[] check (cardinality(purposes) > 0),
  -- Networks from which the key is good, in CIDR notation; null where it is good from anywhere.
  add column addresses text[] check (cardinality(addresses) > 0);

-- When a key was last used, to the minute. Apart from the keys: no entry of the log bears it out.
create table access_key_uses (
  institution_id uuid not null references institutions,
  key_hash bytea not null,
  used_at timestamptz not null,
  primary key (institution_id, key_hash),
  foreign key (institution_id, key_hash) references access_keys
);

-- Break-glass: a role taken for a short time, or the place of the second person taken at an approval.
create table glasses (
  institution_id uuid not null references institutions,
  glass_id uuid not null,
  -- `account:<uuid>` or `operator:<user of the operating system>`.
  broken_by text not null,
  -- The role taken; null where the second person of a proposal was replaced.
  role text,
  reason text not null check (length(trim(reason)) >= 20),
  broken_at timestamptz(3) not null,
  ends_at timestamptz(3) not null,
  primary key (institution_id, glass_id),
  check (ends_at >= broken_at and ends_at <= broken_at + interval '60 minutes')
);
create index glasses_by_person on glasses (institution_id, broken_by, ends_at);

create table glass_reviews (
  institution_id uuid not null references institutions,
  glass_id uuid not null,
  reviewed_by text not null,
  reviewed_at timestamptz(3) not null,
  -- What the auditor found.
  finding text not null check (length(trim(finding)) > 0),
  primary key (institution_id, glass_id),
  foreign key (institution_id, glass_id) references glasses
);

-- What one person proposes and another approves. A proposal is never changed; how it ended is a row of its own.
create table proposals (
  institution_id uuid not null references institutions,
  proposal_id uuid not null,
  kind text not null,
  -- Canonical JSON, as the kind's schema reads it.
  body text not null,
  proposed_by text not null,
  proposed_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  primary key (institution_id, proposal_id),
  check (expires_at > proposed_at)
);

create table proposal_endings (
  institution_id uuid not null references institutions,
  -- The primary key lets a proposal end once, however many approve it at the same time.
  proposal_id uuid not null,
  state text not null check (state in ('approved', 'rejected', 'withdrawn')),
  ended_by text not null,
  ended_at timestamptz(3) not null,
  reason text,
  -- Where break-glass took the place of the second person.
  glass_id uuid,
  primary key (institution_id, proposal_id),
  foreign key (institution_id, proposal_id) references proposals,
  foreign key (institution_id, glass_id) references glasses,
  check (glass_id is null or state = 'approved'),
  check (state <> 'rejected' or length(trim(reason)) > 0)
);

-- The break-glass under which sealed data was read.
alter table reads add column glass_id uuid;

do $$
declare
  one text;
begin
  foreach one in array array['access_key_uses', 'glasses', 'glass_reviews', 'proposals', 'proposal_endings'] loop
    execute format('alter table %I enable row level security', one);
    execute format(
      'create policy own_institution on %I to khudi_kernel
         using (institution_id = (select current_setting(''khudi.institution_id'')::uuid))
         with check (institution_id = (select current_setting(''khudi.institution_id'')::uuid))', one);
  end loop;
end
$$;

grant select, insert, update on access_key_uses to khudi_kernel;
-- What is recorded is only ever added to.
grant select, insert on glasses, glass_reviews, proposals, proposal_endings to khudi_kernel;

-- Who opened an account is asked when it is to approve: nobody is to approve as an account of their own making.
create index log_entries_of_accounts on log_entries (institution_id, record_id) where kind = 'account.created';
