-- breaking
-- Units of an institution, roles that hold at units, and cases that only their unit's people see. Breaking, because a process
-- of the version before names no units in its transactions, and whoever names none is to see no case.

-- Where they are: a tree.
create table units (
  institution_id uuid not null references institutions,
  unit_id uuid not null,
  -- The institution's own, which its applications name in cases; never changed.
  code text not null check (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'),
  kind text not null,
  title_en text not null check (length(trim(title_en)) > 0),
  title_ur text not null check (length(trim(title_ur)) > 0),
  -- Null at the top of the tree.
  parent_id uuid check (parent_id <> unit_id),
  -- No case is opened and no role granted at a closed unit; what is there stays.
  closed_at timestamptz(3),
  primary key (institution_id, unit_id),
  unique (institution_id, code),
  foreign key (institution_id, parent_id) references units
);
create index units_by_parent on units (institution_id, parent_id) where parent_id is not null;

-- What was done to a unit, each with the unit as it then stood; the last one is what `units` holds.
create table unit_changes (
  institution_id uuid not null,
  change_id uuid not null,
  unit_id uuid not null,
  change text not null check (change in ('added', 'renamed', 'moved', 'closed')),
  code text not null,
  kind text not null,
  title_en text not null,
  title_ur text not null,
  parent_id uuid,
  closed_at timestamptz(3),
  changed_at timestamptz(3) not null,
  primary key (institution_id, change_id),
  foreign key (institution_id, unit_id) references units
);
create index unit_changes_by_unit on unit_changes (institution_id, unit_id, change_id);

-- Roles in force, and those that were. `accounts.roles` stays what an account was opened with, as its entry in the log says.
create table account_grants (
  institution_id uuid not null references institutions,
  -- Of a role that the account was opened with: a UUID of version 8 (RFC 9562) of SHA-256(account || space || role).
  grant_id uuid not null,
  account_id uuid not null,
  -- Of the institution (`officer`) or of an application (`customs.examiner`).
  role text not null,
  -- The unit at which it holds, with all below it; null where it holds in the whole institution.
  unit_id uuid,
  given_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  primary key (institution_id, grant_id),
  foreign key (institution_id, account_id) references accounts,
  foreign key (institution_id, unit_id) references units
);
create unique index account_grants_in_force on account_grants (institution_id, account_id, role, unit_id)
  nulls not distinct where revoked_at is null;

insert into account_grants (institution_id, grant_id, account_id, role, unit_id, given_at)
select distinct institution_id, overlay(overlay(encode(substr(sha256(textsend(account_id::text || ' ' || role)), 1, 16), 'hex') placing '8' from 13) placing '8' from 17)::uuid,
  account_id, role, null::uuid, created_at
from accounts cross join unnest(roles) as role;

-- Whose case it is; null where it is the institution's as a whole. No reference to units: its check would write to the unit's
-- row for every case. Its entry in the log says it too, and the audit compares.
alter table cases add column unit_id uuid;

-- Of every reply that shows a case, so that it is hidden with the case.
alter table idempotency_keys
  drop constraint idempotency_keys_check2,
  add constraint idempotency_keys_sealed_has_case check (sealed is null or case_id is not null);

do $$
declare
  one text;
begin
  foreach one in array array['units', 'unit_changes', 'account_grants'] loop
    execute format('alter table %I enable row level security', one);
    execute format(
      'create policy own_institution on %I to khudi_kernel
         using (institution_id = (select current_setting(''khudi.institution_id'')::uuid))
         with check (institution_id = (select current_setting(''khudi.institution_id'')::uuid))', one);
  end loop;
end
$$;

/*
 * Within the institution a transaction says whose cases it sees: `khudi.units` is `*` for all of them, or an array of units.
 * Where it says nothing, touching a case is an error. Each setting stands in a subquery of its own, which is evaluated once a
 * statement: with `*` a row costs one comparison more.
 */
create policy own_units on cases as restrictive to khudi_kernel
  using (
    (select current_setting('khudi.units', true) = '*')
    or unit_id = any ((select current_setting('khudi.units'))::uuid[])
  );

-- What hangs on a case is seen with the case: the policies of `cases` hold inside of these.
do $$
declare
  one text;
begin
  foreach one in array array['decisions', 'reviews', 'outcomes'] loop
    execute format(
      'create policy own_units on %1$I as restrictive to khudi_kernel
         using (
           (select current_setting(''khudi.units'', true) = ''*'')
           or exists (select from cases where cases.institution_id = %1$I.institution_id and cases.case_id = %1$I.case_id)
         )', one);
  end loop;

  -- Entries about no case: of the institution as a whole, so whoever is limited to units does not see them, though they may
  -- be the cause of some.
  foreach one in array array['log_pending', 'log_entries', 'reads'] loop
    execute format(
      'create policy own_units on %1$I as restrictive for select to khudi_kernel
         using (
           (select current_setting(''khudi.units'', true) = ''*'')
           or (case_id is null and (select coalesce(current_setting(''khudi.units'', true), '''') = ''''))
           or exists (select from cases where cases.institution_id = %1$I.institution_id and cases.case_id = %1$I.case_id)
         )', one);
    execute format(
      'create policy own_units_added on %1$I as restrictive for insert to khudi_kernel
         with check (
           case_id is null
           or (select current_setting(''khudi.units'', true) = ''*'')
           or exists (select from cases where cases.institution_id = %1$I.institution_id and cases.case_id = %1$I.case_id)
         )', one);
  end loop;

  -- They tell how much there is in the whole institution.
  foreach one in array array['jobs', 'job_schedules', 'imports', 'import_refusals'] loop
    execute format(
      'create policy whole_institution on %I as restrictive to khudi_kernel
         using ((select coalesce(nullif(current_setting(''khudi.units'', true), ''''), ''*'') = ''*''))', one);
  end loop;
end
$$;

create policy own_units on idempotency_keys as restrictive to khudi_kernel
  using (
    case_id is null
    or (select current_setting('khudi.units', true) = '*')
    or exists (
      select from cases where cases.institution_id = idempotency_keys.institution_id and cases.case_id = idempotency_keys.case_id
    )
  );

grant select, insert on units, unit_changes, account_grants to khudi_kernel;
grant update (title_en, title_ur, parent_id, closed_at) on units to khudi_kernel;
grant update (revoked_at) on account_grants to khudi_kernel;
