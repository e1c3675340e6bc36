import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'
import { CaseState } from './states.ts'

export const CaseSource = z.enum(['api', 'import', 'page', 'sample'])
export type CaseSource = z.infer<typeof CaseSource>

export const CaseRow = z.strictObject({
  caseId: z.uuid(),
  applicationId: z.string(),
  reference: z.string(),
  state: CaseState,
  version: z.number().int(),
  occurredOn: z.iso.date(),
  /** Canonical JSON of the operational fields. */
  payload: z.string(),
  /** The other fields, under the holder's key; null where there are none. */
  sealed: Bytes.nullable(),
  /** SHA-256 of `payload`; where something is sealed, the keyed digest of both parts (`kernel/vault/seal.ts`). */
  payloadDigest: Bytes,
  /** Whose key seals what is sealed of the case; null where nothing is. */
  holderId: z.uuid().nullable(),
  /** Whose case it is; null where it is the institution's as a whole. */
  unitId: z.uuid().nullable(),
  source: CaseSource,
  reviewRole: z.string().nullable(),
  priority: z.number().nullable(),
  openedAt: z.date(),
  changedAt: z.date(),
  /** When retention had passed and what was sealed of the case was taken out; null while it is kept. */
  forgottenAt: z.date().nullable(),
})
export type CaseRow = z.infer<typeof CaseRow>

const columns = `case_id, application_id, reference, state, version, occurred_on, payload, sealed, payload_digest,
    holder_id, unit_id, source, review_role, priority, opened_at, changed_at, forgotten_at`

/** Adds cases; one whose reference is taken is left out of the answer. Payloads, what is sealed and the digests come packed. */
export const insertCases = statement({
  name: 'cases.insert',
  text: `
    insert into cases (institution_id, case_id, application_id, reference, state, version, occurred_on, payload, sealed,
      payload_digest, holder_id, unit_id, source, review_role, priority, opened_at, changed_at)
    select $1, case_id, $2, reference, state, 1, occurred_on,
      convert_from(substring($9::bytea from payload_at for payload_bytes), 'UTF8')::json,
      substring($10::bytea from sealed_at for sealed_bytes), substring($11::bytea from (32 * place - 31)::int for 32),
      holder_id, unit_id, $3, review_role, priority, $4, $4
    from unnest($5::uuid[], $6::text[], $7::text[], $8::date[], $12::uuid[], $13::text[], $14::float8[], $15::uuid[],
        $16::integer[], $17::integer[], $18::integer[], $19::integer[]) with ordinality
      as given (case_id, reference, state, occurred_on, holder_id, review_role, priority, unit_id, sealed_at, sealed_bytes,
        payload_at, payload_bytes, place)
    on conflict (institution_id, application_id, reference) do nothing
    returning case_id`,
  row: z.strictObject({ caseId: z.uuid() }),
})

export const casesByReference = statement({
  name: 'cases.byReference',
  text: `
    select reference, case_id, payload_digest, holder_id, state, version
    from cases
    where institution_id = $1 and application_id = $2 and reference = any($3::text[])`,
  row: CaseRow.pick({
    reference: true,
    caseId: true,
    payloadDigest: true,
    holderId: true,
    state: true,
    version: true,
  }),
})

/** Of this application only, where one is given: a case of another is then not looked at, and takes no other time than none. */
export const caseById = statement({
  name: 'cases.byId',
  text: `
    select ${columns} from cases
    where institution_id = $1 and case_id = $2 and ($3::text is null or application_id = $3)`,
  row: CaseRow,
})

/** What the sealed texts of cases are opened with. */
export const sealsOfCases = statement({
  name: 'cases.seals',
  text: `
    select case_id, application_id, reference, holder_id from cases
    where institution_id = $1 and case_id = any($2::uuid[])`,
  row: CaseRow.pick({ caseId: true, applicationId: true, reference: true, holderId: true }),
})

/** Locks the case until the end of the transaction, so that of two officers the second sees what the first did. */
export const lockCase = statement({
  name: 'cases.lock',
  text: `
    select ${columns} from cases
    where institution_id = $1 and case_id = $2 and ($3::text is null or application_id = $3) for update`,
  row: CaseRow,
})

/** Locks cases, in one order whoever asks: two that want the same ones then wait for each other and never block. */
export const lockCases = statement({
  name: 'cases.lockAll',
  text: `
    select case_id from cases
    where institution_id = $1 and case_id = any($2::uuid[])
    order by case_id
    for update`,
  row: z.strictObject({ caseId: z.uuid() }),
})

/** Moves one case on; the caller holds its lock. */
export const moveCase = statement({
  name: 'cases.move',
  text: `
    update cases set state = $3, version = version + 1, review_role = $4, priority = $5, changed_at = $6
    where institution_id = $1 and case_id = $2
    returning version`,
  row: z.strictObject({ version: z.number().int() }),
})

/** Gives a holder to cases of which nothing was sealed so far. */
export const giveHolders = statement({
  name: 'cases.giveHolders',
  text: `
    update cases set holder_id = given.holder_id
    from unnest($2::uuid[], $3::uuid[]) as given (case_id, holder_id)
    where cases.institution_id = $1 and cases.case_id = given.case_id and cases.holder_id is null`,
})

/** Moves cases that wait for a decision on, each at most once whoever else tries. */
export const moveOpenedCases = statement({
  name: 'cases.moveOpened',
  text: `
    update cases set state = given.state, version = version + 1, review_role = given.review_role,
      priority = given.priority, changed_at = $2, holder_id = coalesce(cases.holder_id, given.holder_id)
    from unnest($3::uuid[], $4::text[], $5::text[], $6::float8[], $7::uuid[])
      as given (case_id, state, review_role, priority, holder_id)
    where cases.institution_id = $1 and cases.case_id = given.case_id and cases.state = 'opened'
    returning cases.case_id`,
  row: z.strictObject({ caseId: z.uuid() }),
})

/** Cases in any of the states, newest first; `after` continues a page. */
export const listCases = statement({
  name: 'cases.list',
  text: `
    select ${columns} from cases
    where institution_id = $1 and ($2::text is null or application_id = $2) and ($3::text[] is null or state = any($3))
      and ($4::uuid is null or case_id < $4)
    order by case_id desc
    limit $5`,
  row: CaseRow,
})

/**
 * What waits for officers of the roles $2, and of the roles $7 at their units $8, most urgent first; continues after (priority,
 * case).
 */
export const reviewQueue = statement({
  name: 'cases.reviewQueue',
  text: `
    select ${columns} from cases
    where institution_id = $1 and state = 'in_review'
      and (review_role = any($2::text[]) or (review_role, unit_id) in (
        select role, unit_id from unnest($7::text[], $8::uuid[]) as held (role, unit_id)
      ))
      and ($3::text is null or application_id = $3)
      and ($4::uuid is null or (-priority, case_id) > (-$5::float8, $4))
    order by -priority, case_id
    limit $6`,
  row: CaseRow,
})

export const countByState = statement({
  name: 'cases.countByState',
  text: `
    select application_id, state, count(*) as cases from cases
    where institution_id = $1 group by application_id, state order by application_id, state`,
  row: z.strictObject({ applicationId: z.string(), state: CaseState, cases: z.number().int() }),
})

/** Cases that no decision was made on yet, by day; the caller pages by (day, case). */
export const undecidedCases = statement({
  name: 'cases.undecided',
  text: `
    select case_id, occurred_on, payload, sealed, holder_id, reference from cases
    where institution_id = $1 and application_id = $2 and state = 'opened'
      and occurred_on between $3 and $4 and (occurred_on, case_id) > ($5::date, $6::uuid)
    order by occurred_on, case_id
    limit $7`,
  row: CaseRow.pick({
    caseId: true,
    occurredOn: true,
    payload: true,
    sealed: true,
    holderId: true,
    reference: true,
  }),
})

export const countUndecided = statement({
  name: 'cases.countUndecided',
  text: `
    select count(*) as cases from cases
    where institution_id = $1 and application_id = $2 and state = 'opened' and occurred_on between $3 and $4`,
  row: z.strictObject({ cases: z.number().int() }),
})

/** By application, how many cases a holder has, how many of them wait for an officer, and the day of the last. */
export const casesHeld = statement({
  name: 'cases.held',
  text: `
    select application_id, count(*) as cases, count(*) filter (where state = 'in_review') as in_review,
      max(occurred_on) as last_occurred_on
    from cases
    where institution_id = $1 and holder_id = $2
    group by application_id order by application_id`,
  row: z.strictObject({
    applicationId: z.string(),
    cases: z.number().int(),
    inReview: z.number().int(),
    lastOccurredOn: z.iso.date(),
  }),
})

/** Cases of a holder, oldest first; continues after a case. */
export const casesOfHolder = statement({
  name: 'cases.ofHolder',
  text: `
    select ${columns} from cases
    where institution_id = $1 and holder_id = $2 and case_id > $3
    order by case_id
    limit $4`,
  row: CaseRow,
})

/** Puts corrected sealed fields in the place of those that were opened, of which only digests stay; the caller holds its lock. */
export const correctCase = statement({
  name: 'cases.correct',
  text: `
    update cases set sealed = $3, payload_digest = $4, opened_sealed = coalesce(opened_sealed, sha256(sealed)),
      opened_digest = coalesce(opened_digest, payload_digest), state = $5, version = version + $6, review_role = $7,
      priority = $8, changed_at = $9
    where institution_id = $1 and case_id = $2 and sealed is not null
    returning version`,
  row: z.strictObject({ version: z.number().int() }),
})

/**
 * Cases of an application that happened up to day $3 and are done with, behind (day, case), of nobody among $6; locked, and those
 * that somebody else works on passed over.
 */
export const casesToForget = statement({
  name: 'cases.toForget',
  text: `
    select case_id, occurred_on, holder_id, sealed is not null as is_sealed from cases
    where institution_id = $1 and application_id = $2 and occurred_on <= $3 and (occurred_on, case_id) > ($4::date, $5::uuid)
      and state in ('decided', 'closed') and forgotten_at is null and holder_id is not null
      and holder_id <> all($6::uuid[])
    order by occurred_on, case_id
    limit $7
    for update skip locked`,
  row: CaseRow.pick({ caseId: true, occurredOn: true }).extend({ holderId: z.uuid(), isSealed: z.boolean() }),
})

/** The same, only counted: those that are due, and those among them that are kept for a hold or a review that is open. */
export const countToForget = statement({
  name: 'cases.countToForget',
  text: `
    select count(*) filter (where is_done and not is_held) as due, count(*) filter (where is_held) as held,
      count(*) filter (where not is_done and not is_held) as under_way
    from (
      select state in ('decided', 'closed') as is_done, holder_id = any($4::uuid[]) as is_held from cases
      where institution_id = $1 and application_id = $2 and occurred_on <= $3 and forgotten_at is null
        and holder_id is not null
    ) as past`,
  row: z.strictObject({ due: z.number().int(), held: z.number().int(), underWay: z.number().int() }),
})

/** Takes the sealed part out of cases and leaves its digest. */
export const forgetCases = statement({
  name: 'cases.forget',
  text: `
    update cases set sealed = null, opened_sealed = coalesce(opened_sealed, sha256(sealed)), forgotten_by = $3, forgotten_at = $4
    where institution_id = $1 and case_id = any($2::uuid[])`,
})

/** The same of decisions, outcomes and reviews; answers how many texts. */
export const forgetSealed = statement({
  name: 'cases.forgetSealed',
  text: 'select forget_sealed($1::uuid[], $2::boolean) as texts',
  row: z.strictObject({ texts: z.number().int().nullable() }),
})

/** Holders among $2 of whom some case is still kept whole. */
export const holdersStillKept = statement({
  name: 'cases.holdersStillKept',
  text: `
    select distinct holder_id from cases
    where institution_id = $1 and holder_id = any($2::uuid[]) and forgotten_at is null and holder_id is not null`,
  row: z.strictObject({ holderId: z.uuid().nullable() }),
})
