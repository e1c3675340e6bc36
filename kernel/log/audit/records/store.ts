/**
 * The records of the log rebuilt from the tables, in SQL, so that nothing has to travel. What is compared with is written here
 * and not in a view of the database: whoever can change the rows could change the view too. Only functions of PostgreSQL
 * itself are called. `textsend` gives a text's bytes in the encoding of the session, which is UTF-8, for a fifth of what
 * `convert_to` takes.
 *
 * A record is the canonical JSON (RFC 8785) that the operation wrote when it was recorded: names sorted, `to_json` of a text
 * escapes as RFC 8785 asks. Instants carry what PostgreSQL keeps beyond milliseconds, where there is anything, and then differ.
 * Words of closed sets and names of applications stand unescaped: they need no escaping, and another text in their place would
 * have to repeat a name that follows it, which a record has once.
 */
import { z } from 'zod'
import { statement } from '../../../db/statement.ts'

/** Added to an instant of whole milliseconds it gives four digits behind the point, whatever they are, and the last a 1. */
const tenth = `interval '100 microseconds'`

/** Of a score, as ECMAScript writes numbers: PostgreSQL's own digits, with an exponent in fewer cases. */
const score = `case
      when score is null then 'null'
      when score = 0 then '0'
      when score in ('nan', 'infinity', '-infinity') then 'none'
      when abs(score) >= 1e-4 and abs(score) < 1e15 then score::text
      else (
        select case when score < 0 then '-' else '' end || case
          when point between length(digits) and 21 then digits || repeat('0', point - length(digits))
          when point between 1 and 21 then left(digits, point) || '.' || substr(digits, point + 1)
          when point between -5 and 0 then '0.' || repeat('0', -point) || digits
          else left(digits, 1) || case when length(digits) > 1 then '.' || substr(digits, 2) else '' end
            || 'e' || case when point > 0 then '+' else '-' end || abs(point - 1)::text
        end
        from (
          -- What is rounded up to the next power of ten has two digits before the point.
          select rtrim(replace(split_part(shortest, 'e', 1), '.', ''), '0') as digits,
            split_part(shortest, 'e', 2)::integer + length(split_part(split_part(shortest, 'e', 1), '.', 1)) as point
          from (
            select candidate.shortest from generate_series(1, 17) as count cross join lateral (
              select ltrim(to_char(
                abs(score)::text::numeric, '9' || left('.' || repeat('9', count - 1), count * (count - 1)) || 'eeee'
              )) as shortest
            ) as candidate
            -- Rounded up, the largest numbers are none any more.
            where case when candidate.shortest::numeric <= 1.7976931348623157e308 then candidate.shortest::float8 end = abs(score)
            order by count limit 1
          ) as written
        ) as parts
      )
    end`

const modelRecord = `'{"application":' || to_json(application_id)::text
      || ',"engine":' || to_json(engine)::text
      || ',"model":' || to_json(model_name)::text
      || ',"modelDigest":"' || encode(model_digest, 'hex')
      || '","training":' || to_json(training::text)::text || '}'`

/** Of cases and outcomes: where nothing is sealed, a digest that anybody can recompute, and then it must be that one. */
const payloadDigest = `case
        when sealed is null and payload_digest <> sha256(json_send(payload)) then 'another'
        else encode(payload_digest, 'hex')
      end`

/** Of what is sealed beside a case: whose key seals it. */
const holderOfCase = `',"holder":' || coalesce((
        select '"' || cases.holder_id::text || '"' from cases
        where cases.institution_id = sealed_row.institution_id and cases.case_id = sealed_row.case_id
      ), 'null')`

/** Every recorded row, with what its entry must say. `row_id` is null where the identifier is no UUID. */
const recorded = `
    select institution_id, 'institution.founded' as kind, institution_id as row_id, institution_id::text as record_id,
      null::uuid as case_id, '' as said, created_at as recorded_at, null as actor,
      '{"createdAt":' || replace(to_json((created_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","institution":"' || institution_id::text
      || '","samplingKey":"' || encode(sha256(sampling_key), 'hex')
      || '","slug":' || to_json(slug)::text
      || ',"title":{"en":' || to_json(title_en)::text || ',"ur":' || to_json(title_ur)::text || '}}' as record
    from institutions join sampling_keys using (institution_id)
    union all
    select institution_id, 'account.created', account_id, account_id::text, null, '', created_at, null,
      '{"account":"' || account_id::text
      || '","createdAt":' || replace(to_json((created_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","language":' || to_json(language)::text
      || ',"passwordHash":"' || encode(sha256(textsend(password_hash)), 'hex')
      || '","roles":' || to_json(roles)::text
      || ',"username":' || to_json(username)::text || '}'
    from accounts where disabled_at is null
    union all
    select institution_id, 'key.issued', null, encode(key_hash, 'hex'), null, '', created_at, null,
      '{"application":' || coalesce(to_json(application_id)::text, 'null')
      || ',"expiresAt":' || replace(to_json((expires_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","label":' || to_json(label)::text
      || ',"roles":' || to_json(roles)::text || '}'
    from access_keys where revoked_at is null
    union all
    select institution_id, 'system.registered', registration_id, registration_id::text, null, '', registered_at, null,
      '{"application":' || to_json(application_id)::text
      || ',"applicationDigest":"' || encode(application_digest, 'hex')
      || '","registeredAt":' || replace(to_json((registered_at at time zone 'utc') + ${tenth})::text, '1"', 'Z') || '"}'
    from ai_systems where state = 'live'
    union all
    select institution_id, 'model.trained', null, encode(model_digest, 'hex'), null, '', created_at, null,
      ${modelRecord}
    from models
    union all
    select institution_id, 'model.promoted', null, encode(model_digest, 'hex'), null, '', null, null,
      ${modelRecord}
    from models where promoted_at is not null
    union all
    select institution_id, 'case.opened', case_id, case_id::text, case_id, '', opened_at, null,
      '{"application":"' || application_id
      || '","case":"' || case_id::text
      || case when sealed is null then '' else '","holder":"' || holder_id::text end
      || '","occurredOn":"' || occurred_on::text
      || '","openedAt":' || replace(to_json((opened_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || case when sealed is null then '' else '","payload":"' || encode(sha256(json_send(payload)), 'hex') end
      || '","payloadDigest":"' || ${payloadDigest}
      || '","reference":' || to_json(reference)::text
      || case when sealed is null then '' else ',"sealed":"' || encode(sha256(sealed), 'hex') || '"' end
      || ',"source":"' || source || '"}'
    from cases
    union all
    select institution_id, 'decision.made', decision_id, decision_id::text, case_id, coalesce(recommendation, ''), decided_at,
      null,
      '{"decision":{"application":"' || application_id
      || '","applicationDigest":"' || encode(application_digest, 'hex')
      || '","case":"' || case_id::text
      || '","decidedAt":' || replace(to_json((decided_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","decision":"' || decision_id::text
      || '","modelDigest":' || coalesce('"' || encode(model_digest, 'hex') || '"', 'null')
      || ',"recommendation":' || coalesce(to_json(recommendation)::text, 'null')
      || ',"review":"' || review
      || '","reviewRole":' || coalesce(to_json(review_role)::text, 'null')
      || ',"round":' || round::text
      || ',"score":' || ${score}
      || '}' || case when sealed is null then '' else ${holderOfCase} end
      || ',"reasons":' || reasons::text
      || case when sealed is null then '' else ',"sealed":"' || encode(sha256(sealed), 'hex') || '"' end || '}'
    from decisions sealed_row
    union all
    select institution_id, 'review.completed', review_id, review_id::text, case_id, recommendation, reviewed_at,
      'account:' || account_id::text,
      '{"account":"' || account_id::text
      || '","case":"' || case_id::text
      || '","decision":"' || decision_id::text
      || '","reason":' || coalesce(to_json(reason)::text, 'null')
      || ',"recommendation":' || to_json(recommendation)::text
      || ',"review":"' || review_id::text
      || '","reviewedAt":' || replace(to_json((reviewed_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || case when sealed is null then '' else '","sealed":"' || encode(sha256(sealed), 'hex') end
      || '","verdict":' || to_json(verdict)::text || '}'
    from reviews
    union all
    select institution_id, 'outcome.recorded', outcome_id, outcome_id::text, case_id, '', recorded_at, recorded_by,
      '{"case":"' || case_id::text
      || '"' || case when sealed is null then '' else ${holderOfCase} end
      || ',"outcome":"' || outcome_id::text
      || case when sealed is null then '' else '","payload":"' || encode(sha256(json_send(payload)), 'hex') end
      || '","payloadDigest":"' || ${payloadDigest}
      || '","recordedAt":' || replace(to_json((recorded_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","revision":' || revision::text
      || case when sealed is null then '' else ',"sealed":"' || encode(sha256(sealed), 'hex') || '"' end || '}'
    from outcomes sealed_row
    union all
    select institution_id, 'import.finished', import_id, import_id::text, null, '', finished_at, null,
      '{"application":' || to_json(application_id)::text
      || ',"delimiter":' || to_json(delimiter)::text
      || ',"finishedAt":' || replace(to_json((finished_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","header":' || to_json(header::text)::text
      || ',"holder":' || coalesce('"' || holder_id::text || '"', 'null')
      || ',"import":"' || import_id::text
      || '","mappingDigest":"' || encode(mapping_digest, 'hex')
      || '","opened":' || opened::text
      || ',"outcomes":' || outcomes::text
      || ',"records":' || records::text
      || ',"refused":' || refused::text
      || ',"sourceDigest":"' || encode(source_digest, 'hex')
      || '","sourceName":' || to_json(source_name)::text
      || ',"startedAt":' || replace(to_json((started_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","unchanged":' || unchanged::text || '}'
    from imports where state = 'finished'
    union all
    select institution_id, 'access.read', read_id, read_id::text, case_id, '', read_at, null,
      '{"application":' || coalesce(to_json(application_id)::text, 'null')
      || ',"case":' || coalesce('"' || case_id::text || '"', 'null')
      || ',"cases":' || cases::text
      || ',"holder":' || coalesce('"' || holder_id::text || '"', 'null')
      || ',"purpose":' || to_json(purpose)::text
      || ',"read":"' || read_id::text
      || '","readAt":' || replace(to_json((read_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","role":' || to_json(role)::text || '}'
    from reads
    union all
    select institution_id, 'person.erased', holder_id, holder_id::text, null, erasure_ground, erased_at, null,
      '{"cases":' || (
        select count(*)::text from cases
        where cases.institution_id = vault_keys.institution_id and cases.holder_id = vault_keys.holder_id
      )
      || ',"erasedAt":' || replace(to_json((erased_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","ground":' || to_json(erasure_ground)::text
      || ',"holder":"' || holder_id::text || '"}'
    from vault_keys where erased_at is not null
    union all
    select institution_id, 'wrapping_key.rotated', null, key_number::text, null, '', created_at, null,
      '{"createdAt":' || replace(to_json((created_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","key":' || key_number::text || '}'
    from wrapping_keys where key_number > 1
    union all
    select institution_id, 'wrapping_key.destroyed', null, key_number::text, null, '', destroyed_at, null,
      '{"destroyedAt":' || replace(to_json((destroyed_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","key":' || key_number::text || '}'
    from wrapping_keys where destroyed_at is not null
    union all
    select institution_id, 'log_key.rotated', null, key_number::text, null, '', classical.created_at, null,
      '{"createdAt":' || replace(to_json((classical.created_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","handovers":{"ed25519":' || to_json(classical.handover)::text
      || ',"ml-dsa-44":' || to_json(later.handover)::text
      || '},"keyNumber":' || key_number::text || '}'
    from log_keys classical join log_keys later using (institution_id, key_number)
    where key_number > 1 and classical.algorithm = 'ed25519' and later.algorithm = 'ml-dsa-44'
      and later.created_at = classical.created_at
    union all
    select institution_id, 'log_policy.set', policy_id, policy_id::text, null, '', set_at, null,
      '{"policy":' || to_json(policy)::text
      || ',"policyId":"' || policy_id::text
      || '","setAt":' || replace(to_json((set_at at time zone 'utc') + ${tenth})::text, '1"', 'Z') || '"}'
    from log_policies`

/** Whether the entry itself holds together: its commitment follows from its columns (docs/decisions/0010). */
const isWhole = `coalesce(entry.commitment = sha256(entry.salt || entry.record_digest
      || coalesce(uuid_send(entry.case_id), '\\x00000000000000000000000000000000')
      || int8send(case when isfinite(entry.recorded_at) then round(date_part('epoch', entry.recorded_at) * 1000)::bigint end)
      || textsend(entry.kind || chr(10) || entry.said)), false)`

/** Whether a recorded row is what the entry records. Not as plain equalities: then all of it would be hashed to find the row. */
const isRecorded = `(row.record_id = entry.record_id and row.said = entry.said) is true
        and row.case_id is not distinct from entry.case_id
        and (row.recorded_at is null or row.recorded_at = entry.recorded_at)
        and (row.actor is null or row.actor = entry.actor)
        and entry.record_digest = sha256(
          sha256(entry.salt || uuid_send(entry.entry_id) || textsend(entry.actor))
          || textsend(entry.record_id || chr(10) || row.record)
        )`

/** The identifier that an entry names, where it is one: a forged one may be any text. */
const namedRow = `case when entry.record_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then entry.record_id::uuid end`

const BadEntry = z.strictObject({
  entryIndex: z.number().int(),
  kind: z.string(),
  recordId: z.string(),
  isWhole: z.boolean(),
})

/**
 * For the rest of the transaction: plans that know the kind and leave the tables of all others out, indexes and hashing also where
 * tables have no statistics yet and the planner takes them for nearly empty, and no compiling of statements, which takes longer
 * than it saves.
 */
export const planForRecords = statement({
  name: 'audit.planForRecords',
  text: `
    select set_config('plan_cache_mode', 'force_custom_plan', true) as plans, set_config('jit', 'off', true) as compiling,
      set_config('enable_nestloop', 'off', true) as loops, set_config('enable_seqscan', 'off', true) as scans,
      set_config('enable_bitmapscan', 'off', true) as bitmaps`,
  row: z.strictObject({
    plans: z.string(),
    compiling: z.string(),
    loops: z.string(),
    scans: z.string(),
    bitmaps: z.string(),
  }),
})

/** The same for what compares all records at once: memory for it instead. */
export const planForPairs = statement({
  name: 'audit.planForPairs',
  text: `
    select set_config('plan_cache_mode', 'force_custom_plan', true) as plans, set_config('work_mem', '128MB', true) as memory,
      set_config('jit', 'off', true) as compiling`,
  row: z.strictObject({ plans: z.string(), memory: z.string(), compiling: z.string() }),
})

/** Which kinds of entries a range has besides those of $4. */
export const kindsBetween = statement({
  name: 'audit.kindsBetween',
  text: `
    select kind, min(entry_index) as first_index from log_entries
    where institution_id = $1 and entry_index >= $2 and entry_index < $3 and kind <> all($4::text[])
    group by kind`,
  row: z.strictObject({ kind: z.string(), firstIndex: z.number().int() }),
})

/**
 * Entries of the given kinds in a range that do not hold together, or that no row bears out; at most $5. Of what is about cases,
 * by far the most: the rows of all cases of the range are read in the order of their index and put together with the entries by
 * hashing, which takes half of what looking up each row by itself does.
 */
export const badEntriesByCase = statement({
  name: 'audit.badEntriesByCase',
  text: `
    with entry as materialized (
      select * from log_entries
      where institution_id = $1 and entry_index >= $2 and entry_index < $3 and kind = any($4::text[])
    ), wanted as materialized (
      select array_agg(distinct case_id) as case_ids from entry
    )
    select entry_index, kind, record_id, false as is_whole from entry where not ${isWhole}
    union all
    select entry_index, kind, record_id, true from entry
    where not exists (
      select from (${recorded}) as row
      where row.institution_id = $1 and row.kind = any($4::text[]) and row.kind = entry.kind
        and row.case_id = any((select case_ids from wanted)::uuid[]) and row.case_id = entry.case_id and ${isRecorded}
    )
    order by entry_index limit $5`,
  row: BadEntry,
})

/**
 * The same of other kinds, by the row's UUID, or else by its text. A cast would be quicker than the pattern of {@link namedRow}
 * and an error for a forged identifier.
 */
export const badEntriesByUuid = statement({
  name: 'audit.badEntriesByUuid',
  text: `
    select entry_index, kind, record_id, ${isWhole} as is_whole
    from log_entries entry
    where institution_id = $1 and entry_index >= $2 and entry_index < $3 and kind = any($4::text[])
      and not (${isWhole} and exists (
        select from (${recorded}) as row
        where row.institution_id = $1 and row.kind = any($4::text[]) and row.kind = entry.kind and row.row_id = ${namedRow} and ${isRecorded}
      ))
    order by entry_index limit $5`,
  row: BadEntry,
})

export const badEntriesByText = statement({
  name: 'audit.badEntriesByText',
  text: `
    select entry_index, kind, record_id, ${isWhole} as is_whole
    from log_entries entry
    where institution_id = $1 and entry_index >= $2 and entry_index < $3 and kind = any($4::text[])
      and not (${isWhole} and exists (
        select from (${recorded}) as row where row.institution_id = $1 and row.kind = any($4::text[]) and row.kind = entry.kind and ${isRecorded}
      ))
    order by entry_index limit $5`,
  row: BadEntry,
})

/**
 * Kinds with more or fewer entries than rows. Promoting a model again is another entry for the same row. Where the numbers are the
 * same, every entry has its row and none is there twice, no row is without an entry.
 */
export const unevenKinds = statement({
  name: 'audit.unevenKinds',
  text: `
    select kind from (
      select kind, count(*) as entries, 0 as rows from log_all where institution_id = $1 group by kind
      union all
      select kind, 0, count(*) from (${recorded}) as row where institution_id = $1 group by kind
    ) as counted
    group by kind
    having case kind when 'model.promoted' then sum(entries) < sum(rows) else sum(entries) <> sum(rows) end`,
  row: z.strictObject({ kind: z.string() }),
})

/**
 * Records of the given kinds with more or fewer entries than rows: rows that no entry records, entries that record one thing
 * twice. The newest entry of each is named where there is one with a place.
 */
export const unpairedRecords = statement({
  name: 'audit.unpairedRecords',
  text: `
    select kind, record_id, sum(entries) as entries, sum(rows) as rows, max(entry_index) as entry_index
    from (
      select kind, record_id, 1 as entries, 0 as rows, entry_index from log_all
      where institution_id = $1 and kind = any($2::text[])
      union all
      select kind, record_id, 0, 1, null from (${recorded}) as row where institution_id = $1 and kind = any($2::text[])
    ) as counted
    group by kind, record_id
    having case kind when 'model.promoted' then sum(entries) < sum(rows) else sum(entries) <> sum(rows) end
    order by kind, record_id limit $3`,
  row: z.strictObject({
    kind: z.string(),
    recordId: z.string(),
    entries: z.number().int(),
    rows: z.number().int(),
    entryIndex: z.number().int().nullable(),
  }),
})
