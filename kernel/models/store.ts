import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'

export const ModelState = z.enum(['draft', 'live', 'retired'])
export type ModelState = z.infer<typeof ModelState>

/** Whether it was trained here or taken in from another program. */
export const ModelOrigin = z.enum(['trained', 'imported'])
export type ModelOrigin = z.infer<typeof ModelOrigin>

export const ModelRow = z.strictObject({
  modelDigest: Bytes,
  applicationId: z.string(),
  modelName: z.string(),
  engine: z.string(),
  state: ModelState,
  origin: ModelOrigin,
  /** JSON: period, seed, counts and the engine's summary; of one that was taken in, the digest of its file. */
  training: z.string(),
  createdAt: z.date(),
  promotedAt: z.date().nullable(),
})
export type ModelRow = z.infer<typeof ModelRow>

const columns =
  'model_digest, application_id, model_name, engine, state, origin, training, created_at, promoted_at'

/** The same bytes trained again are the same model. */
export const insertModel = statement({
  name: 'models.insert',
  text: `
    insert into models (institution_id, model_digest, application_id, model_name, engine, state, origin, training, created_at)
    values ($1, $2, $3, $4, $5, 'draft', $6, $7, $8)
    on conflict do nothing`,
})

export const listModels = statement({
  name: 'models.list',
  text: `
    select ${columns} from models
    where institution_id = $1 and application_id = $2
    order by created_at desc, model_digest`,
  row: ModelRow,
})

export const liveModels = statement({
  name: 'models.live',
  text: `select ${columns} from models where institution_id = $1 and application_id = $2 and state = 'live'`,
  row: ModelRow,
})

export const modelByDigest = statement({
  name: 'models.byDigest',
  text: `
    select ${columns} from models
    where institution_id = $1 and application_id = $2 and model_digest = $3`,
  row: ModelRow,
})

/** Locks the models of an application, so that of two promotions the second sees what the first did. */
export const lockModels = statement({
  name: 'models.lock',
  text: `
    select model_digest from models
    where institution_id = $1 and application_id = $2
    order by model_digest
    for update`,
  row: z.strictObject({ modelDigest: Bytes }),
})

export const retireLiveModel = statement({
  name: 'models.retireLive',
  text: `
    update models set state = 'retired'
    where institution_id = $1 and application_id = $2 and model_name = $3 and state = 'live'`,
})

export const promoteModel = statement({
  name: 'models.promote',
  text: `
    update models set state = 'live', promoted_at = $5
    where institution_id = $1 and application_id = $2 and model_name = $3 and model_digest = $4`,
})

const StoredExample = z.strictObject({
  reference: z.string(),
  holderId: z.uuid().nullable(),
  /** The case, its sealed fields apart. */
  payload: z.string(),
  sealed: Bytes.nullable(),
  outcomeId: z.uuid(),
  /** The outcome, likewise. */
  outcome: z.string(),
  outcomeSealed: Bytes.nullable(),
})
/** A case with its last outcome, as both are stored. */
export type StoredExample = z.infer<typeof StoredExample>

const exampleColumns = `reference, holder_id, cases.payload as payload, cases.sealed as sealed, outcome_id,
    outcome.payload as outcome, outcome.sealed as outcome_sealed`

const lastOutcome = `join lateral (
      select outcome_id, payload, sealed from outcomes
      where outcomes.institution_id = cases.institution_id and outcomes.case_id = cases.case_id
      order by revision desc limit 1
    ) outcome on true`

/** Cases with their last outcome, in the order in which they occurred. */
export const examples = statement({
  name: 'models.examples',
  text: `
    select ${exampleColumns}
    from cases
    ${lastOutcome}
    where cases.institution_id = $1 and cases.application_id = $2 and cases.occurred_on between $3 and $4
      and cases.forgotten_at is null
    order by cases.occurred_on, cases.reference`,
  row: StoredExample,
  isTrusted: true,
})

/** Decided cases of a period that have an outcome: what was said against what turned out. */
export const decidedExamples = statement({
  name: 'models.decidedExamples',
  text: `
    select ${exampleColumns}, decision.score, decision.model_digest
    from cases
    join lateral (
      select score, model_digest from decisions
      where decisions.institution_id = cases.institution_id and decisions.case_id = cases.case_id
      order by round desc limit 1
    ) decision on true
    ${lastOutcome}
    where cases.institution_id = $1 and cases.application_id = $2 and cases.occurred_on between $3 and $4
      and cases.forgotten_at is null
    order by cases.occurred_on, cases.reference`,
  row: StoredExample.extend({ score: z.number().nullable(), modelDigest: Bytes.nullable() }),
  isTrusted: true,
})

export const EvaluationRow = z.strictObject({
  evaluationId: z.uuid(),
  applicationId: z.string(),
  modelName: z.string(),
  modelDigest: Bytes,
  periodFrom: z.iso.date(),
  periodTo: z.iso.date(),
  /** Canonical JSON. */
  report: z.string(),
  evaluatedBy: z.string(),
  evaluatedAt: z.date(),
})
export type EvaluationRow = z.infer<typeof EvaluationRow>

const evaluationColumns =
  'evaluation_id, application_id, model_name, model_digest, period_from, period_to, report, evaluated_by, evaluated_at'

export const insertEvaluation = statement({
  name: 'models.insertEvaluation',
  text: `
    insert into model_evaluations (institution_id, ${evaluationColumns})
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
})

/** Newest first. */
export const evaluationsOfModel = statement({
  name: 'models.evaluationsOfModel',
  text: `
    select ${evaluationColumns} from model_evaluations
    where institution_id = $1 and application_id = $2 and model_digest = $3
    order by evaluation_id desc
    limit $4`,
  row: EvaluationRow,
})
