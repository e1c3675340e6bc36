import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'

export const insertReply = statement({
  name: 'idempotency.insert',
  text: `
    insert into idempotency_keys (institution_id, actor, idempotency_key, request_digest, status, reply, created_at)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict do nothing`,
})

export const findReply = statement({
  name: 'idempotency.find',
  text: `
    select request_digest, status, reply from idempotency_keys
    where institution_id = $1 and actor = $2 and idempotency_key = $3`,
  row: z.strictObject({ requestDigest: Bytes, status: z.number().int(), reply: z.string() }),
})

export const deleteOldReplies = statement({
  name: 'idempotency.deleteOld',
  text: 'delete from idempotency_keys where institution_id = $1 and created_at < $2',
})
