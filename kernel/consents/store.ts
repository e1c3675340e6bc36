import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'
import { ConsentChannel, ConsentEvent, ConsentUse } from './events.ts'

export const ConsentRow = z.strictObject({
  consentId: z.uuid(),
  applicationId: z.string(),
  /** Counted from 1 for each application; what was said last has the highest. */
  number: z.number().int(),
  holderId: z.uuid(),
  use: ConsentUse,
  event: ConsentEvent,
  channel: ConsentChannel,
  /** The evidence, under the holder's key. */
  sealed: Bytes,
  recordedBy: z.string(),
  recordedAt: z.date(),
})
export type ConsentRow = z.infer<typeof ConsentRow>

const columns = `consent_id, application_id, number, holder_id, use, event, channel, sealed, recorded_by, recorded_at`

/** The caller is alone with the vault, so that nobody else takes the number. */
export const insertConsent = statement({
  name: 'consents.insert',
  text: `
    insert into consents (institution_id, application_id, number, consent_id, holder_id, use, event, channel, sealed,
      recorded_by, recorded_at)
    select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10
    from consents where institution_id = $1 and application_id = $2
    returning ${columns}`,
  row: ConsentRow,
})

/** What a person said last of each sort, by application and use. */
export const latestOfHolder = statement({
  name: 'consents.latestOfHolder',
  text: `
    select distinct on (application_id, use, event in ('given', 'withdrawn')) ${columns} from consents
    where institution_id = $1 and holder_id = $2
    order by application_id, use, event in ('given', 'withdrawn'), number desc`,
  row: ConsentRow,
})

/** All that a person said, oldest first. */
export const consentsOfHolder = statement({
  name: 'consents.ofHolder',
  text: `
    select ${columns} from consents
    where institution_id = $1 and holder_id = $2
    order by recorded_at, application_id, number`,
  row: ConsentRow,
})

/** What people said last of each sort about one use by one application. One by one through the index, as `vault.keysById`. */
export const latestOfHolders = statement({
  name: 'consents.latestOfHolders',
  text: `
    select found.holder_id, event
    from unnest($4::uuid[]) as wanted (holder_id) cross join lateral (
      select distinct on (event in ('given', 'withdrawn')) holder_id, event from consents
      where institution_id = $1 and application_id = $2 and use = $3 and consents.holder_id = wanted.holder_id
      order by event in ('given', 'withdrawn'), number desc
    ) found`,
  row: ConsentRow.pick({ holderId: true, event: true }),
})

/** How much was said about an application, and whether there is an objection among it. */
export const saidOfApplication = statement({
  name: 'consents.saidOfApplication',
  text: `
    select coalesce((
        select number from consents where institution_id = $1 and application_id = $2 order by number desc limit 1
      ), 0) as number,
      exists (
        select from consents where institution_id = $1 and application_id = $2 and use = $3 and event = 'objected'
      ) as has_objections`,
  row: z.strictObject({ number: z.number().int(), hasObjections: z.boolean() }),
})
