/** What follows from the entries of the log and is kept beside them: where cases, models and keys stand. */
import { z } from 'zod'
import { Bytes } from '../../../db/bytes.ts'
import { statement } from '../../../db/statement.ts'

/** Cases that end a page of $3 cases, behind $2, in order. */
export const endsOfCasePages = statement({
  name: 'audit.endsOfCasePages',
  text: `
    select case_id from (
      select case_id, row_number() over (order by case_id) as place from cases
      where institution_id = $1 and case_id > $2
    ) as placed
    where place % $3::bigint = 0 order by case_id`,
  row: z.strictObject({ caseId: z.uuid() }),
})

/** Of several entries about a case that record the same thing, the newest. */
const doubled = `select max(entry_index) from log_entries
      where log_entries.institution_id = $1 and log_entries.case_id = cases.case_id
        and kind in ('case.opened', 'decision.made', 'outcome.recorded')
      group by kind, record_id having count(*) > 1 limit 1`

/**
 * Cases behind $2, up to $3, that do not stand where their entries lead them (kernel/cases/states.ts), at most $4. Cases with an
 * entry that waits for its place are passed over: in which order theirs will stand is open until then. What came with a case,
 * at the instant of its opening, did not move it on, and may as well have come just after.
 */
export const misplacedCases = statement({
  name: 'audit.misplacedCases',
  text: `
    with done as materialized (
      select log_entries.case_id, max(entry_index) as last_index,
        max(entry_index) filter (where kind = 'decision.made') as decided,
        max(entry_index) filter (where kind = 'review.completed') as reviewed,
        max(entry_index) filter (where kind = 'outcome.recorded') as found,
        max(entry_index) filter (where kind = 'case.corrected') as corrected,
        -- One of them is the opening, without which the case is found by its missing entry.
        count(*) - 1 as moves,
        count(*) filter (where kind = 'review.completed' or (kind <> 'case.opened' and recorded_at <> opened_at)) as later_moves,
        max(entry_index) filter (where recorded_at = changed_at) as changed
      from log_entries join cases on cases.institution_id = $1 and cases.case_id = log_entries.case_id
      where log_entries.institution_id = $1 and log_entries.case_id > $2 and log_entries.case_id <= $3
        and cases.case_id > $2 and cases.case_id <= $3
        and kind in ('case.opened', 'decision.made', 'review.completed', 'outcome.recorded', 'case.corrected')
      group by log_entries.case_id
    ), decision as materialized (
      select distinct on (case_id) case_id, review, review_role, score from decisions
      where institution_id = $1 and case_id > $2 and case_id <= $3
      order by case_id desc, round desc
    ), taken_out as materialized (
      select case_id from decisions where institution_id = $1 and sealed_digest is not null
      union
      select case_id from outcomes where institution_id = $1 and sealed_digest is not null
      union
      select decisions.case_id from reviews join decisions using (institution_id, decision_id)
      where reviews.institution_id = $1 and reviews.sealed_digest is not null
    )
    select cases.case_id, cases.state, expected.state as expected_state, done.last_index, (${doubled}) as doubled_index
    from cases
    left join done on done.case_id = cases.case_id
    left join decision on decision.case_id = cases.case_id
    cross join lateral (
      select case
        when done.decided is null then 'opened'
        -- After a correction a case is decided, and reviewed, once more.
        when decision.review <> 'automatic' and (done.reviewed is null or done.reviewed < done.decided) then 'in_review'
        when done.found > coalesce(done.reviewed, done.decided) then 'closed'
        else 'decided'
      end as state
    ) as expected
    where cases.institution_id = $1 and cases.case_id > $2 and cases.case_id <= $3
      and cases.case_id not in (select case_id from log_pending where institution_id = $1 and case_id is not null)
      and (
        cases.state <> expected.state or (done.moves > num_nonnulls(done.decided, done.reviewed, done.found) and exists (${doubled}))
        or done.changed is distinct from done.last_index
        or cases.version not between 1 + done.later_moves and 1 + done.moves
        or cases.review_role is distinct from case when expected.state = 'in_review' then decision.review_role end
        or cases.priority is distinct from case when expected.state = 'in_review' then coalesce(decision.score, 1) end
        -- What replaced the text that was opened is a correction, or the end of retention, and nothing else.
        or (cases.opened_digest is not null) <> (done.corrected is not null)
        or (cases.opened_sealed is not null and done.corrected is null and cases.forgotten_at is null)
        or (done.corrected is null and cases.forgotten_at is null and cases.case_id in (select case_id from taken_out))
        or (cases.forgotten_by is not null and not exists (
          select from rights_steps
          where rights_steps.institution_id = $1 and rights_steps.kind = 'retention.enforced'
            and rights_steps.step_id = cases.forgotten_by
        ))
        or (cases.holder_id is not null) <> (
          cases.sealed is not null or cases.forgotten_at is not null
          or exists (
            select from decisions
            where decisions.institution_id = $1 and decisions.case_id = cases.case_id and decisions.sealed is not null
          )
          or exists (
            select from outcomes
            where outcomes.institution_id = $1 and outcomes.case_id = cases.case_id and outcomes.sealed is not null
          )
        )
        or (cases.holder_id is not null and not exists (
          select from vault_keys where vault_keys.institution_id = $1 and vault_keys.holder_id = cases.holder_id
        ))
      )
    order by cases.case_id limit $4`,
  row: z.strictObject({
    caseId: z.uuid(),
    state: z.string(),
    expectedState: z.string(),
    lastIndex: z.number().int().nullable(),
    doubledIndex: z.number().int().nullable(),
  }),
})

/** Models that are not what their promotions made of them. */
export const misplacedModels = statement({
  name: 'audit.misplacedModels',
  text: `
    with promotions as (
      select models.application_id, models.model_name, models.model_digest, entry.recorded_at,
        row_number() over (
          partition by models.application_id, models.model_name
          order by entry.entry_index desc nulls first, entry.entry_id desc
        ) as latest,
        row_number() over (
          partition by models.application_id, models.model_name, models.model_digest
          order by entry.entry_index desc nulls first, entry.entry_id desc
        ) as latest_of_model
      from models
      join log_all entry on entry.institution_id = models.institution_id and entry.kind = 'model.promoted'
        and entry.record_id = encode(models.model_digest, 'hex')
      where models.institution_id = $1
    )
    select encode(models.model_digest, 'hex') as digest, models.state
    from models
    left join promotions on promotions.application_id = models.application_id
      and promotions.model_name = models.model_name and promotions.model_digest = models.model_digest
      and promotions.latest_of_model = 1
    where models.institution_id = $1 and (
      models.promoted_at is distinct from promotions.recorded_at
      or models.state <> case when promotions.latest is null then 'draft' when promotions.latest = 1 then 'live' else 'retired' end
    )
    order by 1`,
  row: z.strictObject({ digest: z.string(), state: z.string() }),
})

/** Wrapping keys that do not follow on one another: each retires when the next one is made, and numbers have no gap. */
export const misplacedWrappingKeys = statement({
  name: 'audit.misplacedWrappingKeys',
  text: `
    select key_number from (
      select key_number, retired_at, destroyed_at, row_number() over following as place,
        lead(created_at) over following as next_created_at
      from wrapping_keys where institution_id = $1
      window following as (order by key_number)
    ) as keys
    where key_number <> place or retired_at is distinct from next_created_at or (destroyed_at is not null and retired_at is null)
    order by key_number`,
  row: z.strictObject({ keyNumber: z.number().int() }),
})

/**
 * Holders that are neither erased nor alive, or both; data keys under a wrapping key that is none, or is destroyed; and imports
 * whose refused rows have no key.
 */
export const lostHolders = statement({
  name: 'audit.lostHolders',
  text: `
    select holder_id from vault_keys
    where institution_id = $1 and (
      num_nulls(erased_at, erasure_ground) <> case when wrapped_key is null then 0 else 2 end
      or num_nulls(wrapped_key, wrapping_key, blind_index) <> case when wrapped_key is null then 3 else 0 end
      or (wrapping_key is not null and not exists (
        select from wrapping_keys
        where wrapping_keys.institution_id = $1 and key_number = wrapping_key and destroyed_at is null
      ))
    )
    union all
    select holder_id from imports
    where institution_id = $1 and holder_id is not null and not exists (
      select from vault_keys where vault_keys.institution_id = $1 and vault_keys.holder_id = imports.holder_id
    )
    limit $2`,
  row: z.strictObject({ holderId: z.uuid() }),
})

/** Units that are not what was last done to them. */
export const misplacedUnits = statement({
  name: 'audit.misplacedUnits',
  text: `
    select units.code from units
    left join lateral (
      select * from unit_changes
      where unit_changes.institution_id = $1 and unit_changes.unit_id = units.unit_id
      order by change_id desc limit 1
    ) as last on true
    where units.institution_id = $1
      and (units.code, units.kind, units.title_en, units.title_ur, units.parent_id, units.closed_at)
        is distinct from (last.code, last.kind, last.title_en, last.title_ur, last.parent_id, last.closed_at)
    order by units.code limit $2`,
  row: z.strictObject({ code: z.string() }),
})

/** The identifier of the grant of a role that an account was opened with (0004_units.sql), of either of two pairs of columns. */
const firstGrantId = `overlay(overlay(encode(substr(sha256(textsend(account_id::text || ' ' || role)), 1, 16), 'hex')
    placing '8' from 13) placing '8' from 17)::uuid`

/** Roles that accounts were opened with and that are no grant, and grants that say so and are no such role. */
export const misplacedGrants = statement({
  name: 'audit.misplacedGrants',
  text: `
    select account_id, role from (
      select account_id, role, created_at, ${firstGrantId} as first_id
      from accounts cross join unnest(accounts.roles) as opened (role)
      where institution_id = $1
    ) as opened
    where not exists (
      select from account_grants
      where account_grants.institution_id = $1 and grant_id = first_id and account_grants.account_id = opened.account_id
        and account_grants.role = opened.role and unit_id is null and given_at = created_at
    )
    union all
    select account_id, role from account_grants
    where institution_id = $1 and grant_id = ${firstGrantId} and not exists (
      select from accounts
      where accounts.institution_id = $1 and accounts.account_id = account_grants.account_id
        and account_grants.role = any(accounts.roles)
    )
    limit $2`,
  row: z.strictObject({ accountId: z.uuid(), role: z.string() }),
})

/**
 * For the rest of the transaction: a page's cases, entries and decisions are put together by hashing, also where the tables have
 * no statistics yet and the planner takes them for nearly empty.
 */
export const planForCases = statement({
  name: 'audit.planForCases',
  text: `
    select set_config('plan_cache_mode', 'force_custom_plan', true) as plans, set_config('jit', 'off', true) as compiling,
      set_config('enable_nestloop', 'off', true) as loops`,
  row: z.strictObject({ plans: z.string(), compiling: z.string(), loops: z.string() }),
})

/** Data keys of living holders behind $2, at most $3. */
export const wrappedKeysAfter = statement({
  name: 'audit.wrappedKeysAfter',
  text: `
    select holder_id, blind_index, wrapped_key, wrapping_key from vault_keys
    where institution_id = $1 and holder_id > $2 and wrapped_key is not null and wrapping_key is not null
      and blind_index is not null
    order by holder_id limit $3`,
  row: z.strictObject({
    holderId: z.uuid(),
    blindIndex: Bytes,
    wrappedKey: Bytes,
    wrappingKey: z.number().int(),
  }),
})
