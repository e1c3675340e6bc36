import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'

/**
 * How a decision takes effect: at once (`automatic`), after an officer drawn by sample looked (`sampled`), after an officer
 * looked because the rule says so (`required`), or by an officer without a recommendation because a model failed (`unaided`).
 */
export const ReviewKind = z.enum(['automatic', 'sampled', 'required', 'unaided'])
export type ReviewKind = z.infer<typeof ReviewKind>

export const DecisionRow = z.strictObject({
  decisionId: z.uuid(),
  caseId: z.uuid(),
  applicationId: z.string(),
  round: z.number().int(),
  applicationDigest: Bytes,
  modelDigest: Bytes.nullable(),
  /** Digest of the policies that it was made under; null for what was decided before there were any. */
  policyDigest: Bytes.nullable(),
  recommendation: z.string().nullable(),
  score: z.number().nullable(),
  /** Canonical JSON of the reasons; where `sealed` is set, without the values that are sealed. */
  reasons: z.string(),
  /** The reasons in full under the key of the case's holder; null where none of them carries a sealed value. */
  sealed: Bytes.nullable(),
  review: ReviewKind,
  reviewRole: z.string().nullable(),
  decidedAt: z.date(),
})
export type DecisionRow = z.infer<typeof DecisionRow>

const columns = `decision_id, case_id, application_id, round, application_digest, model_digest, policy_digest,
    recommendation, score, reasons, sealed, review, review_role, decided_at`

export const insertDecisions = statement({
  name: 'decisions.insert',
  text: `
    insert into decisions (institution_id, decision_id, case_id, application_id, round, application_digest, model_digest,
      policy_digest, recommendation, score, reasons, sealed, review, review_role, decided_at)
    select $1, decision_id, case_id, $2, 1, $3, $4, $16, recommendation, score,
      convert_from(substring($10::bytea from reasons_at for reasons_bytes), 'UTF8')::json,
      substring($11::bytea from sealed_at for sealed_bytes), review, review_role, $5
    from unnest($6::uuid[], $7::uuid[], $8::text[], $9::float8[], $12::text[], $13::text[], $14::integer[], $15::integer[],
        $17::integer[], $18::integer[])
      as given (decision_id, case_id, recommendation, score, review, review_role, sealed_at, sealed_bytes, reasons_at,
        reasons_bytes)`,
})

/** A decision that is made anew: in a later round. */
export const insertLaterDecision = statement({
  name: 'decisions.insertLater',
  text: `
    insert into decisions (institution_id, decision_id, case_id, application_id, round, application_digest, model_digest,
      policy_digest, recommendation, score, reasons, sealed, review, review_role, decided_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
})

/** Of this application only, where one is given: see `caseById`. */
export const decisionById = statement({
  name: 'decisions.byId',
  text: `
    select ${columns} from decisions
    where institution_id = $1 and decision_id = $2 and ($3::text is null or application_id = $3)`,
  row: DecisionRow,
})

/** The decision in force on each of the cases: the one of the last round. */
export const decisionsOfCases = statement({
  name: 'decisions.ofCases',
  text: `
    select distinct on (case_id) ${columns} from decisions
    where institution_id = $1 and case_id = any($2::uuid[])
    order by case_id, round desc`,
  row: DecisionRow,
})

/** Decisions in the order they were made; `after` continues a page or a stream. */
export const listDecisions = statement({
  name: 'decisions.list',
  text: `
    select ${columns} from decisions
    where institution_id = $1 and application_id = $2 and decision_id > $3
    order by decision_id
    limit $4`,
  row: DecisionRow,
})

const PinRow = z.strictObject({ name: z.string(), digest: Bytes, state: z.string() })
export type PinRow = z.infer<typeof PinRow>

/** What the row of the policies in force is called. */
export const policyName = '/policies'

/**
 * Everything that a decision is pinned to: the register's entry (with an empty name), the policies in force (with a name that no
 * model has) and the live models.
 */
export const pinOf = statement({
  name: 'decisions.pinOf',
  text: `
    (
      select '' as name, application_digest as digest, state
      from ai_systems where institution_id = $1 and application_id = $2
      order by registration_id desc
      limit 1
    )
    union all
    (
      select '${policyName}', digest, version::text
      from policy_versions where institution_id = $1
      order by version desc
      limit 1
    )
    union all
    select model_name, model_digest, state
    from models where institution_id = $1 and application_id = $2 and state = 'live'
    order by 1`,
  row: PinRow,
})
