import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'
import { LogKind } from './kinds.ts'

export const LogEntry = z.strictObject({
  entryId: z.uuid(),
  kind: LogKind,
  caseId: z.uuid().nullable(),
  recordId: z.string(),
  actor: z.string(),
  salt: Bytes,
  commitment: Bytes,
  recordedAt: z.date(),
})
export type LogEntry = z.infer<typeof LogEntry>

export const insertEntries = statement({
  name: 'log.insertEntries',
  text: `
    insert into log_entries (institution_id, entry_id, kind, case_id, record_id, actor, salt, commitment, recorded_at)
    select $1, entry_id, kind, case_id, record_id, $6, salt, commitment, $9
    from unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $7::bytea[], $8::bytea[])
      as entry (entry_id, kind, case_id, record_id, salt, commitment)`,
})

export const entriesOfCase = statement({
  name: 'log.entriesOfCase',
  text: `
    select entry_id, kind, case_id, record_id, actor, salt, commitment, recorded_at
    from log_entries
    where institution_id = $1 and case_id = $2
    order by entry_id`,
  row: LogEntry,
})
