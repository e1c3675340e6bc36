import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'

export const StepRow = z.strictObject({
  /** The request, breach, hold or rule that the step belongs to. */
  proceedingId: z.uuid(),
  stepNumber: z.number().int(),
  stepId: z.uuid(),
  kind: z.string(),
  /** Canonical JSON. */
  body: z.string(),
  holderId: z.uuid().nullable(),
  sealed: Bytes.nullable(),
  isLast: z.boolean(),
  recordedBy: z.string(),
  recordedAt: z.date(),
})
export type StepRow = z.infer<typeof StepRow>

const columns =
  'proceeding_id, step_number, step_id, kind, body, holder_id, sealed, is_last, recorded_by, recorded_at'

/** Adds nothing where the place is taken: somebody else took the step meanwhile. */
export const insertStep = statement({
  name: 'rights.insertStep',
  text: `
    insert into rights_steps (institution_id, proceeding_id, step_number, step_id, kind, body, holder_id, sealed, is_last,
      recorded_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict (institution_id, proceeding_id, step_number) do nothing`,
})

/** The steps of proceedings, each proceeding in order. */
export const stepsOfProceedings = statement({
  name: 'rights.stepsOfProceedings',
  text: `
    select ${columns} from rights_steps
    where institution_id = $1 and proceeding_id = any($2::uuid[])
    order by proceeding_id, step_number`,
  row: StepRow,
})

/** Proceedings that began with a step of kind $2, newest first, behind $3; only those without a last step where $4 says so. */
export const proceedingsBegunWith = statement({
  name: 'rights.proceedingsBegunWith',
  text: `
    select proceeding_id from rights_steps first
    where institution_id = $1 and kind = $2 and step_number = 1 and ($3::uuid is null or proceeding_id < $3)
      and (not $4::boolean or not exists (
        select from rights_steps last
        where last.institution_id = $1 and last.proceeding_id = first.proceeding_id and last.is_last
      ))
    order by proceeding_id desc
    limit $5`,
  row: z.strictObject({ proceedingId: z.uuid() }),
})

/** The newest step of a kind; identifiers rise with time. */
export const latestStep = statement({
  name: 'rights.latestStep',
  text: `
    select ${columns} from rights_steps
    where institution_id = $1 and kind = $2
    order by step_id desc
    limit 1`,
  row: StepRow,
})

export const stepsOfKind = statement({
  name: 'rights.stepsOfKind',
  text: `
    select ${columns} from rights_steps
    where institution_id = $1 and kind = $2
    order by step_id desc
    limit $3`,
  row: StepRow,
})

/** Holds in force: added, and not lifted. */
export const holdsInForce = statement({
  name: 'rights.holdsInForce',
  text: `
    select ${columns} from rights_steps added
    where institution_id = $1 and kind = 'hold.added' and not exists (
      select from rights_steps lifted
      where lifted.institution_id = $1 and lifted.proceeding_id = added.proceeding_id and lifted.is_last
    )
    order by proceeding_id`,
  row: StepRow,
})

/** Sees what was committed, and lets nobody else begin on it until the end of the transaction. */
export const lockProceeding = statement({
  name: 'rights.lockProceeding',
  text: `select pg_advisory_xact_lock(hashtextextended('khudi proceeding ' || $1::uuid || $2::uuid, 0))`,
})

/** Whom requests that still wait for an answer are about. */
export const holdersWithOpenRequests = statement({
  name: 'rights.holdersWithOpenRequests',
  text: `
    select distinct holder_id from rights_steps first
    where institution_id = $1 and kind = 'request.received' and holder_id is not null and not exists (
      select from rights_steps last
      where last.institution_id = $1 and last.proceeding_id = first.proceeding_id and last.is_last
    )`,
  row: z.strictObject({ holderId: z.uuid().nullable() }),
})

/** Who reviewed cases of the holder. */
export const reviewersOfHolder = statement({
  name: 'rights.reviewersOfHolder',
  text: `
    select distinct account_id from cases join reviews using (institution_id, case_id)
    where institution_id = $1 and holder_id = $2`,
  row: z.strictObject({ accountId: z.uuid() }),
})
