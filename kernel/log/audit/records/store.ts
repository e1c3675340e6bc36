/**
 * The records of the log rebuilt from the tables, in SQL, so that nothing has to travel; in one long file because every kind
 * is a branch of one query. What is compared with is written here and not in a view of the database: whoever can change the
 * rows could change the view too. Only functions of PostgreSQL itself are called. `textsend` gives a text's bytes in the encoding of the session, which is UTF-8, for a fifth of what
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

/** Of outcomes: where nothing is sealed, a digest that anybody can recompute, and then it must be that one. */
const payloadDigest = `case
        when sealed is null and sealed_digest is null and payload_digest <> sha256(json_send(payload)) then 'another'
        else encode(payload_digest, 'hex')
      end`

/** The same of a case as it was opened, whatever a correction or the end of retention has put in its place. */
const openedDigest = `case
        when sealed is null and opened_sealed is null and payload_digest <> sha256(json_send(payload)) then 'another'
        else encode(coalesce(opened_digest, payload_digest), 'hex')
      end`

/** Digest of what was sealed of a case when it was opened, and of what is or was sealed beside one; null where nothing was. */
const openedSealed = `coalesce(opened_sealed, sha256(sealed))`
const sealedOnce = `coalesce(sealed_digest, sha256(sealed))`

/**
 * A step of a proceeding. One that changed a case says what it left: whatever else stands there now, with no later step that
 * says so, is not borne out. One that ended the retention of cases says which.
 */
const stepRecord = `'{"body":' || case
        when kind = 'case.corrected' and exists (
          select from cases
          where cases.institution_id = rights_steps.institution_id and cases.case_id = (body ->> 'case')::uuid
            and cases.forgotten_at is null
            and (
              encode(sha256(cases.sealed), 'hex') is distinct from body -> 'after' ->> 'sealed'
              or encode(cases.payload_digest, 'hex') is distinct from body -> 'after' ->> 'digest'
            )
            and not exists (
              select from rights_steps later
              where later.institution_id = rights_steps.institution_id and later.kind = 'case.corrected'
                and later.body ->> 'case' = rights_steps.body ->> 'case' and later.step_id > rights_steps.step_id
            )
        ) then '"another"'
        when kind = 'retention.enforced' and (body ->> 'casesDigest') is distinct from (
          select encode(sha256(coalesce(string_agg(uuid_send(case_id), '' order by case_id), '')), 'hex') from cases
          where cases.institution_id = rights_steps.institution_id and cases.forgotten_by = rights_steps.step_id
        ) then '"another"'
        else body::text
      end
      || ',"holder":' || coalesce('"' || holder_id::text || '"', 'null')
      || ',"isLast":' || is_last::text
      || ',"kind":' || to_json(kind)::text
      || ',"number":' || step_number::text
      || ',"proceeding":"' || proceeding_id::text
      || '","recordedAt":' || replace(to_json((recorded_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","sealed":' || coalesce('"' || encode(sha256(sealed), 'hex') || '"', 'null')
      || ',"step":"' || step_id::text || '"}'`

/** Of what is sealed beside a case: whose key seals it. */
const holderOfCase = `',"holder":' || coalesce((
        select '"' || cases.holder_id::text || '"' from cases
        where cases.institution_id = sealed_row.institution_id and cases.case_id = sealed_row.case_id
      ), 'null')`

/** Of a role that an account was opened with, which the entry of the opening records (0004_units.sql). */
const firstGrantId = `overlay(overlay(encode(substr(sha256(textsend(account_id::text || ' ' || role)), 1, 16), 'hex') placing '8' from 13) placing '8' from 17)::uuid`

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
    from accounts
    union all
    select institution_id, 'sign_in.rule_set', rule_id, rule_id::text, null, '', set_at, null,
      '{"rule":"' || rule_id::text
      || '","secondFactor":"' || second_factor
      || '","setAt":' || replace(to_json((set_at at time zone 'utc') + ${tenth})::text, '1"', 'Z') || '"}'
    from sign_in_rules
    union all
    select institution_id, 'password.set', password_id, password_id::text, null, '', set_at, null,
      '{"account":"' || account_id::text
      || '","password":"' || password_id::text
      || '","passwordHash":"' || encode(sha256(textsend(password_hash)), 'hex')
      || '","setAt":' || replace(to_json((set_at at time zone 'utc') + ${tenth})::text, '1"', 'Z') || '"}'
    from passwords
    union all
    select institution_id, 'factor.added', factor_id, factor_id::text, null, '', added_at, null,
      '{"account":"' || account_id::text
      || '","addedAt":' || replace(to_json((added_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","credential":' || coalesce('"' || encode(credential_id, 'hex') || '"', 'null')
      || ',"factor":"' || factor_id::text
      || '","kind":"' || kind
      || '","material":"' || encode(sha256(material), 'hex') || '"}'
    from factors
    union all
    select institution_id, 'factor.removed', factor_id, factor_id::text, null, '', removed_at, null,
      '{"account":"' || account_id::text
      || '","factor":"' || factor_id::text
      || '","removedAt":' || replace(to_json((removed_at at time zone 'utc') + ${tenth})::text, '1"', 'Z') || '"}'
    from factors where removed_at is not null
    union all
    select institution_id, 'issuer.added', issuer_id, issuer_id::text, null, '', added_at, null,
      '{"addedAt":' || replace(to_json((added_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","backend":' || to_json(backend_id)::text
      || ',"clientId":' || to_json(client_id)::text
      || ',"id":"' || issuer_id::text
      || '","isFactorTrusted":' || is_factor_trusted::text
      || ',"issuer":' || to_json(issuer)::text
      || ',"rules":"' || encode(sha256(json_send(rules)), 'hex')
      || '","secret":' || coalesce('"' || encode(sha256(sealed_secret), 'hex') || '"', 'null')
      || ',"title":{"en":' || to_json(title_en)::text || ',"ur":' || to_json(title_ur)::text || '}}'
    from issuers
    union all
    select institution_id, 'issuer.removed', issuer_id, issuer_id::text, null, '', removed_at, null,
      '{"id":"' || issuer_id::text || '","removedAt":' || replace(to_json((removed_at at time zone 'utc') + ${tenth})::text, '1"', 'Z') || '"}'
    from issuers where removed_at is not null
    union all
    select institution_id, 'identity.linked', identity_id, identity_id::text, null, '', linked_at, null,
      '{"account":"' || account_id::text
      || '","identity":"' || identity_id::text
      || '","issuer":' || to_json(issuer)::text
      || ',"linkedAt":' || replace(to_json((linked_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","subject":"' || encode(subject_hash, 'hex') || '"}'
    from identities
    union all
    select institution_id, 'account.disabled', account_id, account_id::text, null, '', disabled_at, null,
      '{"account":"' || account_id::text
      || '","disabledAt":' || replace(to_json((disabled_at at time zone 'utc') + ${tenth})::text, '1"', 'Z') || '"}'
    from accounts where disabled_at is not null
    union all
    select institution_id, 'grant.given', grant_id, grant_id::text, null, '', given_at, null,
      '{"account":"' || account_id::text
      || '","givenAt":' || replace(to_json((given_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","grant":"' || grant_id::text
      || '","role":' || to_json(role)::text
      || ',"unit":' || coalesce('"' || unit_id::text || '"', 'null') || '}'
    from account_grants where grant_id <> ${firstGrantId}
    union all
    select institution_id, 'grant.revoked', grant_id, grant_id::text, null, '', revoked_at, null,
      '{"grant":"' || grant_id::text
      || '","revokedAt":' || replace(to_json((revoked_at at time zone 'utc') + ${tenth})::text, '1"', 'Z') || '"}'
    from account_grants where revoked_at is not null
    union all
    select institution_id, 'unit.' || change, change_id, change_id::text, null, '', changed_at, null,
      '{"change":"' || change_id::text
      || '","changedAt":' || replace(to_json((changed_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","closedAt":' || coalesce(replace(to_json((closed_at at time zone 'utc') + ${tenth})::text, '1"', 'Z') || '"', 'null')
      || ',"code":' || to_json(code)::text
      || ',"kind":' || to_json(kind)::text
      || ',"parent":' || coalesce('"' || parent_id::text || '"', 'null')
      || ',"title":{"en":' || to_json(title_en)::text || ',"ur":' || to_json(title_ur)::text
      || '},"unit":"' || unit_id::text
      || '","what":"' || change || '"}'
    from unit_changes
    union all
    select institution_id, 'key.issued', null, encode(key_hash, 'hex'), null, '', created_at, null,
      '{' || case when addresses is null then '' else '"addresses":' || to_json(addresses)::text || ',' end
      || '"application":' || coalesce(to_json(application_id)::text, 'null')
      || ',"expiresAt":' || replace(to_json((expires_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","label":' || to_json(label)::text
      || case when purposes is null then '' else ',"purposes":' || to_json(purposes)::text end
      || ',"roles":' || to_json(roles)::text || '}'
    from access_keys
    union all
    select institution_id, 'key.revoked', null, encode(key_hash, 'hex'), null, '', revoked_at, null,
      '{"key":"' || encode(key_hash, 'hex')
      || '","revokedAt":' || replace(to_json((revoked_at at time zone 'utc') + ${tenth})::text, '1"', 'Z') || '"}'
    from access_keys where revoked_at is not null
    union all
    select institution_id, 'proposal.made', proposal_id, proposal_id::text, null, '', proposed_at, proposed_by,
      '{"body":' || to_json(body)::text
      || ',"expiresAt":' || replace(to_json((expires_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","kind":' || to_json(kind)::text
      || ',"proposal":"' || proposal_id::text
      || '","proposedAt":' || replace(to_json((proposed_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","proposedBy":' || to_json(proposed_by)::text || '}'
    from proposals
    union all
    select institution_id, 'proposal.' || ending.state, proposal_id, proposal_id::text, null, '', ended_at, ended_by,
      '{"endedAt":' || replace(to_json((ended_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","endedBy":' || to_json(ended_by)::text
      || ',"glass":' || coalesce('"' || glass_id::text || '"', 'null')
      || ',"proposal":"' || proposal_id::text
      || '","reason":' || coalesce(to_json(reason)::text, 'null')
      || ',"state":' || to_json(ending.state)::text || '}'
    from proposal_endings ending
    union all
    select institution_id, 'glass.broken', glass_id, glass_id::text, null, '', broken_at, broken_by,
      '{"brokenAt":' || replace(to_json((broken_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","brokenBy":' || to_json(broken_by)::text
      || ',"endsAt":' || replace(to_json((ends_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","glass":"' || glass_id::text
      || '","reason":' || to_json(reason)::text
      || ',"role":' || coalesce(to_json(role)::text, 'null') || '}'
    from glasses
    union all
    select institution_id, 'glass.reviewed', glass_id, glass_id::text, null, '', reviewed_at, reviewed_by,
      '{"finding":' || to_json(finding)::text
      || ',"glass":"' || glass_id::text
      || '","reviewedAt":' || replace(to_json((reviewed_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","reviewedBy":' || to_json(reviewed_by)::text || '}'
    from glass_reviews
    union all
    select institution_id, 'system.registered', registration_id, registration_id::text, null, '', registered_at, null,
      '{"application":' || to_json(application_id)::text
      || ',"applicationDigest":"' || encode(application_digest, 'hex')
      || case when legal_basis_kind is null then '' else '","legalBasis":{"kind":' || to_json(legal_basis_kind)::text
        || ',"law":{"en":' || to_json(legal_basis_en)::text || ',"ur":' || to_json(legal_basis_ur)::text
        || '},"section":' || to_json(legal_basis_section)::text || '}' end
      || case when legal_basis_kind is null then '"' else '' end || ',"registeredAt":' || replace(to_json((registered_at at time zone 'utc') + ${tenth})::text, '1"', 'Z') || '"}'
    from ai_systems where state = 'live'
    union all
    select institution_id, 'model.trained', null, encode(model_digest, 'hex'), null, '', created_at, null,
      ${modelRecord}
    from models where origin = 'trained'
    union all
    select institution_id, 'model.imported', null, encode(model_digest, 'hex'), null, '', created_at, null,
      ${modelRecord}
    from models where origin = 'imported'
    union all
    select institution_id, 'model.evaluated', evaluation_id, evaluation_id::text, null, '', evaluated_at, null,
      '{"application":' || to_json(application_id)::text
      || ',"evaluatedAt":' || replace(to_json((evaluated_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","evaluatedBy":' || to_json(evaluated_by)::text
      || ',"evaluation":"' || evaluation_id::text
      || '","from":"' || period_from::text
      || '","model":' || to_json(model_name)::text
      || ',"modelDigest":"' || encode(model_digest, 'hex')
      || '","report":' || to_json(report::text)::text
      || ',"to":"' || period_to::text || '"}'
    from model_evaluations
    union all
    select institution_id, 'model.promoted', null, encode(model_digest, 'hex'), null, '', null, null,
      ${modelRecord}
    from models where promoted_at is not null
    union all
    select institution_id, 'case.opened', case_id, case_id::text, case_id, '', opened_at, null,
      '{"application":"' || application_id
      || '","case":"' || case_id::text
      || case when ${openedSealed} is null then '' else '","holder":"' || holder_id::text end
      || '","occurredOn":"' || occurred_on::text
      || '","openedAt":' || replace(to_json((opened_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || case when ${openedSealed} is null then '' else '","payload":"' || encode(sha256(json_send(payload)), 'hex') end
      || '","payloadDigest":"' || ${openedDigest}
      || '","reference":' || to_json(reference)::text
      || case when ${openedSealed} is null then '' else ',"sealed":"' || encode(${openedSealed}, 'hex') || '"' end
      || ',"source":"' || source || case when unit_id is null then '' else '","unit":"' || unit_id::text end || '"}'
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
      || case when policy_digest is null then '' else ',"policyDigest":"' || encode(policy_digest, 'hex') || '"' end
      || ',"recommendation":' || coalesce(to_json(recommendation)::text, 'null')
      || ',"review":"' || review
      || '","reviewRole":' || coalesce(to_json(review_role)::text, 'null')
      || ',"round":' || round::text
      || ',"score":' || ${score}
      || '}' || case when ${sealedOnce} is null then '' else ${holderOfCase} end
      || ',"reasons":' || reasons::text
      || case when ${sealedOnce} is null then '' else ',"sealed":"' || encode(${sealedOnce}, 'hex') || '"' end || '}'
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
      || case when ${sealedOnce} is null then '' else '","sealed":"' || encode(${sealedOnce}, 'hex') end
      || '","verdict":' || to_json(verdict)::text || '}'
    from reviews
    union all
    select institution_id, 'outcome.recorded', outcome_id, outcome_id::text, case_id, '', recorded_at, recorded_by,
      '{"case":"' || case_id::text
      || '"' || case when ${sealedOnce} is null then '' else ${holderOfCase} end
      || ',"outcome":"' || outcome_id::text
      || case when ${sealedOnce} is null then '' else '","payload":"' || encode(sha256(json_send(payload)), 'hex') end
      || '","payloadDigest":"' || ${payloadDigest}
      || '","recordedAt":' || replace(to_json((recorded_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","revision":' || revision::text
      || case when ${sealedOnce} is null then '' else ',"sealed":"' || encode(${sealedOnce}, 'hex') || '"' end || '}'
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
      || case when glass_id is null then '' else ',"glass":"' || glass_id::text || '"' end
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
    from log_policies
    union all
    select institution_id, 'policy.set', null, version::text, null, '', set_at, null,
      '{"approvedBy":' || coalesce(to_json(approved_by)::text, 'null')
      || ',"digest":"' || case when digest = sha256(json_send(files)) then encode(digest, 'hex') else 'another' end
      || '","proposedBy":' || to_json(proposed_by)::text
      || ',"setAt":' || replace(to_json((set_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","version":' || version::text || '}'
    from policy_versions
    union all
    select institution_id,
      case event when 'given' then 'consent.given' when 'withdrawn' then 'consent.withdrawn'
        when 'objected' then 'objection.made' else 'objection.lifted' end,
      consent_id, consent_id::text, null, '', recorded_at, recorded_by,
      '{"application":' || to_json(application_id)::text
      || ',"channel":"' || channel
      || '","consent":"' || consent_id::text
      || '","event":"' || event
      || '","holder":"' || holder_id::text
      || '","number":' || number::text
      || ',"recordedAt":' || replace(to_json((recorded_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","recordedBy":' || to_json(recorded_by)::text
      || ',"sealed":"' || encode(sha256(sealed), 'hex')
      || '","use":"' || use || '"}'
    from consents
    union all
    select institution_id, 'backend.' || change, null, backend_id || '@' || version::text, null, '', changed_at, null,
      '{"addresses":' || to_json(addresses)::text
      || ',"backend":' || to_json(backend_id)::text
      || ',"builtIn":' || is_built_in::text
      || ',"changedAt":' || replace(to_json((changed_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","classifications":' || to_json(classifications)::text
      || ',"evidence":' || to_json(evidence)::text
      || ',"evidenceDigest":' || coalesce('"' || encode(evidence_digest, 'hex') || '"', 'null')
      || ',"expiresAt":' || coalesce(replace(to_json((expires_at at time zone 'utc') + ${tenth})::text, '1"', 'Z') || '"', 'null')
      || ',"host":' || coalesce(to_json(host)::text, 'null')
      || ',"keyHolder":' || to_json(key_holder)::text
      || ',"kind":' || to_json(kind)::text
      || ',"location":' || to_json(location)::text
      || ',"operatorLaw":' || to_json(operator_law)::text
      || ',"ownerLaw":' || to_json(owner_law)::text
      || ',"port":' || coalesce(port::text, 'null')
      || ',"scheme":' || coalesce(to_json(scheme)::text, 'null')
      || ',"titleEn":' || to_json(title_en)::text
      || ',"titleUr":' || to_json(title_ur)::text
      || ',"version":' || version::text || '}'
    from backends
    union all
    select institution_id, 'home_country.set', setting_id, setting_id::text, null, '', set_at, null,
      '{"country":' || to_json(country)::text
      || ',"setAt":' || replace(to_json((set_at at time zone 'utc') + ${tenth})::text, '1"', 'Z')
      || '","settingId":"' || setting_id::text || '"}'
    from home_countries
    union all
    select institution_id, 'transfer.made', transfer_id, transfer_id::text, null, '', transferred_at,
      case when role is null then 'platform' else 'role:' || role end,
      '{"backend":' || to_json(backend_id)::text
      || ',"backendVersion":' || backend_version::text
      || ',"classification":' || to_json(classification)::text
      || ',"isRedacted":' || is_redacted::text
      || ',"purpose":' || to_json(purpose)::text
      || ',"role":' || coalesce(to_json(role)::text, 'null')
      || ',"transferId":"' || transfer_id::text
      || '","transferredAt":' || replace(to_json((transferred_at at time zone 'utc') + ${tenth})::text, '1"', 'Z') || '"}'
    from transfers
    union all
    select institution_id, kind, step_id, step_id::text,
      case when kind = 'case.corrected' then (body ->> 'case')::uuid else proceeding_id end, '', recorded_at, recorded_by,
      ${stepRecord}
    from rights_steps`

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
