import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'

export const insertReply = statement({
  name: 'idempotency.insert',
  text: `
    insert into idempotency_keys (institution_id, actor, idempotency_key, request_digest, status, reply, case_id, holder_id,
      sealed, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict do nothing`,
})

const ReplyRow = z.strictObject({
  requestDigest: Bytes,
  status: z.number().int(),
  /** Null where the reply is sealed; the others then say of which case and whose it is. */
  reply: z.string().nullable(),
  caseId: z.uuid().nullable(),
  holderId: z.uuid().nullable(),
  sealed: Bytes.nullable(),
})
export type ReplyRow = z.infer<typeof ReplyRow>

export const findReply = statement({
  name: 'idempotency.find',
  text: `
    select request_digest, status, reply, case_id, holder_id, sealed from idempotency_keys
    where institution_id = $1 and actor = $2 and idempotency_key = $3`,
  row: ReplyRow,
})

export const deleteOldReplies = statement({
  name: 'idempotency.deleteOld',
  text: 'delete from idempotency_keys where institution_id = $1 and created_at < $2',
})

/** Kept replies that show what is sealed of these cases. */
export const deleteRepliesOfCases = statement({
  name: 'idempotency.deleteOfCases',
  text: 'delete from idempotency_keys where institution_id = $1 and case_id = any($2::uuid[])',
})
