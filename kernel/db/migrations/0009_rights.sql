-- compatible
-- Proceedings of the data-protection officer (requests of data subjects, breaches, holds, rules of deadline and retention), and
-- what a correction or the end of retention takes out of a case.

-- Each proceeding is the list of its steps, and a step is only ever added to it: whoever adds the third has seen the second.
create table rights_steps (
  institution_id uuid not null references institutions,
  proceeding_id uuid not null,
  -- From 1, without a gap; the version of the proceeding.
  step_number integer not null check (step_number >= 1),
  step_id uuid not null,
  -- As in the log.
  kind text not null,
  -- Canonical JSON of what can be told of anybody: kinds, days, counts, laws.
  body json not null,
  -- Whose key seals `sealed`, and whom a request or a hold is about; null where it is about nobody.
  holder_id uuid,
  -- Nonce, ciphertext, tag of canonical JSON: names, addresses, words. Null where there is nothing to seal.
  sealed bytea,
  -- Nothing follows on it but what a deadline brings.
  is_last boolean not null,
  recorded_by text not null,
  recorded_at timestamptz(3) not null,
  primary key (institution_id, proceeding_id, step_number),
  unique (institution_id, step_id),
  check (sealed is null or holder_id is not null)
);
create index rights_steps_by_kind on rights_steps (institution_id, kind, proceeding_id);
create index rights_steps_by_holder on rights_steps (institution_id, holder_id, proceeding_id) where holder_id is not null;

alter table rights_steps enable row level security;
create policy own_institution on rights_steps to khudi_kernel
  using (institution_id = (select current_setting('khudi.institution_id')::uuid))
  with check (institution_id = (select current_setting('khudi.institution_id')::uuid));
-- What is recorded is only ever added to.
grant select, insert on rights_steps to khudi_kernel;

-- What the entry of the opening committed to, once a correction or the end of retention has replaced it: digests alone, so that
-- the log is borne out and the old text is gone.
alter table cases
  -- SHA-256 of the sealed bytes as they were opened.
  add column opened_sealed bytea check (length(opened_sealed) = 32),
  -- The payload's digest as it was opened.
  add column opened_digest bytea check (length(opened_digest) = 32),
  -- The step of the retention that took the sealed part out, and when; null while it is kept.
  add column forgotten_by uuid,
  add column forgotten_at timestamptz(3),
  add check ((forgotten_by is null) = (forgotten_at is null)),
  add check (forgotten_at is null or sealed is null);
create index cases_forgotten on cases (institution_id, forgotten_by, case_id) where forgotten_by is not null;

-- SHA-256 of sealed bytes that were taken out.
alter table decisions add column sealed_digest bytea check (length(sealed_digest) = 32);
alter table outcomes add column sealed_digest bytea check (length(sealed_digest) = 32);
alter table reviews
  add column sealed_digest bytea check (length(sealed_digest) = 32),
  drop constraint reviews_check1,
  add check (verdict <> 'overridden' or length(trim(reason)) > 0 or sealed is not null or sealed_digest is not null);
-- For the audit: where something was taken out, which is rare.
create index decisions_taken_out on decisions (institution_id, case_id) where sealed_digest is not null;
create index outcomes_taken_out on outcomes (institution_id, case_id) where sealed_digest is not null;
create index reviews_taken_out on reviews (institution_id, decision_id) where sealed_digest is not null;

/*
 * Takes what is sealed beside cases out of decisions, outcomes and reviews, and leaves its digest: the only change to these rows
 * that there is, and one that can be seen. Of cases alone whose own sealed part was taken out before, or, where `only_reasons`
 * leaves outcomes and reviews as they are, was corrected. Answers how many texts.
 */
create function forget_sealed(case_ids uuid[], only_reasons boolean) returns bigint
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  with replaced as (
    select case_id from kernel.cases
    where institution_id = current_setting('khudi.institution_id')::uuid and case_id = any (case_ids)
      and (forgotten_at is not null or (only_reasons and opened_digest is not null))
  ), reasons as (
    update kernel.decisions set sealed = null, sealed_digest = sha256(sealed)
    where institution_id = current_setting('khudi.institution_id')::uuid and case_id in (select case_id from replaced)
      and sealed is not null
    returning 1
  ), findings as (
    update kernel.outcomes set sealed = null, sealed_digest = sha256(sealed)
    where institution_id = current_setting('khudi.institution_id')::uuid and case_id in (select case_id from replaced)
      and sealed is not null and not only_reasons
    returning 1
  ), words as (
    update kernel.reviews set sealed = null, sealed_digest = sha256(sealed)
    where institution_id = current_setting('khudi.institution_id')::uuid and sealed is not null and not only_reasons
      and decision_id in (
        select decision_id from kernel.decisions
        where institution_id = current_setting('khudi.institution_id')::uuid and case_id in (select case_id from replaced)
      )
    returning 1
  )
  select (select count(*) from reasons) + (select count(*) from findings) + (select count(*) from words)
$$;
revoke execute on function forget_sealed(uuid[], boolean) from public;
grant execute on function forget_sealed(uuid[], boolean) to khudi_kernel;
