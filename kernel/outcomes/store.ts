import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'

export const OutcomeRow = z.strictObject({
  outcomeId: z.uuid(),
  caseId: z.uuid(),
  revision: z.number().int(),
  /** Canonical JSON of the operational fields. */
  payload: z.string(),
  /** The other fields under the key of the case's holder; null where there are none. */
  sealed: Bytes.nullable(),
  /** SHA-256 of `payload`; where something is sealed, the keyed digest of both parts. */
  payloadDigest: Bytes,
  recordedBy: z.string(),
  recordedAt: z.date(),
})
export type OutcomeRow = z.infer<typeof OutcomeRow>

const columns = 'outcome_id, case_id, revision, payload, sealed, payload_digest, recorded_by, recorded_at'

/** Adds an outcome as the next revision of its case, unless it says what the last one said. */
export const insertOutcomes = statement({
  name: 'outcomes.insert',
  text: `
    insert into outcomes (institution_id, outcome_id, case_id, revision, payload, sealed, payload_digest, recorded_by,
      recorded_at)
    select $1, given.outcome_id, given.case_id, coalesce(last.revision, 0) + 1, given.payload, given.sealed,
      given.payload_digest, $2, $3
    from unnest($4::uuid[], $5::uuid[], $6::json[], $7::bytea[], $8::bytea[])
      as given (outcome_id, case_id, payload, sealed, payload_digest)
    left join lateral (
      select revision, payload_digest from outcomes
      where outcomes.institution_id = $1 and outcomes.case_id = given.case_id
      order by revision desc limit 1
    ) last on true
    where last.payload_digest is distinct from given.payload_digest
    returning ${columns}`,
  row: OutcomeRow,
  isTrusted: true,
})

/** Closes what was decided, and counts the version of every case by the outcomes that it got. */
export const moveWithOutcomes = statement({
  name: 'outcomes.moveCases',
  text: `
    update cases set version = version + given.outcomes, changed_at = $2,
      state = case when state = any($3::text[]) then 'closed' else state end
    from unnest($4::uuid[], $5::integer[]) as given (case_id, outcomes)
    where cases.institution_id = $1 and cases.case_id = given.case_id`,
})

export const outcomesOfCase = statement({
  name: 'outcomes.ofCase',
  text: `select ${columns} from outcomes where institution_id = $1 and case_id = $2 order by revision`,
  row: OutcomeRow,
})
